"""One rule as a rulebook tells it: whom it pays, its caps, keys, prerequisites and milestone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from thidua.activities.attributes import Attribute, AttributeKind
from thidua.activities.catalogue import ActivityType
from thidua.activities.model import ROLES
from thidua.scoring.checks import check_rule
from thidua.scoring.keys import FESTIVAL_PART
from thidua.scoring.model import (
    Among,
    Cap,
    Counts,
    Key,
    Milestone,
    Multiplier,
    Pays,
    Prerequisite,
    Rule,
    Window,
)
from thidua.scoring.places import Place
from thidua.scoring.reading import Attributes, attribute_named, conditions, points
from thidua.scoring.sentences import sentence_codes
from thidua.scoring.windows import narrow_first

CAP_MAX = 1_000_000_000
COUNT_MAX = 1000
_NAME = r"[a-z][a-z0-9_]{0,63}"
_KEYS = (
    "types",
    "when",
    "pays",
    "points",
    "counts",
    "caps",
    "multipliers",
    "once_per",
    "best_of",
    "requires",
    "milestone",
    "reverses",
    "category",
    "valid_from",
    "valid_to",
    "sentence",
)
# A rule without a window of its own keys is told apart for ever.
_KEY_WINDOWS = tuple(window for window in Window if window is not Window.EVENT)
_KEY_KINDS = (
    AttributeKind.TEXT,
    AttributeKind.LABEL,
    AttributeKind.SLUG,
    AttributeKind.CHOICE,
    AttributeKind.WHOLE,
)
Value = TypeVar("Value")
Absent = TypeVar("Absent")


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule may refer to: the types that can be reported, and the named sets of multipliers."""

    types: Mapping[str, ActivityType]
    multipliers: Mapping[str, tuple[Multiplier, ...]]
    version: int


def read_rule(name: str, place: Place, known: Known) -> Rule:
    """Return the rule that the table tells; what is wrong with it is kept in the place's faults."""
    Place(place.path, name, place.faults).text(_NAME)
    told = place.table(_KEYS, required=["types", "pays", "points", "sentence"])
    codes = told["types"].choices(known.types, "unknown_type") if "types" in told else []
    own = shared_attributes([known.types[code] for code in codes])
    rule = Rule(
        name=name,
        version=known.version,
        category=_category(place, told, [known.types[code] for code in codes], known),
        types=frozenset(codes),
        when=_read(told, "when", lambda one: conditions(one, own), ()),
        pays=_read(told, "pays", lambda one: Pays(one.choice(list(Pays)) or Pays.ACTOR), Pays.ACTOR),
        points=_read(told, "points", lambda one: points(one, own, frozenset(codes)), 0),
        counts=_read(told, "counts", lambda one: Counts(one.choice(list(Counts)) or Counts.ONE), Counts.ONE),
        caps=_read(told, "caps", _caps, ()),
        multipliers=_read(told, "multipliers", lambda one: _multipliers(one, known), ()),
        once_per=_read(told, "once_per", lambda one: _once_per(one, own), None),
        best_of=_read(told, "best_of", lambda one: _best_of(one, own), None),
        requires=_read(told, "requires", lambda one: _prerequisites(one, known), ()),
        milestone=_read(told, "milestone", _milestone, None),
        reverses=_read(told, "reverses", lambda one: attribute_named(one, own, AttributeKind.IDS), None),
        valid_from=_read(told, "valid_from", Place.day, None),
        valid_to=_read(told, "valid_to", Place.day, None),
        sentence=_read(
            told, "sentence", lambda one: one.choice(sentence_codes(), "unknown_sentence") or "", ""
        ),
    )
    check_rule(rule, place)
    return rule


def _read(
    told: Mapping[str, Place], key: str, read: Callable[[Place], Value], absent: Absent
) -> Value | Absent:
    return read(told[key]) if key in told else absent


