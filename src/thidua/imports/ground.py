"""What rows are compared with: the units, branches and teams within the unit that an import is for."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from thidua.imports.ids import id_of
from thidua.imports.model import Choice, Weight
from thidua.imports.near import Named, Names, bare
from thidua.imports.reading import RowReader
from thidua.infra.database import Connection
from thidua.organisation.model import UnitKind
from thidua.organisation.vietnamese import fold

_UNITS = """
SELECT u.id, u.code, u.kind, u.name, u.parent FROM unit_within w JOIN unit u ON u.id = w.unit
WHERE w.ancestor = $1 AND (u.valid_to IS NULL OR u.valid_to > $2) ORDER BY w.depth, u.code
"""
_TEAMS = """
SELECT t.id, t.name, t.unit FROM team t JOIN unit_within w ON w.unit = t.unit
WHERE w.ancestor = $1 AND (t.valid_to IS NULL OR t.valid_to > $2) ORDER BY t.name_fold, t.id
"""
_ELSEWHERE = """
SELECT u.name_fold FROM unit u WHERE u.name_fold = ANY($1::text[])
    AND NOT EXISTS (SELECT FROM unit_within w WHERE w.ancestor = $2 AND w.unit = u.id)
"""
_WIDE = frozenset({UnitKind.CENTRAL, UnitKind.PROVINCE})
_WITHIN_PLACES = frozenset({UnitKind.BRANCH, UnitKind.HAMLET})
_CODE_CHARACTERS_MAX = 64
_NOT_IN_CODES = re.compile(r"[^a-z0-9]+")
_BRANCH_WORD = "chi doan "
CREATE, LEAVE_OUT = "create", "leave_out"


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, as rows name it."""

    id: UUID
    code: str
    kind: UnitKind
    name: str
    parent: UUID | None


@dataclass(frozen=True, slots=True)
class NewBranch:
    """A branch that is to be created."""

    id: UUID
    code: str
    name: str
    parent: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is known within one unit."""

    root: UUID
    units: Mapping[UUID, Place]
    codes: Mapping[str, UUID]
    places: Names
    branches: Mapping[UUID, Mapping[str, UUID]]
    teams: Mapping[UUID, tuple[Named, ...]]
    elsewhere: frozenset[str]
    secret: bytes
    new_branches: str
    today: date
    shared_names: frozenset[str]
    found_teams: dict[UUID | None, Names] = field(default_factory=dict)

    def commune_of(self, unit: UUID | None) -> UUID | None:
        """The place that a unit is or lies in."""
        place = None if unit is None else self.units.get(unit)
        while place is not None and place.kind in _WITHIN_PLACES and place.parent is not None:
            above = self.units.get(place.parent)
            if above is None:
                break
            place = above
        return None if place is None else place.id

    def label_of(self, unit: UUID) -> str:
        """The name of a unit; where several have it, with the unit above and the code."""
        one = self.units[unit]
        if one.name not in self.shared_names:
            return one.name
        above = None if one.parent is None else self.units.get(one.parent)
        return f"{one.name} ({one.code})" if above is None else f"{one.name} ({above.name}, {one.code})"

    def teams_in(self, unit: UUID | None) -> Names:
        """The teams of a place, or of everywhere if it is not known."""
        if unit not in self.found_teams:
            self.found_teams[unit] = self._teams_in(unit)
        return self.found_teams[unit]

    def _teams_in(self, unit: UUID | None) -> Names:
        return Names(
            one
            for owner, teams in self.teams.items()
            if unit in {None, owner, self.commune_of(owner)}
            for one in teams
        )


async def ground_of(
    connection: Connection,
    root: UUID,
    *,
    texts: Collection[str],
    secret: bytes,
    new_branches: str,
    today: date,
) -> Ground:
    """Read what is known within a unit; of `texts`, also whether they name units elsewhere."""
    units = {
        row["id"]: Place(row["id"], row["code"], UnitKind(row["kind"]), row["name"], row["parent"])
        for row in await connection.fetch(_UNITS, root, today)
    }
    places = [one for one in units.values() if one.kind not in _WITHIN_PLACES or one.id == root]
    teams: dict[UUID, list[Named]] = defaultdict(list)
    for row in await connection.fetch(_TEAMS, root, today):
        teams[row["unit"]].append(Named(row["id"], row["name"]))
    rows = await connection.fetch(_ELSEWHERE, [fold(text) for text in texts], root)
    return Ground(
        root=root,
        units=units,
        codes={one.code: one.id for one in units.values()},
        places=Names(Named(one.id, one.name) for one in places),
        branches=_branches(units),
        teams={unit: tuple(found) for unit, found in teams.items()},
        elsewhere=frozenset(row["name_fold"] for row in rows),
        secret=secret,
        new_branches=new_branches,
        today=today,
        shared_names=_shared(one.name for one in places),
    )


def _shared(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name, count in Counter(names).items() if count > 1)


def unit_meant(row: RowReader, text: str, ground: Ground, *, is_needed: bool) -> UUID | None:
    """Return the unit that a cell names; what is unsure or unknown becomes a remark."""
    if not text:
        root = ground.units[ground.root]
        if root.kind not in _WIDE:
            return root.id
        if is_needed:
            row.needs("unit", None)
        return None
    if text in ground.codes:
        return ground.codes[text]
    found = ground.places.find(text)
    if found.sure is not None:
        if " ".join(text.lower().split()) != found.sure.name.lower():
            row.remark("unit", "spelled", Weight.NOTE, right=found.sure.name)
        return found.sure.id
    choices = tuple(
        Choice(value=ground.units[one.id].code, label=ground.label_of(one.id)) for one in found.possible
    )
    if choices:
        row.remark("unit", "near_unit", Weight.DOUBT, right=choices[0].label, choices=choices)
    else:
        code = "unit_out_of_scope" if fold(text) in ground.elsewhere else "no_such_place"
        row.remark("unit", code, Weight.BAD)
    return None


def branch_meant(row: RowReader, text: str, unit: UUID, ground: Ground) -> UUID | NewBranch:
    """Return the branch that a cell names, or the one to be created; without an answer that is a doubt."""
    if not text:
        return unit
    known = ground.branches.get(unit, {}).get(_branch_key(text))
    if known is not None:
        return known
    one = id_of(ground.secret, "branch", unit, _branch_key(text))
    facts = {"branch": str(one), "unit": ground.units[unit].name}
    weight = Weight.NOTE if ground.new_branches in {CREATE, LEAVE_OUT} else Weight.DOUBT
    row.remark("branch", "new_branch", weight, facts=facts)
    if ground.new_branches == LEAVE_OUT:
        return unit
    return NewBranch(one, _free_code(ground, unit, text, one), text, unit)


def _branches(units: Mapping[UUID, Place]) -> dict[UUID, dict[str, UUID]]:
    found: dict[UUID, dict[str, UUID]] = defaultdict(dict)
    for one in units.values():
        if one.parent is not None and one.kind is not UnitKind.COMMUNE:
            found[one.parent].setdefault(_branch_key(one.name), one.id)
    return found


def _branch_key(name: str) -> str:
    return bare(fold(name).removeprefix(_BRANCH_WORD))


def _free_code(ground: Ground, unit: UUID, name: str, one: UUID) -> str:
    words = _NOT_IN_CODES.sub("-", fold(name)).strip("-")
    code = f"{ground.units[unit].code}.{words}"[: _CODE_CHARACTERS_MAX - 9]
    return code if code not in ground.codes and words else f"{code}-{one.hex[:8]}"
