"""Whether every badge that the rule gave still has its ground in what is recorded."""

from collections.abc import Iterable
from datetime import datetime

from thidua.badges.definitions import Badge
from thidua.badges.grounds import without_ground
from thidua.badges.queries import held
from thidua.engine.findings import Findings
from thidua.infra.database import Connection


async def check_badges(
    connection: Connection, badges: Iterable[Badge], findings: Findings, *, at: datetime
) -> None:
    """Find every badge given by rule that the deeds no longer bear."""
    findings.saw("badges", sum((await held(connection)).values()))
    for badge in badges:
        async for award in without_ground(connection, badge, at=at):
            findings.add("badge_without_ground", badge=badge.slug, award=award)
