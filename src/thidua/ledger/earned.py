"""What a subject was paid, by rule and day, and which activities were paid at all: for personal pages."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from thidua.infra.database import Connection

_BY_RULE = """
SELECT rule, (occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
    sum(units)::bigint AS units, sum(points)::bigint AS points
FROM ledger_entry
WHERE subject = $1 AND ($2::date IS NULL OR occurred_at >= $2::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh')
GROUP BY 1, 2
"""
_WITH_ENTRIES = "SELECT DISTINCT activity FROM ledger_entry WHERE activity = ANY($1::uuid[]) AND subject = $2"
_IN_TEAM = """
SELECT subject, sum(points)::bigint AS points FROM tally
WHERE team = $1 AND subject_kind = 1 AND day >= $2 AND day < $3 GROUP BY 1
"""


async def paid_by_rule(
    connection: Connection, subject: UUID, *, since: date | None
) -> dict[tuple[str, date], tuple[int, int]]:
    """Return the units and points that stand for the subject by rule and local day, from that day on."""
    rows = await connection.fetch(_BY_RULE, subject, since)
    return {(row["rule"], row["day"]): (row["units"], row["points"]) for row in rows}


async def with_entries(connection: Connection, subject: UUID, activities: Collection[UUID]) -> set[UUID]:
    """Return those of the activities that the book has a line for, paid to the subject."""
    return {row["activity"] for row in await connection.fetch(_WITH_ENTRIES, list(activities), subject)}


async def earned_in_team(
    connection: Connection, team: UUID, *, starts_on: date, ends_on: date
) -> dict[UUID, int]:
    """Return what each person earned with the team in those days."""
    rows = await connection.fetch(_IN_TEAM, team, starts_on, ends_on)
    return {row["subject"]: row["points"] for row in rows}