def shared_attributes(types: Sequence[ActivityType]) -> dict[str, Attribute]:
    """The attributes that every one of the types has, meaning the same."""
    if not types:
        return {}
    first, others = types[0], types[1:]
    return {
        name: told
        for name, told in first.attributes.items()
        if all(other.attributes.get(name) == told for other in others)
    }


def _category(place: Place, told: Mapping[str, Place], types: Sequence[ActivityType], known: Known) -> str:
    """The stated category, else the one that the types share."""
    categories = sorted({one.category for one in known.types.values()})
    if "category" in told:
        return told["category"].choice(categories, "unknown_category") or ""
    own = {one.category for one in types}
    if len(own) > 1:
        place.faults.add((*place.path, "category"), "missing", sorted(own))
    return min(own, default="")


def _caps(place: Place) -> tuple[Cap, ...]:
    """Caps from the narrowest window to the widest, so that the first to bind is the narrowest."""
    caps = [_cap(item) for item in place.items()]
    if len({(cap.window, cap.in_points) for cap in caps}) < len(caps):
        place.fault("repeated")
    order = narrow_first({cap.window for cap in caps})
    return tuple(sorted(caps, key=lambda cap: (order.index(cap.window), cap.in_points)))


def _cap(place: Place) -> Cap:
    told = place.table(["window", "units", "points"], required=["window"])
    if ("units" in told) == ("points" in told):
        place.fault("needs_one_of", ["units", "points"])
        return Cap(Window.EVER, 1)
    in_points = "points" in told
    limit = told["points" if in_points else "units"].whole(1, CAP_MAX)
    return Cap(_window(told, Window.EVER, tuple(Window)), limit, in_points)


def _window(told: Mapping[str, Place], absent: Window, known: Sequence[Window] = _KEY_WINDOWS) -> Window:
    if "window" not in told:
        return absent
    return Window(told["window"].choice(known, "unknown_window") or absent)


def _multipliers(place: Place, known: Known) -> tuple[Multiplier, ...]:
    name = place.choice(known.multipliers, "unknown_multipliers")
    return known.multipliers[name] if name is not None else ()


def _once_per(place: Place, own: Attributes) -> Key:
    told = place.table(["attributes", "role", "window", "among"])
    role = told["role"].choice(sorted(ROLES), "unknown_role") if "role" in told else None
    among = Among(told["among"].choice(list(Among)) or Among.SUBJECT) if "among" in told else Among.SUBJECT
    if "role" not in told and "attributes" not in told:
        place.fault("needs_one_of", ["attributes", "role"])
    return Key(_key_attributes(told, own), role, _window(told, Window.EVER), among)


def _best_of(place: Place, own: Attributes) -> Key:
    told = place.table(["attributes", "window"], required=["attributes"])
    return Key(_key_attributes(told, own), None, _window(told, Window.EVER), Among.SUBJECT)


def _key_attributes(told: Mapping[str, Place], own: Attributes) -> tuple[str, ...]:
    if "attributes" not in told:
        return ()
    known = [name for name, one in own.items() if one.kind in _KEY_KINDS and name != FESTIVAL_PART]
    return tuple(told["attributes"].choices([*known, FESTIVAL_PART], "unknown_attribute"))


def _prerequisites(place: Place, known: Known) -> tuple[Prerequisite, ...]:
    return tuple(_prerequisite(item, known) for item in place.items())


def _prerequisite(place: Place, known: Known) -> Prerequisite:
    told = place.table(["types", "at_least", "window"], required=["types", "at_least", "window"])
    types = told["types"].choices(known.types, "unknown_type") if "types" in told else []
    at_least = told["at_least"].whole(1, COUNT_MAX) if "at_least" in told else 1
    return Prerequisite(frozenset(types), at_least, _window(told, Window.EVER))


def _milestone(place: Place) -> Milestone:
    told = place.table(["role", "at_least", "window"], required=["at_least", "window"])
    role = told["role"].choice(sorted(ROLES), "unknown_role") if "role" in told else None
    at_least = told["at_least"].whole(1, COUNT_MAX) if "at_least" in told else 1
    return Milestone(role, at_least, _window(told, Window.YEAR))
