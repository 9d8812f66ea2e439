"""Verified activities in ranges of subjects: for those who must read them all and keep few at a time."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from uuid import UUID

from thidua.activities.model import Activity
from thidua.activities.queries import COLUMNS, activity_of
from thidua.infra.database import Connection

Range = tuple[UUID, UUID | None]
Order = tuple[datetime, UUID]
ROWS_MAX = 20_000
_FIRST = UUID(int=0)

_WITHIN = "a.{owner} >= $1 AND ($2::uuid IS NULL OR a.{owner} < $2)"
_OF = f"SELECT {COLUMNS} FROM activity a WHERE a.state = 2 AND {_WITHIN}"  # noqa: S608 -- made of our own words
_OF_ACTORS = _OF.format(owner="actor")
_OF_TEAMS = _OF.format(owner="team") + " AND a.type = ANY($3::text[])"
_OF_SUBJECTS = f"""
SELECT {COLUMNS} FROM activity a
WHERE a.state = 2 AND (a.actor = ANY($1::uuid[]) OR a.team = ANY($1::uuid[]))
"""  # noqa: S608 -- made of our own words
_OF_TYPES = f"""
SELECT {COLUMNS} FROM activity a WHERE a.state = 2 AND a.type = ANY($1::text[])
"""  # noqa: S608 -- as above
_CONCERNED = """
SELECT actor AS subject FROM activity WHERE occurred_at >= $1 AND occurred_at < $2 AND state = 2
UNION
SELECT team FROM activity
WHERE occurred_at >= $1 AND occurred_at < $2 AND state = 2 AND team IS NOT NULL
"""
_STILL_OTHERWISE = """
SELECT occurred_at, id FROM activity
WHERE occurred_at >= $1 AND occurred_at < $2 AND rulebook_version <> $3 AND state < 3
    AND (occurred_at, id) > ($4, $5) ORDER BY occurred_at, id LIMIT $6
"""
_BOUND = "SELECT {owner} FROM activity WHERE {owner} >= $1 ORDER BY {owner} OFFSET $2 LIMIT 1"
_NEXT = "SELECT {owner} FROM activity WHERE {owner} > $1 ORDER BY {owner} LIMIT 1"


async def ranges(connection: Connection, *, rows_max: int = ROWS_MAX) -> AsyncIterator[Range]:
    """Yield ranges that together hold every subject, none with many more activities than asked."""
    low = _FIRST
    while (high := await _bound(connection, low, rows_max)) is not None:
        yield low, high
        low = high
    yield low, None


async def of_actors(connection: Connection, within: Range) -> list[Activity]:
    """Return every verified activity of the actors."""
    return [activity_of(row) for row in await connection.fetch(_OF_ACTORS, *within)]


async def of_teams(connection: Connection, within: Range, types: Collection[str]) -> list[Activity]:
    """Return every verified activity of those types done for the teams."""
    return [activity_of(row) for row in await connection.fetch(_OF_TEAMS, *within, list(types))]


async def of_subjects(connection: Connection, subjects: Collection[UUID]) -> list[Activity]:
    """Return every verified activity of the subjects, as actors or as teams."""
    return [activity_of(row) for row in await connection.fetch(_OF_SUBJECTS, list(subjects))]


async def of_types(connection: Connection, types: Collection[str]) -> AsyncIterator[Sequence[Activity]]:
    """Yield, some at a time, every verified activity of the types."""
    cursor = await connection.cursor(_OF_TYPES, list(types))
    while rows := await cursor.fetch(ROWS_MAX):
        yield [activity_of(row) for row in rows]


async def concerned(connection: Connection, starts_at: datetime, ends_at: datetime) -> list[UUID]:
    """Return every actor and team of verified activities in the span."""
    return [row["subject"] for row in await connection.fetch(_CONCERNED, starts_at, ends_at)]


async def judged_otherwise(
    connection: Connection, span: tuple[datetime, datetime], after: Order, *, version: int, rows_max: int
) -> list[Order]:
    """Return the next activities of the span, not rejected or withdrawn, that another version judges."""
    rows = await connection.fetch(_STILL_OTHERWISE, *span, version, *after, rows_max)
    return [(row["occurred_at"], row["id"]) for row in rows]


async def _bound(connection: Connection, low: UUID, rows_max: int) -> UUID | None:
    bounds = [await _bound_of(connection, owner, low, rows_max) for owner in ("actor", "team")]
    return min((bound for bound in bounds if bound is not None), default=None)


async def _bound_of(connection: Connection, owner: str, low: UUID, rows_max: int) -> UUID | None:
    found: UUID | None = await connection.fetchval(_BOUND.format(owner=owner), low, rows_max)
    if found == low:  # one subject fills the range by itself
        found = await connection.fetchval(_NEXT.format(owner=owner), low)
    return found
