"""The badges of a subject as parts of its pages: earned, taken part in, still to be earned."""

from datetime import datetime
from typing import Any
from uuid import UUID

from thidua.badges import queries
from thidua.badges.model import Status
from thidua.badges.outlook import progress_of
from thidua.infra.database import Connection
from thidua.web.badge_shown import awards_shown, progress_shown, receivers
from thidua.web.language import Language

_NOT_NOW = {Status.VALID: 0, Status.EXPIRED: 1, Status.REVOKED: 2}


async def badges_of(
    connection: Connection,
    subject: UUID,
    language: Language,
    *,
    at: datetime,
    with_open: bool = False,
    with_team: bool = False,
) -> dict[str, Any]:
    """What the subject was given, those valid now first; if asked, what its teams were, and what is open."""
    awards = await queries.awards_of(connection, subject)
    found = await progress_of(connection, subject, at) if with_open else []
    return {
        "awards": awards_shown(sorted(awards, key=lambda one: _NOT_NOW[one.status(at)]), language, at=at),
        "took_part": await _took_part(connection, subject, language, at=at) if with_team else [],
        "open": progress_shown(found, language),
    }


async def _took_part(
    connection: Connection, person: UUID, language: Language, *, at: datetime
) -> list[dict[str, Any]]:
    """Badges of teams that the person was in when they were earned; leaving a team changes nothing."""
    awards = await queries.awards_taken_part(connection, person)
    names = await receivers(connection, awards, language, at=at)
    return [
        shown | {"who": names[award.subject]}
        for award in awards
        if award.subject in names
        for shown in awards_shown([award], language, at=at)
    ]
