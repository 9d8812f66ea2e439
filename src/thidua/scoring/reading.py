"""The pieces of a rule as TOML writes them: conditions, points, multipliers. No text is evaluated."""

import re
from collections.abc import Callable, Mapping

from thidua.activities.attributes import Attribute, AttributeKind
from thidua.activities.model import ROLES
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.model import AreaGroup, PriorityFlag, TargetGroup, UnitFlag
from thidua.scoring.model import Condition, Multiplier, Points, PointsBySteps, PointsByTable, PointsByValue
from thidua.scoring.places import Place

Attributes = Mapping[str, Attribute]
ReadCondition = Callable[[Place, Attributes], Condition]

POINTS_PER_UNIT_MAX = 10_000
QUANTITY_MAX = 10_000
FACTOR_PART_MAX = 100
# The largest award, 10,000 units of 10,000 points, stays a whole number of four bytes.
FACTOR_MAX = 10

ATTRIBUTE_TESTS = ("at_least", "at_most", "is", "one_of")


def condition(place: Place, attributes: Attributes) -> Condition:
    """Return the one thing that the table asks of a fact."""
    return _one_of(place, attributes, _CONDITIONS)


def conditions(place: Place, attributes: Attributes) -> tuple[Condition, ...]:
    """Return all that a `when` asks."""
    return tuple(condition(item, attributes) for item in place.items())


def multipliers(place: Place, attributes: Attributes) -> tuple[Multiplier, ...]:
    """Return one named set of multipliers: each with a factor like "3/2" and its conditions."""
    return tuple(_multiplier(name, one, attributes) for name, one in place.table().items())


def points(place: Place, attributes: Attributes, types: frozenset[str]) -> Points:
    """Return the points of one unit: fixed, by table, by steps, or an attribute's own value."""
    if not isinstance(place.value, dict):
        return place.whole(-POINTS_PER_UNIT_MAX, POINTS_PER_UNIT_MAX)
    if "by_type" in place.value:
        told = place.table(["by_type"])["by_type"]
        return PointsByTable(None, _points_table(told, tuple(sorted(types))))
    told_by = place.table(["attribute", "table", "steps", "value_between"], required=["attribute"])
    ways = [way for way in ("table", "steps", "value_between") if way in told_by]
    if len(ways) != 1 or "attribute" not in told_by:
        place.fault("needs_one_of", ["by_type", "table", "steps", "value_between"])
        return 0
    return _points_by(ways[0], told_by, attributes)


def attribute_named(place: Place, attributes: Attributes, *kinds: AttributeKind) -> str:
    """Return the name of an attribute that every type of the rule has, of one of the kinds."""
    known = [name for name, told in attributes.items() if not kinds or told.kind in kinds]
    return place.choice(known, "unknown_attribute") or ""


def _one_of(place: Place, attributes: Attributes, known: Mapping[str, ReadCondition]) -> Condition:
    heads = [head for head in known if isinstance(place.value, dict) and head in place.value]
    if len(heads) != 1:
        place.fault("needs_one_of", known)
        return Condition("any_of", "")
    return known[heads[0]](place, attributes)


def _attribute(place: Place, attributes: Attributes) -> Condition:
    told = place.table(["attribute", *ATTRIBUTE_TESTS, "if_given"])
    tests = [test for test in ATTRIBUTE_TESTS if test in told]
    if len(tests) != 1:
        place.fault("needs_one_of", ATTRIBUTE_TESTS)
        return Condition("any_of", "")
    if_given = "if_given" in told and told["if_given"].yes()
    test, wanted = tests[0], told[tests[0]]
    if test in ("at_least", "at_most"):
        name = attribute_named(told["attribute"], attributes, AttributeKind.WHOLE)
        values: tuple[object, ...] = (wanted.whole(-(10**12), 10**12),)
        return Condition(f"attribute_{test}", name, values, if_given)
    name = attribute_named(told["attribute"], attributes)
    values = tuple(
        _plain(one, attributes.get(name)) for one in ([wanted] if test == "is" else wanted.items())
    )
    return Condition("attribute_is", name, values, if_given)


def _plain(place: Place, told: Attribute | None) -> object:
    """A value that the attribute itself could hold."""
    if told is not None and (fault := told.fault_of(place.value)) is not None:
        place.fault(fault, told.choices)
    return place.value


def _quantity(place: Place, _attributes: Attributes) -> Condition:
    told = place.table(["quantity_at_least"])
    return Condition("quantity_at_least", "", (told["quantity_at_least"].whole(1, QUANTITY_MAX),))


def _participants(place: Place, _attributes: Attributes) -> Condition:
    told = place.table(["participants", "at_least"], required=["at_least"])
    role = told["participants"].choice(sorted(ROLES), "unknown_role") or ""
    at_least = told["at_least"].whole(1, QUANTITY_MAX) if "at_least" in told else 1
    return Condition("participants_at_least", role, (at_least,))


