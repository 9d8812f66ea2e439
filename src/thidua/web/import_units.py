"""The units a file may be for: those in the visitor's charge, and what lies right below them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from thidua.infra.database import Connection
from thidua.web.language import Language

_OFFERED_MAX = 400
_UNITS = """
SELECT u.id, u.code, u.name, u.name_en FROM unit_within w JOIN unit u ON u.id = w.unit
WHERE w.ancestor = ANY($1::uuid[]) AND w.depth <= 1 AND u.valid_to IS NULL
GROUP BY u.id, u.code, u.name, u.name_en ORDER BY min(w.depth), u.code LIMIT $2
"""
_NAME = "SELECT name, coalesce(name_en, name) AS name_en FROM unit WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Choosable:
    """A unit in a list to choose from."""

    id: UUID
    code: str
    name: str


async def units_to_choose(
    connection: Connection, scope: Sequence[UUID], language: Language
) -> list[Choosable]:
    """Return the units of the scope first, then those right below them."""
    rows = await connection.fetch(_UNITS, list(scope), _OFFERED_MAX)
    return [
        Choosable(row["id"], row["code"], row["name"] if language == "vi" else row["name_en"] or row["name"])
        for row in rows
    ]


async def unit_name(connection: Connection, unit: UUID, language: Language) -> str:
    """Return the name of the unit that a file is for."""
    row = await connection.fetchrow(_NAME, unit)
    assert row is not None, "a unit with imports stays"
    return str(row["name"] if language == "vi" else row["name_en"])
