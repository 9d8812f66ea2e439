"""What is asked of badges that were given: one, those of a subject, who holds one, what a list revokes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from thidua.badges.model import Award, AwardState
from thidua.infra.database import Connection
from thidua.kernel.errors import NotFoundError
from thidua.kernel.subjects import SubjectKind

COLUMNS = """
    id, badge, version, subject, subject_kind, "window", earned_at, awarded_at, expires_at, state, revoked_at,
    reason, revoked_by, by, note, have, need, list_number, list_index, batch"""
_SELECT = f"SELECT {COLUMNS} FROM badge_award a"  # noqa: S608 -- made of our own words, as all below
_ONE = f"{_SELECT} WHERE id = $1"
_OF = f"{_SELECT} WHERE subject = $1 ORDER BY earned_at DESC, id DESC"
_OF_MANY = f"{_SELECT} WHERE subject = ANY($1::uuid[]) AND badge = ANY($2::text[])"
_OF_BATCH = f"{_SELECT} WHERE batch = $1 ORDER BY id"
# Memberships are dated by local days; who was in the team on the day it earned the badge took part for good.
_TOOK_PART = f"""
SELECT DISTINCT ON (earned_at, id) {COLUMNS} FROM (
    SELECT a.* FROM membership m JOIN badge_award a ON a.subject = m.team AND a.state = 1
    WHERE m.person = $1
        AND m.valid_from <= (a.earned_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
        AND (m.valid_to IS NULL OR m.valid_to > (a.earned_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
) a ORDER BY earned_at DESC, id DESC
"""  # noqa: S608 -- as above
_HOLDERS = f"""
{_SELECT} WHERE badge = $1 AND state = 1 AND ($2::timestamptz IS NULL OR (earned_at, id) < ($2, $3::uuid))
ORDER BY earned_at DESC, id DESC LIMIT $4
"""
_HOLDING = "SELECT DISTINCT subject FROM badge_award WHERE badge = $1 AND state = 1"
_HELD = "SELECT badge, count(*) AS held FROM badge_award WHERE state = 1 GROUP BY badge"
_HELD_NOW = """
SELECT count(*) FILTER (WHERE expires_at IS NULL OR expires_at > $2) AS valid, count(*) AS given
FROM badge_award WHERE badge = $1 AND state = 1
"""
# Festivals come one after the other: the latest so many awards of each badge name those of late.
_WINDOWS = """
SELECT DISTINCT told."window" FROM unnest($1::text[]) AS asked(badge) CROSS JOIN LATERAL (
    SELECT a."window" FROM badge_award a WHERE a.badge = asked.badge AND a.state = 1 AND a.earned_at >= $2
    ORDER BY a.earned_at DESC, a.id DESC LIMIT $3) told
ORDER BY 1
"""
_REVOKED = "SELECT list_index FROM badge_award WHERE list_number = $1 AND state = 2 ORDER BY list_index"
_LISTS = "SELECT number FROM badge_status_list ORDER BY number"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list of holders goes on: behind this award."""

    earned_at: datetime
    id: UUID


async def award(connection: Connection, award_id: UUID) -> Award:
    """Return the award, active or revoked; NotFoundError when there is none."""
    row = await connection.fetchrow(_ONE, award_id)
    if row is None:
        raise NotFoundError
    return award_of(row)


async def awards_of(connection: Connection, subject: UUID) -> list[Award]:
    """Return all awards of the subject, revoked ones too, those earned last first."""
    return [award_of(row) for row in await connection.fetch(_OF, subject)]


async def awards_of_many(
    connection: Connection, subjects: Collection[UUID], badges: Collection[str]
) -> list[Award]:
    """Return all awards of these badges to these subjects, revoked ones too, in no order."""
    return [award_of(row) for row in await connection.fetch(_OF_MANY, list(subjects), list(badges))]


async def awards_of_batch(connection: Connection, batch: UUID) -> list[Award]:
    """Return what was given in one go, revoked ones too."""
    return [award_of(row) for row in await connection.fetch(_OF_BATCH, batch)]


async def awards_taken_part(connection: Connection, person: UUID) -> list[Award]:
    """Return the active awards of teams that the person was a member of on the day they were earned."""
    return [award_of(row) for row in await connection.fetch(_TOOK_PART, person)]


async def holders(connection: Connection, badge: str, limit: int, after: Place | None = None) -> list[Award]:
    """Return the active awards of the badge, expired ones too, those earned last first."""
    place = (None, None) if after is None else (after.earned_at, after.id)
    return [award_of(row) for row in await connection.fetch(_HOLDERS, badge, *place, limit)]


async def holding(connection: Connection, badge: str) -> set[UUID]:
    """Return everybody who has the badge, expired or not."""
    return {row["subject"] for row in await connection.fetch(_HOLDING, badge)}


async def held(connection: Connection) -> dict[str, int]:
    """Return how many active awards each badge has that has any."""
    return {row["badge"]: row["held"] for row in await connection.fetch(_HELD)}


async def count_held(connection: Connection, badge: str, *, at: datetime) -> tuple[int, int]:
    """Return how many active awards of the badge are valid at the moment, and how many with expired ones."""
    row = await connection.fetchrow(_HELD_NOW, badge, at)
    return row["valid"], row["given"]


async def windows_lately(
    connection: Connection, badges: Collection[str], *, since: datetime, count_max: int
) -> list[str]:
    """Return the windows that the latest so many awards of each badge are for."""
    return [row["window"] for row in await connection.fetch(_WINDOWS, list(badges), since, count_max)]


async def revoked_in(connection: Connection, list_number: int) -> list[int]:
    """Return the places in the status list whose awards are revoked, ascending."""
    return [row["list_index"] for row in await connection.fetch(_REVOKED, list_number)]


async def status_lists(connection: Connection) -> list[int]:
    """Return the numbers of all status lists, ascending."""
    return [row["number"] for row in await connection.fetch(_LISTS)]


def award_of(row: Mapping[str, Any]) -> Award:
    """The award a row of the table holds."""
    fields = dict(row)
    kind, state = SubjectKind(fields.pop("subject_kind")), AwardState(fields.pop("state"))
    return Award(**fields, subject_kind=kind, state=state)
