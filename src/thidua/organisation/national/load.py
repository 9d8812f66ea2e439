"""Puts the national tree into an instance that does not have it yet, or not all of it."""

import csv
from datetime import datetime
from functools import cache
from importlib.resources import files
from uuid import UUID, uuid5

from thidua.infra.database import Connection
from thidua.organisation import storing
from thidua.organisation.batch import Row
from thidua.organisation.tree import rewrite_within
from thidua.organisation.vietnamese import fold

# Fixed for ever: the ids of the national tree are made from it, the same in every instance.
_IDS = UUID("6f0d6c1e-1f6e-5b57-9d0a-3d7b5b2f4c11")
_COUNTRY = {
    "code": "VN",
    "name": "Việt Nam",
    "name_en": "Vietnam",
    "parent": "",
    "area_group": "",
    "flags": "",
}


def id_of(code: str) -> UUID:
    """Return the id that a unit of the national tree has in every instance."""
    return uuid5(_IDS, code)


async def load(connection: Connection, at: datetime) -> int:
    """Create what is missing of the national tree, and return how many units that were.

    What is there is left as it is: an operator's correction outlives every start.
    """
    await storing.lock(connection)
    units = national_units()
    there = await storing.units_named(connection, list(units))
    missing = [code for code in units if code not in there]
    ids = {code: there.get(code) or id_of(code) for code in units}
    if missing:
        rows = [_row(units[code], ids, at) for code in missing]
        await storing.store(connection, storing.UNITS, [None] * len(rows), rows)
        await rewrite_within(connection, [ids[code] for code in missing])
    return len(missing)


@cache
def national_units() -> dict[str, dict[str, str]]:
    """Return the country, the provinces and the communes as the data files have them, by code."""
    provinces, communes = _read("provinces.csv"), _read("communes.csv")
    kinds = [("central", [_COUNTRY]), ("province", provinces), ("commune", communes)]
    return {unit["code"]: unit | {"kind": kind} for kind, units in kinds for unit in units}


def _read(name: str) -> list[dict[str, str]]:
    text = files("thidua.organisation.national").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def _row(unit: dict[str, str], ids: dict[str, UUID], at: datetime) -> Row:
    return {
        "id": ids[unit["code"]],
        "code": unit["code"],
        "kind": unit["kind"],
        "name": unit["name"],
        "name_en": unit["name_en"],
        "name_fold": fold(unit["name"]),
        "parent": ids.get(unit["parent"]),
        "area_group": unit["area_group"] or None,
        "flags": [flag for flag in unit["flags"].split("|") if flag],
        "latitude": unit.get("latitude"),
        "longitude": unit.get("longitude"),
        "created_at": at,
    }
