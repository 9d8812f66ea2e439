"""Rulebooks: TOML in, checked rules out; a fault names its line and field with the allowed choices."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from thidua.activities.catalogue import ActivityType
from thidua.scoring.checks import check_against_previous
from thidua.scoring.lines import lines_of
from thidua.scoring.model import Rule, Rulebook
from thidua.scoring.places import Fault, Faults, Place, RulebookError
from thidua.scoring.reading import multipliers
from thidua.scoring.rules import Known, read_rule

RULES_MAX = 500
CHARACTERS_MAX = 500_000
_SHIPPED = Path(__file__).parent / "rulebooks"


def parse_rulebook(
    text: str, *, types: Mapping[str, ActivityType], previous: Sequence[Rulebook] = ()
) -> Rulebook:
    """Return the rulebook the text tells, or raise `RulebookError` with every fault found.

    `previous` are all versions published before it: what a rule name means does not change (8, 15).
    """
    faults, top = _read_toml(text)
    told = top.table(["name", "version", "multipliers", "rule"], required=["name", "version", "rule"])
    name = told["name"].text() if "name" in told else ""
    version = told["version"].whole(1, 1_000_000) if "version" in told else 0
    if previous and version <= max(book.version for book in previous):
        faults.add(("version",), "version_not_higher", lowest=max(book.version for book in previous) + 1)
    rules = _rules(told, version=version, types=types)
    check_against_previous(rules, previous, top.faults)
    faults.settle()
    return Rulebook(name, version, rules)


@cache
def shipped_text() -> str:
    """The text of the rulebook that an empty instance begins with."""
    return (_SHIPPED / "shipped-1.toml").read_text(encoding="utf-8")


def _read_toml(text: str) -> tuple[Faults, Place]:
    if len(text) > CHARACTERS_MAX:
        raise RulebookError([Fault(1, "(top)", "too_long", facts={"characters_max": CHARACTERS_MAX})])
    try:
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RulebookError([_toml_fault(text, str(error))]) from error
    faults = Faults(lines_of(text.replace("\r\n", "\n")))
    top = Place((), told, faults)
    _refuse_floats(top)
    return faults, top


def _toml_fault(text: str, message: str) -> Fault:
    _, found, place = message.rpartition("(at line ")
    line = place.partition(",")[0]
    return Fault(int(line) if found and line.isdecimal() else text.count("\n") + 1, "(top)", "not_toml")


def _refuse_floats(place: Place) -> None:
    """No float touches a score (6), so none stands in a rulebook at all."""
    if isinstance(place.value, float):
        place.fault("float_refused")
    if isinstance(place.value, dict):
        for key, value in place.value.items():
            _refuse_floats(Place((*place.path, key), value, place.faults))
    if isinstance(place.value, list):
        for index, value in enumerate(place.value):
            _refuse_floats(Place((*place.path, index), value, place.faults))


def _rules(told: Mapping[str, Place], *, version: int, types: Mapping[str, ActivityType]) -> dict[str, Rule]:
    reported = {code: one for code, one in types.items() if not one.is_derived}
    everywhere = {name: attribute for one in reported.values() for name, attribute in one.attributes.items()}
    sets = told["multipliers"].table() if "multipliers" in told else {}
    named = {name: multipliers(one, everywhere) for name, one in sets.items()}
    places = told["rule"].table() if "rule" in told else {}
    if len(places) > RULES_MAX:
        told["rule"].fault("too_many", highest=RULES_MAX)
        return {}
    known = Known(reported, named, version)
    return {name: read_rule(name, place, known) for name, place in places.items()}
