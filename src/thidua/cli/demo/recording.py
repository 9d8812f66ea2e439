"""Lets the made-up history pass through the engine: every report and deed at the moment it came in."""

from collections.abc import Sequence
from datetime import datetime

from thidua.activities.model import ActivityReport
from thidua.cli.demo.history import Deed, History
from thidua.engine import moderate
from thidua.engine.group import record_group
from thidua.engine.intake import known_to, prepare
from thidua.engine.record import ROWS_MAX
from thidua.engine.rulebooks import Shelf, shelf
from thidua.infra.database import Connection, connection

_INDEXES_ONLY = "SET LOCAL enable_seqscan = off"
_BY = "demo"


async def play(history: History) -> int:
    """Record everything in order, leaving what is there as it is; return how many reports there are."""
    count = 0
    for evening, happenings, deeds in history.by_evening():
        reports = [one.report for one in happenings]
        await _record(reports, at=evening)
        for deed in deeds:
            await _do(deed)
        count += len(reports)
    return count


async def _record(reports: Sequence[ActivityReport], *, at: datetime) -> None:
    async with connection() as acquired:
        rules = await shelf(acquired, at=at)
        for start in range(0, len(reports), ROWS_MAX):
            await record_at(acquired, reports[start : start + ROWS_MAX], rules, at=at)


async def record_at(
    acquired: Connection, reports: Sequence[ActivityReport], rules: Shelf, *, at: datetime
) -> None:
    """Record one group as if it came in at that moment."""
    for place, report in enumerate(reports):
        report.index = place
    prepared, faults = prepare(reports, await known_to(acquired, reports, rules), at=at)
    assert not faults, (faults[0], reports[faults[0].index or 0])
    async with acquired.transaction():
        await acquired.execute(_INDEXES_ONLY)
        await record_group(acquired, prepared, rules.registry, at=at)


async def _do(deed: Deed) -> None:
    act = {"verify": moderate.verify, "reject": moderate.reject, "withdraw": moderate.withdraw}[deed.kind]
    await act(deed.activity, by=_BY, reason=deed.reason, at=deed.at)
