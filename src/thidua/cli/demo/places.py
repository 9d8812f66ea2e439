"""The made-up units and teams in the real communes of two provinces."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from thidua.cli.demo.dice import Dice
from thidua.cli.demo.naming import Mix, groups_of
from thidua.cli.demo.told import Table, told
from thidua.infra.database import Connection
from thidua.kernel.period import midnight_of

Row = dict[str, Any]
HEART: str = told("places")["heart"]

_COMMUNES = """
SELECT c.id, c.code, c.name, c.area_group, c.flags, p.id AS province_id, p.code AS province
FROM unit c JOIN unit p ON p.id = c.parent
WHERE c.kind = 'commune' AND p.code = ANY($1::text[]) ORDER BY c.code
"""
_TEAM_KINDS = {"youth_digital": "Đội hình", "community_digital": "Tổ công nghệ số cộng đồng"}
_ENTERPRISE_EVERY, _AGENCY_EVERY = 14, 5


@dataclass(slots=True)
class Commune:
    """One commune: its made-up branches, schools and teams, and how many people live there."""

    id: UUID
    code: str
    name: str
    province: str
    province_id: UUID
    area_group: str | None
    flags: list[str]
    branches: list[UUID] = field(default_factory=list)
    schools: list[UUID] = field(default_factory=list)
    offices: list[UUID] = field(default_factory=list)
    teams: list[UUID] = field(default_factory=list)

    @property
    def short_name(self) -> str:
        """The name without what kind of commune it is."""
        return self.name.partition(" ")[2]

    @property
    def groups(self) -> Mix:
        """Who lives here."""
        return groups_of(self.code, self.province, self.area_group)


@dataclass(slots=True)
class Places:
    """All communes, and the rows of the units, teams and clusters to be made in them."""

    communes: list[Commune]
    units: list[Row] = field(default_factory=list)
    teams: list[Row] = field(default_factory=list)
    clusters: list[Row] = field(default_factory=list)

    @property
    def heart(self) -> Commune:
        """Where whatever stands out lies."""
        return next((one for one in self.communes if one.code == HEART), self.communes[0])


async def places_in(
    connection: Connection, dice: Dice, *, last_day: date, communes_max: int | None
) -> Places:
    """The communes of both provinces (a small demo: the first few of each), with what is made up in them."""
    provinces: Table = told("places")["province"]
    rows = await connection.fetch(_COMMUNES, list(provinces))
    places = Places([])
    for code, plan in provinces.items():
        communes = [_commune(row) for row in rows if row["province"] == code][:communes_max]
        _fill(places, communes, dice, plan, last_day)
        places.communes += communes
    return places


def _commune(row: Mapping[str, Any]) -> Commune:
    return Commune(**dict(row))


def _fill(places: Places, communes: Sequence[Commune], dice: Dice, plan: Table, last_day: date) -> None:
    for nth, commune in enumerate(communes):
        places.units += _units(dice, commune, nth, plan, last_day)
    share = len(communes) / (38 if communes[0].province == "P-12" else 166)
    for kind, planned in (("youth_digital", "youth_teams"), ("community_digital", "community_teams")):
        for nth in range(max(1, round(plan[planned] * share))):
            places.teams.append(_team(dice, communes[nth % len(communes)], kind, last_day))
    places.clusters += _clusters(communes, plan)


def _units(dice: Dice, commune: Commune, nth: int, plan: Table, last_day: date) -> Iterator[Row]:
    words = told("places")["words"]
    word = "Chi đoàn bản" if commune.area_group == "mountain" else "Chi đoàn thôn"
    for number, hamlet in enumerate(dice.some(words["hamlets"], plan["branches_each"])):
        row = _unit(dice, commune, "branch", f"{word} {hamlet}", f"B{number + 1}", last_day)
        commune.branches.append(row["id"])
        yield row
    if nth % max(1, 166 // plan["schools"] if plan["people"] > 3000 else 3) == 0:  # noqa: PLR2004 -- as planned
        row = _unit(dice, commune, "school", f"Trường THPT {dice.choose(words['schools'])}", "S1", last_day)
        commune.schools.append(row["id"])
        yield row
    if nth % _AGENCY_EVERY == 0:
        row = _unit(dice, commune, "agency", f"Trung tâm Hành chính công {commune.name}", "A1", last_day)
        commune.offices.append(row["id"])
        yield row
    if nth % _ENTERPRISE_EVERY == 0:
        name = f"Hợp tác xã {dice.choose(words['hamlets'])}"
        row = _unit(dice, commune, "enterprise", name, "E1", last_day)
        commune.offices.append(row["id"])
        yield row


def _unit(dice: Dice, commune: Commune, kind: str, name: str, suffix: str, last_day: date) -> Row:
    return {
        "id": dice.id_at(midnight_of(last_day - timedelta(days=500))),
        "code": f"{commune.code}-{suffix}",
        "kind": kind,
        "name": name,
        "parent": str(commune.id),
        # Nothing is inherited from the commune, so what makes its work harder is said again.
        "area_group": commune.area_group,
        "flags": list(commune.flags),
    }


def _team(dice: Dice, commune: Commune, kind: str, last_day: date) -> Row:
    word = dice.choose(told("places")["words"]["teams"])
    founded_on = last_day - timedelta(days=dice.between(150, 420))
    row: Row = {
        "id": dice.id_at(midnight_of(founded_on)),
        "kind": kind,
        "name": f"{_TEAM_KINDS[kind]} {word} {commune.short_name}",
        "unit": str(commune.id),
        "valid_from": founded_on,
    }
    commune.teams.append(row["id"])
    return row


def _clusters(communes: Sequence[Commune], plan: Table) -> Iterator[Row]:
    names = plan["clusters"]
    for nth, name in enumerate(names):
        own = communes[nth * len(communes) // len(names) : (nth + 1) * len(communes) // len(names)]
        if own:
            yield {
                "code": f"{own[0].province}-CUM-{nth + 1}",
                "kind": "cum",
                "name": name,
                "unit": str(own[0].province_id),
                "units": [str(one.id) for one in own],
            }