def _words(head: str, known: list[str]) -> ReadCondition:
    def read(place: Place, _attributes: Attributes) -> Condition:
        return Condition(head, "", tuple(place.table([head])[head].choices(known)))

    return read


def _actor_kind(place: Place, _attributes: Attributes) -> Condition:
    words = place.table(["actor_kind"])["actor_kind"].choices([kind.word for kind in SubjectKind])
    return Condition("actor_kind", "", tuple(SubjectKind[word.upper()] for word in words))


def _helped_priority(place: Place, _attributes: Attributes) -> Condition:
    told = place.table(["helped_priority"])["helped_priority"]
    words = () if told.value is True else tuple(told.choices([flag.value for flag in PriorityFlag]))
    return Condition("helped_priority", "", words)


def _team_named(place: Place, _attributes: Attributes) -> Condition:
    place.table(["team_named"])["team_named"].yes()
    return Condition("team_named", "")


def _any_of(place: Place, attributes: Attributes) -> Condition:
    plain = {head: read for head, read in _CONDITIONS.items() if head != "any_of"}
    inner = tuple(_one_of(item, attributes, plain) for item in place.table(["any_of"])["any_of"].items())
    return Condition("any_of", "", any_of=inner)


_CONDITIONS: dict[str, ReadCondition] = {
    "attribute": _attribute,
    "quantity_at_least": _quantity,
    "participants": _participants,
    "area_group": _words("area_group", [group.value for group in AreaGroup]),
    "flag": _words("flag", [flag.value for flag in UnitFlag]),
    "target_group": _words("target_group", [group.value for group in TargetGroup]),
    "actor_kind": _actor_kind,
    "helped_priority": _helped_priority,
    "team_named": _team_named,
    "any_of": _any_of,
}


def _multiplier(name: str, place: Place, attributes: Attributes) -> Multiplier:
    told = place.table(["factor", "when"], required=["factor", "when"])
    numerator, denominator = _factor(told["factor"]) if "factor" in told else (1, 1)
    when = conditions(told["when"], attributes) if "when" in told else ()
    return Multiplier(name, numerator, denominator, when)


def _factor(place: Place) -> tuple[int, int]:
    found = re.fullmatch(r"([1-9]\d{0,2})/([1-9]\d{0,2})", place.text(), re.ASCII)
    if found is None:
        place.fault("not_a_fraction", ["3/2", "6/5"])
        return 1, 1
    numerator, denominator = int(found[1]), int(found[2])
    if (
        not denominator < numerator <= FACTOR_MAX * denominator
        or max(numerator, denominator) > FACTOR_PART_MAX
    ):
        place.fault("out_of_range", lowest="more than 1", highest=FACTOR_MAX)
    return numerator, denominator


def _points_table(place: Place, known: tuple[str, ...]) -> dict[str, int]:
    """Points by each of the known words, all of them named."""
    told = place.table(known or None, required=known)
    if not told:
        place.fault("empty")
    return {key: one.whole(-POINTS_PER_UNIT_MAX, POINTS_PER_UNIT_MAX) for key, one in told.items()}


def _points_by(way: str, told: Mapping[str, Place], attributes: Attributes) -> Points:
    if way == "table":
        name = attribute_named(told["attribute"], attributes)
        return PointsByTable(name, _points_table(told["table"], _values_of(attributes.get(name))))
    name = attribute_named(told["attribute"], attributes, AttributeKind.WHOLE)
    if way == "steps":
        return PointsBySteps(name, _steps(told["steps"]))
    ends = [one.whole(-POINTS_PER_UNIT_MAX, POINTS_PER_UNIT_MAX) for one in told["value_between"].items()]
    if len(ends) != len(("lowest", "highest")) or ends[0] >= ends[1]:
        told["value_between"].fault("not_a_span")
        ends = [0, 1]
    return PointsByValue(name, ends[0], ends[1])


_VALUES_NAMED_MAX = 20


def _values_of(told: Attribute | None) -> tuple[str, ...]:
    """All values the attribute can hold, as text, where they are few; else none."""
    if told is None or told.kind is not AttributeKind.WHOLE:
        return told.choices if told is not None else ()
    few = told.highest - told.lowest < _VALUES_NAMED_MAX
    return tuple(str(number) for number in range(told.lowest, told.highest + 1)) if few else ()


def _steps(place: Place) -> tuple[tuple[int, int], ...]:
    """Pairs of threshold and points, thresholds rising."""
    steps: list[tuple[int, int]] = []
    for item in place.items():
        pair = item.items()
        if len(pair) != len(("from", "points")):
            item.fault("not_a_pair")
            continue
        steps.append(
            (pair[0].whole(-(10**9), 10**9), pair[1].whole(-POINTS_PER_UNIT_MAX, POINTS_PER_UNIT_MAX))
        )
    if [start for start, _ in steps] != sorted({start for start, _ in steps}):
        place.fault("not_rising")
    return tuple(steps)
