"""Finding whom one means by a few letters of a name, within some units and teams; and true names."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.vietnamese import fold

LETTERS_MIN = 2
_WILD = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})

_WITHIN = "(SELECT unit FROM unit_within WHERE ancestor = ANY($2::uuid[]))"
_NEAR = f"""
(h.unit = ANY($6::uuid[]) OR h.unit IN {_WITHIN} OR EXISTS (SELECT FROM membership m
    WHERE m.person = f.person AND m.team = ANY($3::uuid[])
    AND m.valid_from <= $4 AND (m.valid_to IS NULL OR m.valid_to > $4)))
"""
_PEOPLE = f"""
SELECT f.person AS id, 1 AS kind, f.name, u.name AS unit_vi, coalesce(u.name_en, u.name) AS unit_en
FROM person_profile f
LEFT JOIN person_home h ON h.person = f.person
    AND (h.valid_from IS NULL OR h.valid_from <= $4) AND (h.valid_to IS NULL OR h.valid_to > $4)
LEFT JOIN unit u ON u.id = h.unit
WHERE (' ' || f.name_fold) LIKE ('% ' || $1 || '%') AND {_NEAR}
ORDER BY f.sort_key, f.person LIMIT $5
"""  # noqa: S608 -- made of our own words
_OTHERS = f"""
SELECT t.id, 2 AS kind, t.name, u.name AS unit_vi, coalesce(u.name_en, u.name) AS unit_en, t.name_fold
FROM team t JOIN unit u ON u.id = t.unit
WHERE (' ' || t.name_fold) LIKE ('% ' || $1 || '%') AND (t.unit IN {_WITHIN} OR t.id = ANY($3::uuid[]))
    AND t.valid_from <= $4 AND (t.valid_to IS NULL OR t.valid_to > $4) AND $6::uuid[] IS NOT NULL
UNION ALL
SELECT u.id, 3, u.name, p.name, coalesce(p.name_en, p.name), u.name_fold
FROM unit u LEFT JOIN unit p ON p.id = u.parent
WHERE (' ' || u.name_fold) LIKE ('% ' || $1 || '%') AND u.id IN {_WITHIN}
    AND (u.valid_to IS NULL OR u.valid_to > $4)
ORDER BY kind, name_fold, id LIMIT $5
"""  # noqa: S608 -- as above
_HOUSEHOLDS = f"""
SELECT h.id, 4 AS kind, coalesce(h.name, '') AS name, u.name AS unit_vi,
    coalesce(u.name_en, u.name) AS unit_en
FROM household h JOIN unit u ON u.id = h.unit
WHERE h.unit IN {_WITHIN} AND lower(coalesce(h.name, '')) LIKE ('%' || lower($1) || '%')
    AND $3::uuid[] IS NOT NULL AND $4::date IS NOT NULL AND $6::uuid[] IS NOT NULL
ORDER BY h.name, h.id LIMIT $5
"""  # noqa: S608 -- as above
_NEAR_IDS = f"""
SELECT f.person AS id FROM person_profile f
LEFT JOIN person_home h ON h.person = f.person
    AND (h.valid_from IS NULL OR h.valid_from <= $4) AND (h.valid_to IS NULL OR h.valid_to > $4)
WHERE f.person = ANY($1::uuid[]) AND {_NEAR} AND $5::integer IS NULL
"""  # noqa: S608 -- as above
_HOUSEHOLDS_WITHIN = f"""
SELECT h.id FROM household h WHERE h.id = ANY($1::uuid[]) AND h.unit IN {_WITHIN}
"""  # noqa: S608 -- as above
_NAMED = """
SELECT f.person AS id, 1 AS kind, f.name, u.name AS unit_vi, coalesce(u.name_en, u.name) AS unit_en,
    NULL AS name_en
FROM person_profile f
LEFT JOIN person_home h ON h.person = f.person
    AND (h.valid_from IS NULL OR h.valid_from <= $2) AND (h.valid_to IS NULL OR h.valid_to > $2)
LEFT JOIN unit u ON u.id = h.unit WHERE f.person = ANY($1::uuid[])
UNION ALL SELECT t.id, 2, t.name, u.name, coalesce(u.name_en, u.name), NULL
FROM team t JOIN unit u ON u.id = t.unit WHERE t.id = ANY($1::uuid[])
UNION ALL SELECT u.id, 3, u.name, p.name, coalesce(p.name_en, p.name), u.name_en
FROM unit u LEFT JOIN unit p ON p.id = u.parent WHERE u.id = ANY($1::uuid[])
UNION ALL SELECT h.id, 4, coalesce(h.name, ''), u.name, coalesce(u.name_en, u.name), NULL
FROM household h JOIN unit u ON u.id = h.unit WHERE h.id = ANY($1::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody or something by its true name, for those who may read it, and where it has its home."""

    id: UUID
    kind: SubjectKind
    name: str
    unit_vi: str
    unit_en: str
    name_en: str | None = None


@dataclass(frozen=True, slots=True)
class Within:
    """Where to look: in these homes, in these units and all below them, in these teams."""

    homes: Collection[UUID] = ()
    units: Collection[UUID] = ()
    teams: Collection[UUID] = ()


async def people_named(
    connection: Connection, q: str, within: Within, *, at: datetime, count_max: int
) -> list[Found]:
    """Return people there, one word of whose name begins so, with accents or without."""
    return await _search(connection, _PEOPLE, q, within, at=at, count_max=count_max)


async def subjects_named(
    connection: Connection, q: str, within: Within, *, at: datetime, count_max: int
) -> list[Found]:
    """Return teams, units, households and people there, a word of whose name begins so."""
    found: list[Found] = []
    for statement in (_OTHERS, _HOUSEHOLDS, _PEOPLE):
        found += await _search(connection, statement, q, within, at=at, count_max=count_max)
    return found


async def people_within(
    connection: Connection, people: Collection[UUID], within: Within, *, at: datetime
) -> set[UUID]:
    """Return those of the people who are there now."""
    where = (list(within.units), list(within.teams), local_day(at), None, list(within.homes))
    return {row["id"] for row in await connection.fetch(_NEAR_IDS, list(people), *where)}


async def households_within(
    connection: Connection, households: Collection[UUID], within: Within
) -> set[UUID]:
    """Return those of the households that lie in the units."""
    rows = await connection.fetch(_HOUSEHOLDS_WITHIN, list(households), list(within.units))
    return {row["id"] for row in rows}


async def true_names(connection: Connection, ids: Collection[UUID], *, at: datetime) -> dict[UUID, Found]:
    """Return the true name of each of these subjects: only for those who may read it."""
    rows = await connection.fetch(_NAMED, list(ids), local_day(at))
    return {row["id"]: _found(row) for row in rows}


async def _search(
    connection: Connection, statement: str, q: str, within: Within, *, at: datetime, count_max: int
) -> list[Found]:
    folded = fold(q).translate(_WILD)
    if len(folded) < LETTERS_MIN:
        return []
    where = (list(within.units), list(within.teams), local_day(at), count_max, list(within.homes))
    return [_found(row) for row in await connection.fetch(statement, folded, *where)]


def _found(row: Any) -> Found:  # noqa: ANN401  asyncpg's records carry no types
    unit_vi = row["unit_vi"] or ""
    kind, name_en = SubjectKind(row["kind"]), row.get("name_en")
    return Found(row["id"], kind, row["name"], unit_vi, row["unit_en"] or unit_vi, name_en)
