"""Points by ISO week, for small charts: of a subject, a team, a unit, and of the parts of a unit."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from thidua.infra.database import Connection
from thidua.ledger.shown import Earned

WEEKS = 8
_WEEK = timedelta(weeks=1)

_WHOLE = """
SELECT (day - $2) / 7 AS week, sum(points)::bigint AS points FROM tally
WHERE {earned} AND day >= $2 AND day < $3 GROUP BY 1
"""
_PARTS = """
SELECT p.part, (t.day - $2) / 7 AS week, sum(t.points)::bigint AS points
FROM tally t JOIN (
    SELECT w.unit, w.ancestor AS part FROM unit_within w JOIN unit u ON u.id = w.ancestor WHERE u.parent = $1
) p ON p.unit = t.unit
WHERE t.day >= $2 AND t.day < $3 GROUP BY 1, 2
"""
_TEAMS = """
SELECT team AS part, (day - $2) / 7 AS week, sum(points)::bigint AS points FROM tally
WHERE team = ANY($1::uuid[]) AND day >= $2 AND day < $3 GROUP BY 1, 2
"""


def weeks_up_to(today: date) -> list[date]:
    """Return the Mondays of eight weeks, the last that of today."""
    monday = today - timedelta(days=today.weekday())
    return [monday - _WEEK * (WEEKS - 1 - number) for number in range(WEEKS)]


async def whole_by_week(
    connection: Connection, earned: Earned, subject: UUID, weeks: Sequence[date]
) -> list[int]:
    """Return what was earned in each of the weeks."""
    rows = await connection.fetch(_WHOLE.format(earned=earned.value), subject, weeks[0], weeks[-1] + _WEEK)
    points = {row["week"]: row["points"] for row in rows}
    return [points.get(number, 0) for number in range(len(weeks))]


async def parts_by_week(connection: Connection, unit: UUID, weeks: Sequence[date]) -> dict[UUID, list[int]]:
    """Return what was earned in each of the weeks within each unit right below; without the idle ones."""
    return _by_part(await connection.fetch(_PARTS, unit, weeks[0], weeks[-1] + _WEEK), weeks)


async def teams_by_week(
    connection: Connection, teams: Collection[UUID], weeks: Sequence[date]
) -> dict[UUID, list[int]]:
    """Return what was earned in each of the weeks with each of the teams; without the idle ones."""
    return _by_part(await connection.fetch(_TEAMS, list(teams), weeks[0], weeks[-1] + _WEEK), weeks)


def _by_part(rows: Sequence[Any], weeks: Sequence[date]) -> dict[UUID, list[int]]:
    found: dict[UUID, list[int]] = {}
    for row in rows:
        found.setdefault(row["part"], [0] * len(weeks))[row["week"]] = row["points"]
    return found
