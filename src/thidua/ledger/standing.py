"""What stands in the ledger for a range of subjects, and where totals differ from it."""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from thidua.infra.database import Connection

# Activity, rule, paid subject, team, unit: what one award is known by.
Place = tuple[UUID, str, UUID, UUID | None, UUID]
Range = tuple[UUID, UUID | None]

_WITHIN = "subject >= $1 AND ($2::uuid IS NULL OR subject < $2)"
_GRAIN = "subject, team, unit, festival, day, category"
_NETS = f"""
SELECT activity, rule, subject, team, unit, sum(points)::bigint AS points, sum(units)::bigint AS units
FROM ledger_entry WHERE {_WITHIN} GROUP BY 1, 2, 3, 4, 5 HAVING sum(points) <> 0 OR sum(units) <> 0
"""  # noqa: S608 -- made of our own words
_NETS_OF = """
SELECT activity, rule, subject, team, unit, sum(points)::bigint AS points, sum(units)::bigint AS units
FROM ledger_entry WHERE subject = ANY($1::uuid[])
GROUP BY 1, 2, 3, 4, 5 HAVING sum(points) <> 0 OR sum(units) <> 0
"""
_ENTRIES_OF = """
SELECT id FROM ledger_entry WHERE activity = $1 AND rule = $2 AND subject = $3
    AND team IS NOT DISTINCT FROM $4 AND unit = $5 ORDER BY id
"""
# `last_at`: the latest award, net per (activity, rule), that is at present not 0 (21).
_DIFFERING_TALLIES = f"""
WITH award AS (
    SELECT subject, team, unit, festival, (occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
        category, min(subject_kind) AS kind, sum(points)::bigint AS points, min(occurred_at) AS occurred_at
    FROM ledger_entry WHERE {_WITHIN} GROUP BY 1, 2, 3, 4, 5, 6, activity, rule
), side AS (
    SELECT {_GRAIN}, kind, points, occurred_at AS last_at, true AS of_ledger FROM award WHERE points <> 0
    UNION ALL
    SELECT {_GRAIN}, subject_kind, points, last_at, false FROM tally WHERE {_WITHIN}
)
SELECT {_GRAIN}, coalesce(sum(points) FILTER (WHERE of_ledger), 0)::bigint AS points,
    max(last_at) FILTER (WHERE of_ledger) AS last_at,
    (sum(points) FILTER (WHERE NOT of_ledger))::bigint AS tally_points,
    max(last_at) FILTER (WHERE NOT of_ledger) AS tally_last_at
FROM side GROUP BY {_GRAIN}
HAVING coalesce(sum(points) FILTER (WHERE of_ledger), 0)
        IS DISTINCT FROM coalesce(sum(points) FILTER (WHERE NOT of_ledger), 0)
    OR max(last_at) FILTER (WHERE of_ledger) IS DISTINCT FROM max(last_at) FILTER (WHERE NOT of_ledger)
    OR min(kind) <> max(kind)
ORDER BY subject, day, category
"""  # noqa: S608 -- made of our own words


async def nets_within(connection: Connection, subjects: Range) -> dict[Place, tuple[int, int]]:
    """Return the points and units that stand for every award of the subjects, but for those of 0."""
    return _nets(await connection.fetch(_NETS, *subjects))


async def nets_of(connection: Connection, subjects: Collection[UUID]) -> dict[Place, tuple[int, int]]:
    """Return the points and units that stand for every award of these subjects, but for those of 0."""
    return _nets(await connection.fetch(_NETS_OF, list(subjects)))


async def entries_of_award(connection: Connection, place: Place) -> list[int]:
    """Return the numbers of the entries of one award."""
    return [row["id"] for row in await connection.fetch(_ENTRIES_OF, *place)]


async def differing_tallies(connection: Connection, subjects: Range) -> Sequence[asyncpg.Record]:
    """Return each grain of the subjects whose tally is not the sum of its entries, with both."""
    found: Sequence[asyncpg.Record] = await connection.fetch(_DIFFERING_TALLIES, *subjects)
    return found


def _nets(rows: Sequence[asyncpg.Record]) -> dict[Place, tuple[int, int]]:
    return {
        (row["activity"], row["rule"], row["subject"], row["team"], row["unit"]): (
            row["points"],
            row["units"],
        )
        for row in rows
    }
