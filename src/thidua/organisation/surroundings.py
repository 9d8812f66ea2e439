"""A unit among its neighbours, for pages: what it lies in, what lies in it, and finding one by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from thidua.infra.database import Connection
from thidua.organisation.vietnamese import fold

_ANCESTORS = """
SELECT u.id, u.code, u.kind, u.name, coalesce(u.name_en, u.name) AS name_en, u.area_group, u.flags,
    NULL AS within_vi, NULL AS within_en FROM unit_within w JOIN unit u ON u.id = w.ancestor
WHERE w.unit = $1 ORDER BY w.depth DESC
"""
_CHILDREN = """
SELECT u.id, u.code, u.kind, u.name, coalesce(u.name_en, u.name) AS name_en, u.area_group, u.flags,
    NULL AS within_vi, NULL AS within_en FROM unit u
WHERE u.parent = $1 AND u.valid_to IS NULL ORDER BY u.name_fold, u.code LIMIT 500
"""
_FOUND = """
SELECT u.id, u.code, u.kind, u.name, coalesce(u.name_en, u.name) AS name_en, u.area_group, u.flags,
    p.name AS within_vi, coalesce(p.name_en, p.name) AS within_en
FROM unit u LEFT JOIN unit p ON p.id = u.parent
WHERE u.valid_to IS NULL AND (u.name_fold LIKE '%' || $1 || '%' OR upper(u.code) = upper($2))
ORDER BY u.name_fold NOT LIKE $1 || '%', length(u.name_fold), u.name_fold, u.code LIMIT 30
"""
_TEAMS = "SELECT id, name FROM team WHERE unit = $1 AND valid_to IS NULL ORDER BY name_fold, id LIMIT 200"
_WILD = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A unit as lists and paths show it."""

    id: UUID
    code: str
    kind: str
    name: str
    name_en: str
    area_group: str | None
    flags: tuple[str, ...]
    within_vi: str | None
    within_en: str | None


async def path_of(connection: Connection, unit: UUID) -> list[Place]:
    """The unit and all it lies in, from the top down to itself."""
    return [_place(row) for row in await connection.fetch(_ANCESTORS, unit)]


async def children_of(connection: Connection, unit: UUID) -> list[Place]:
    """The units right below, by name."""
    return [_place(row) for row in await connection.fetch(_CHILDREN, unit)]


async def units_named(connection: Connection, words: str) -> list[Place]:
    """The units whose name holds the words, with or without accents, or whose code it is; best first."""
    folded = fold(words).translate(_WILD)
    return [_place(row) for row in await connection.fetch(_FOUND, folded, words.strip())]


async def teams_of(connection: Connection, unit: UUID) -> list[tuple[UUID, str]]:
    """The teams that belong to the unit itself, by name."""
    return [(row["id"], row["name"]) for row in await connection.fetch(_TEAMS, unit)]


def _place(row: Mapping[str, Any]) -> Place:
    return Place(**{**row, "flags": tuple(row["flags"])})
