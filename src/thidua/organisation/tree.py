"""The tree of units: whether a change keeps it one, and the list of what lies within what."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from thidua.infra.database import Connection

DEPTH_MAX = 16

_PARENTS_ABOVE = """
SELECT DISTINCT u.id, u.parent FROM unit_within w JOIN unit u ON u.id = w.ancestor
WHERE w.unit = ANY($1::uuid[])
"""
_WITHIN = "SELECT unit, ancestor FROM unit_within WHERE unit = ANY($1::uuid[])"
_ROOT = "SELECT id FROM unit WHERE parent IS NULL ORDER BY code = 'VN' DESC, code LIMIT 1"
_FORGET_BELOW = """
WITH RECURSIVE below AS (
    SELECT id FROM unit WHERE id = ANY($1::uuid[])
    UNION SELECT u.id FROM unit u JOIN below ON u.parent = below.id
)
DELETE FROM unit_within w USING below WHERE w.unit = below.id
"""
_WRITE_BELOW = """
WITH RECURSIVE below AS (
    SELECT id FROM unit WHERE id = ANY($1::uuid[])
    UNION SELECT u.id FROM unit u JOIN below ON u.parent = below.id
), above AS (
    SELECT id AS unit, id AS ancestor, 0 AS depth FROM below
    UNION ALL
    SELECT above.unit, u.parent, above.depth + 1 FROM above JOIN unit u ON u.id = above.ancestor
    WHERE u.parent IS NOT NULL
)
INSERT INTO unit_within (ancestor, unit, depth) SELECT ancestor, unit, depth FROM above
"""


async def parents_above(connection: Connection, units: Sequence[UUID]) -> dict[UUID, UUID | None]:
    """Return the parent of each of these units and of all above them."""
    rows = await connection.fetch(_PARENTS_ABOVE, units)
    return {row["id"]: row["parent"] for row in rows}


async def units_above(connection: Connection, units: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Return, for each unit, itself and all units above it."""
    found: dict[UUID, set[UUID]] = {unit: set() for unit in units}
    for row in await connection.fetch(_WITHIN, list(units)):
        found[row["unit"]].add(row["ancestor"])
    return {unit: frozenset(above) for unit, above in found.items()}


async def root_of(connection: Connection) -> UUID:
    """Return the unit that all others lie within."""
    root: UUID = await connection.fetchval(_ROOT)
    return root


def depth_of(unit: UUID, parents: Mapping[UUID, UUID | None]) -> int | None:
    """Return how many units stand above this one; None when the way up comes round in a circle."""
    seen, above = {unit}, parents.get(unit)
    while above is not None:
        if above in seen:
            return None
        seen.add(above)
        above = parents.get(above)
    return len(seen) - 1


async def rewrite_within(connection: Connection, moved: Sequence[UUID]) -> None:
    """Write anew, from the parents, where the moved units and all below them lie."""
    await connection.execute(_FORGET_BELOW, moved)
    await connection.execute(_WRITE_BELOW, moved)
