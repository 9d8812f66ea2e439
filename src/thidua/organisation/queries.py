"""What others ask of the organisation: lists of units, teams and people, the tree, and how many there are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.organisation.fields import as_id
from thidua.organisation.names import adult_on, shown_names
from thidua.organisation.storing import units_named
from thidua.organisation.vietnamese import fold

_UNITS = """
SELECT u.*, p.code AS parent_code, s.code AS successor_code
FROM unit u LEFT JOIN unit p ON p.id = u.parent LEFT JOIN unit s ON s.id = u.successor
WHERE ($1::text IS NULL OR u.kind = $1) AND ($2::uuid IS NULL OR u.parent = $2)
    AND ($3::text IS NULL OR u.name_fold LIKE $3) AND ($4::text IS NULL OR u.code > $4)
ORDER BY u.code LIMIT $5
"""
_TEAMS = """
SELECT t.id, t.kind, t.name, t.name_fold, t.valid_from, t.valid_to, u.code AS unit_code
FROM team t JOIN unit u ON u.id = t.unit
WHERE ($1::uuid IS NULL OR t.unit IN (SELECT unit FROM unit_within WHERE ancestor = $1))
    AND ($2::text IS NULL OR t.name_fold LIKE $2)
    AND ($3::text IS NULL OR (t.name_fold, t.id) > ($3, $4::uuid))
ORDER BY t.name_fold, t.id LIMIT $5
"""
_PEOPLE = """
SELECT f.person AS id, f.name, f.sort_key, u.code AS unit_code
FROM person_profile f
LEFT JOIN person_home h ON h.person = f.person
    AND (h.valid_from IS NULL OR h.valid_from <= $1) AND (h.valid_to IS NULL OR h.valid_to > $1)
LEFT JOIN unit u ON u.id = h.unit
WHERE ($2::uuid IS NULL OR h.unit IN (SELECT unit FROM unit_within WHERE ancestor = $2))
    AND ($3::uuid IS NULL OR EXISTS (SELECT FROM membership m WHERE m.person = f.person AND m.team = $3
        AND m.valid_from <= $1 AND (m.valid_to IS NULL OR m.valid_to > $1)))
    AND ($4::text IS NULL OR f.name_fold LIKE $4)
"""
_BY_NAME = """
    AND ($5::uuid IS NULL OR (f.sort_key, f.person) > ($7, $5))
ORDER BY f.sort_key, f.person LIMIT $6
"""
# For who may not see names: only public names of adults are searched, and the order tells nothing.
_BY_ID = """
    AND ($4::text IS NULL OR (f.public_name AND (f.born_on IS NULL OR f.born_on <= $7)))
    AND ($5::uuid IS NULL OR f.person > $5)
ORDER BY f.person LIMIT $6
"""
_SUBTREE = "SELECT unit FROM unit_within WHERE ancestor = $1 ORDER BY depth, unit"
_HOME_PEOPLE = """
SELECT w.ancestor AS unit, count(*) AS people FROM unit_within w JOIN person_home h ON h.unit = w.unit
WHERE w.ancestor = ANY($1::uuid[])
    AND (h.valid_from IS NULL OR h.valid_from <= $2) AND (h.valid_to IS NULL OR h.valid_to > $2)
