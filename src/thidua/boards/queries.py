"""Reads of units that boards need: which unit is meant, and which kind of unit lies below it."""

from dataclasses import dataclass
from uuid import UUID

from thidua.infra.database import Connection

# From the widest to the narrowest: decides between kinds that lie equally deep.
_LEVELS = (
    "central",
    "province",
    "commune",
    "agency",
    "university",
    "school",
    "enterprise",
    "branch",
    "hamlet",
)
DIVISIONS = ("urban", "plain", "midland", "mountain")

_BY_CODE = "SELECT id, code, kind, name, name_en FROM unit WHERE code = $1"
_BY_ID = "SELECT id, code, kind, name, name_en FROM unit WHERE id = $1"
_KIND_BELOW = """
SELECT u.kind FROM unit_within w JOIN unit u ON u.id = w.unit
WHERE w.ancestor = $1 AND w.depth > 0
ORDER BY w.depth, array_position($2::text[], u.kind) LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """The unit that a board lies within."""

    id: UUID
    code: str
    kind: str
    name_vi: str
    name_en: str


async def scope_named(connection: Connection, name: str) -> Scope | None:
    """The unit with that code or id."""
    row = await connection.fetchrow(_BY_CODE, name)
    if row is None and (unit := _as_id(name)) is not None:
        row = await connection.fetchrow(_BY_ID, unit)
    if row is None:
        return None
    return Scope(row["id"], row["code"], row["kind"], row["name"], row["name_en"] or row["name"])


async def kind_below(connection: Connection, scope: Scope) -> str:
    """The next level of which the unit has children; without children, its own."""
    return await connection.fetchval(_KIND_BELOW, scope.id, list(_LEVELS)) or scope.kind


def is_unit_kind(name: str) -> bool:
    """Whether there are units of that kind."""
    return name in _LEVELS


def _as_id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