GROUP BY w.ancestor
"""
_DECLARED = "SELECT id, members FROM unit WHERE id = ANY($1::uuid[]) AND members IS NOT NULL"
_WILD = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitView:
    """A unit as lists show it."""

    id: UUID
    code: str
    kind: str
    name: str
    name_en: str | None
    parent: str | None
    area_group: str | None
    flags: tuple[str, ...]
    members: int | None
    adults: int | None
    latitude: float | None
    longitude: float | None
    valid_from: date | None
    valid_to: date | None
    successor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamView:
    """A team as lists show it; `unit` is a code."""

    id: UUID
    kind: str
    name: str
    unit: str
    valid_from: date
    valid_to: date | None
    place: tuple[str, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """A person as a list shows them: by name, or by alias to who may not see names."""

    id: UUID
    name: str
    is_alias: bool
    unit: str | None
    place: tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Denominator:
    """How many people a rate is taken over, and whether they were declared or counted."""

    people: int
    is_declared: bool


async def unit_id_of(connection: Connection, name: str) -> UUID | None:
    """Return the id of the unit with this id or code, or None."""
    found = await units_named(connection, [name])
    return found.get(name) or found.get(str(as_id(name)))


async def units(
    connection: Connection,
    *,
    kind: str | None = None,
    parent: UUID | None = None,
    q: str | None = None,
    after: str | None = None,
    count_max: int,
) -> list[UnitView]:
    """Return units by code: of a kind, right below a parent, whose name holds q with or without accents."""
    rows = await connection.fetch(_UNITS, kind, parent, _holding(q), after, count_max)
    return [_unit_view(row) for row in rows]


async def teams(
    connection: Connection,
    *,
    unit: UUID | None = None,
    q: str | None = None,
    after: tuple[str, UUID] | None = None,
    count_max: int,
) -> list[TeamView]:
    """Return teams by name: of a unit and all below it, whose name holds q."""
    name, team = after or (None, None)
    rows = await connection.fetch(_TEAMS, unit, _holding(q), name, team, count_max)
    return [_team_view(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleAsked:
    """Whom a list shall hold; `may_see_names` also decides what is searched and how it is sorted."""

    may_see_names: bool
    unit: UUID | None = None
    team: UUID | None = None
    q: str | None = None
    after: tuple[str, UUID] | None = None


async def people(
    connection: Connection, asked: PeopleAsked, *, at: datetime, count_max: int
) -> list[PersonView]:
    """Return people whose home is now in the unit or below, now in the team, whose name holds q.

    Who may not see names gets aliases, finds public names only, and no order that would betray a name.
    """
    today = local_day(at)
    place, person = asked.after or ("", None)
    same = (today, asked.unit, asked.team, _holding(asked.q), person, count_max)
    if asked.may_see_names:
        rows = await connection.fetch(_PEOPLE + _BY_NAME, *same, place)
        return [_person_view(row, row["name"], is_alias=False, place=row["sort_key"]) for row in rows]
    rows = await connection.fetch(_PEOPLE + _BY_ID, *same, _youngest_adult_born_on(today))
    shown = await shown_names(connection, [row["id"] for row in rows], at)
    return [
        _person_view(row, shown[row["id"]].name_vi, is_alias=shown[row["id"]].is_alias, place="")
        for row in rows
    ]


async def subtree(connection: Connection, unit: UUID) -> list[UUID]:
    """Return the unit and all below it, from the top down."""
    return [row["unit"] for row in await connection.fetch(_SUBTREE, unit)]


async def unit_members(connection: Connection, units: Collection[UUID], day: date) -> dict[UUID, Denominator]:
    """Return the declared members of each unit, else how many had their home in it or below on that day."""
    counted = await connection.fetch(_HOME_PEOPLE, list(units), day)
    declared = await connection.fetch(_DECLARED, list(units))
    members = dict.fromkeys(units, Denominator(0, is_declared=False))
    members |= {row["unit"]: Denominator(row["people"], is_declared=False) for row in counted}
    return members | {row["id"]: Denominator(row["members"], is_declared=True) for row in declared}


def _holding(q: str | None) -> str | None:
    folded = fold(q or "")
    return f"%{folded.translate(_WILD)}%" if folded else None


def _youngest_adult_born_on(today: date) -> date:
    """The last day of birth of those who are of age today."""
    year = today.year - 18
    candidate = date(year, today.month, min(today.day, 28))
    while adult_on(date.fromordinal(candidate.toordinal() + 1)) <= today:
        candidate = date.fromordinal(candidate.toordinal() + 1)
    return candidate


def _unit_view(row: Mapping[str, Any]) -> UnitView:
    same = {name: row[name] for name in UnitView.__slots__ if name not in {"parent", "successor", "flags"}}
    return UnitView(
        **same, parent=row["parent_code"], successor=row["successor_code"], flags=tuple(row["flags"])
    )


def _team_view(row: Mapping[str, Any]) -> TeamView:
    return TeamView(
        id=row["id"],
        kind=row["kind"],
        name=row["name"],
        unit=row["unit_code"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        place=(row["name_fold"], row["id"]),
    )


def _person_view(row: Mapping[str, Any], name: str, *, is_alias: bool, place: str) -> PersonView:
    return PersonView(
        id=row["id"], name=name, is_alias=is_alias, unit=row["unit_code"], place=(place, row["id"])
    )
