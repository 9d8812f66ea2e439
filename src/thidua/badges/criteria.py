"""The `[criterion]` of a badge.toml: each kind with its own fields, all of things we know."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from thidua.activities.attributes import Attribute, AttributeKind
from thidua.activities.catalogue import ActivityType
from thidua.activities.catalogue import catalogue as activities
from thidua.activities.model import ROLES
from thidua.badges.definitions import Criterion, Part, ShareOf, Who
from thidua.badges.model import CriterionKind, Window
from thidua.kernel.period import PeriodKind
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.model import UnitKind
from thidua.scoring.model import Counts
from thidua.scoring.places import Place
from thidua.scoring.reading import conditions
from thidua.scoring.rules import shared_attributes

COUNT_MAX = 1_000_000
DAYS_MAX = 90
SETTLING_DAYS = 7
_PER_CENT = 100
_DEEDS = ("types", "categories", "who", "when", "on_days")
_AMOUNT = ("counts", "units_per_day_max", "one_helped", "at_least")
FIELDS_OF_KINDS: dict[CriterionKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # The fields a kind may have besides `kind` and `unit_kinds`, and those of them it must have.
    CriterionKind.TOTAL: (("categories", "at_least"), ("at_least",)),
    CriterionKind.COUNT: ((*_DEEDS, *_AMOUNT, "spread_by", "spread_at_least"), ("at_least",)),
    CriterionKind.DISTINCT: (
        (*_DEEDS, "one_helped", "at_least", "distinct_by", "distinct_roles"),
        ("at_least",),
    ),
    CriterionKind.STREAK: ((*_DEEDS, "at_least", "step", "in_a_row"), ("step", "in_a_row")),
    CriterionKind.SHARE: (
        (
            *(*_DEEDS, "of", "against", "distinct_by"),
            *("percent_at_least", "among_at_least", "settling_days"),
        ),
        ("of", "percent_at_least", "among_at_least"),
    ),
    CriterionKind.SET: (("types", "who", "when", "on_days", "each"), ("each",)),
    CriterionKind.FIRST_TO: ((*_DEEDS, *_AMOUNT, "first_n", "settling_days"), ("at_least", "first_n")),
    CriterionKind.STANDING: (
        ("board", "board_period", "rank_at_worst", "settling_days"),
        ("board", "board_period", "rank_at_worst"),
    ),
    CriterionKind.MANUAL: ((), ()),
}
_SETTLES = {CriterionKind.FIRST_TO, CriterionKind.SHARE, CriterionKind.STANDING}
_STEPS = (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
_BOARD_PERIODS = (*_STEPS, PeriodKind.HALF_YEAR, PeriodKind.SCHOOL_YEAR)
_TELL_APART = ("festival", "unit")
_FIELD_OF = {"of": "share_of"}
_WHO_BRINGS = {
    Who.TEAM: {SubjectKind.TEAM},
    Who.UNIT: {SubjectKind.UNIT},
    Who.WITHIN: {SubjectKind.UNIT},
    Who.PARTICIPANT: {SubjectKind.PERSON},
    Who.MEMBER: {SubjectKind.TEAM, SubjectKind.UNIT},
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the criterion may speak of: the types named, and what all of them tell."""

    subject: SubjectKind
    window: Window
    types: Mapping[str, ActivityType]
    attributes: Mapping[str, Attribute]


def read_criterion(place: Place, subject: SubjectKind, window: Window) -> Criterion:
    """Return the criterion that the table tells; what is wrong with it is kept in the place's faults."""
    word = place.table().get("kind")
    if word is None:
        place.faults.add((*place.path, "kind"), "missing", list(CriterionKind))
        return Criterion(kind=CriterionKind.MANUAL)
    kind = CriterionKind(word.choice(list(CriterionKind)) or CriterionKind.MANUAL)
    fields, required = FIELDS_OF_KINDS[kind]
    told = place.table(["kind", "unit_kinds", *fields], required=required)
    criterion = _with_deeds(place, told, kind, Known(subject, window, {}, {}))
    _check_together(place, told, criterion, subject)
    return criterion


def _with_deeds(place: Place, told: Mapping[str, Place], kind: CriterionKind, known: Known) -> Criterion:
    """The criterion with whose deeds count first: all other fields are read by what they tell."""
    who, role = _who(told["who"], known.subject) if "who" in told else (Who.ACTOR, "")
    types = _types(place, told, kind, who, known)
    known = replace(known, types=types, attributes=shared_attributes(list(types.values())))
    _check_festival(place, known)
    plain = {_FIELD_OF.get(name, name): read(told[name]) for name, read in _PLAIN.items() if name in told}
    deeds = {name: read(told[name], known) for name, read in _BY_TYPES.items() if name in told}
    criterion = Criterion(
        kind=kind,
        who=who,
        role=role,
        types=frozenset(types),
        categories=_categories(told) if kind is CriterionKind.TOTAL else frozenset(),
        settling_days=SETTLING_DAYS if kind in _SETTLES else 0,
    )
    return replace(criterion, **plain, **deeds)  # type: ignore[arg-type]  # each reader gives its own field's type


def _who(place: Place, subject: SubjectKind) -> tuple[Who, str]:
    told = place.text()
    word, _, role = told.partition(":")
    if word == Who.PARTICIPANT and role not in ROLES:
        place.fault("not_a_role", roles=", ".join(sorted(ROLES)))
        return Who.PARTICIPANT, ""
    known = [f"{one}:ROLE" if one is Who.PARTICIPANT else str(one) for one in Who]
    if word not in set(Who) or (role and word != Who.PARTICIPANT):
        place.fault("unknown_choice", known)
        return Who.ACTOR, ""
    who = Who(word)
    if subject not in _WHO_BRINGS.get(who, set(SubjectKind)):
        place.fault("wrong_who", who=who, allowed=_listed(_WHO_BRINGS[who]))
    return who, role


def _types(
    place: Place, told: Mapping[str, Place], kind: CriterionKind, who: Who, known: Known
) -> dict[str, ActivityType]:
    """The types named, or all of the categories named that the subject can do."""
    all_types = activities().types
    if kind in {CriterionKind.TOTAL, CriterionKind.STANDING, CriterionKind.MANUAL}:
        return {}
    if "types" in told and "categories" not in told:
        return _named_types(told["types"], known.subject if who is Who.ACTOR else None)
    if kind is CriterionKind.SET:
        return {}
    if ("types" in told) == ("categories" in told):
        place.fault("needs_one_of", ["types", "categories"])
        return {}
    categories = _categories(told)
    return {
        code: one
        for code, one in all_types.items()
        if one.category in categories
        and not one.is_derived
        and (who is not Who.ACTOR or known.subject in one.kinds)
    }


def _named_types(place: Place, actor: SubjectKind | None) -> dict[str, ActivityType]:
    all_types = activities().types
    codes = place.choices(list(all_types), "unknown_type")
    for code in codes:
        if all_types[code].is_derived:
            place.fault("derived_type", type=code)
        elif actor is not None and actor not in all_types[code].kinds:
            place.fault("wrong_actor", type=code, subject=actor.word)
    return {code: all_types[code] for code in codes}


def _categories(told: Mapping[str, Place]) -> frozenset[str]:
    if "categories" not in told:
        return frozenset()
    return frozenset(told["categories"].choices(list(activities().categories), "unknown_category"))


def _check_festival(place: Place, known: Known) -> None:
    """Deeds that name no festival cannot be counted festival by festival."""
    if known.window is not Window.FESTIVAL:
        return
    for code, one in known.types.items():
        if "festival" not in one.attributes:
            place.faults.add((*place.path, "types"), "no_festival", type=code)


def _when(place: Place, known: Known) -> object:
    return conditions(place, known.attributes)


def _tell_apart(place: Place, known: Known) -> object:
    ids = AttributeKind.IDS
    own = [name for name, one in known.attributes.items() if one.kind is not ids and name != "festival"]
    return tuple(place.choices([*own, *_TELL_APART], "unknown_attribute"))


def _parts(place: Place, known: Known) -> object:
    return tuple(_part(item, known) for item in place.items())


def _part(place: Place, known: Known) -> Part:
    told = place.table(["types", "when"])
    types = _named_types(told["types"], known.subject) if "types" in told else known.types
    if not types:
        place.faults.add((*place.path, "types"), "missing")
    own = shared_attributes(list(types.values()))
    return Part(types=frozenset(types), when=conditions(told["when"], own) if "when" in told else ())


def _against(place: Place, _known: Known) -> object:
    return frozenset(_named_types(place, None))


def _days(place: Place) -> object:
    return frozenset(_day(item) for item in place.items())


def _day(place: Place) -> tuple[int, int]:
    found = re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", place.text(), re.ASCII)
    if found is None:
        place.fault("not_a_day")
        return 1, 1
    return int(found[1]), int(found[2])


def _roles(place: Place) -> object:
    return frozenset(place.choices(sorted(ROLES), "unknown_role"))


def _unit_kinds(place: Place) -> object:
    return frozenset(UnitKind(word) for word in place.choices(list(UnitKind)))


_PLAIN: dict[str, Callable[[Place], object]] = {
    "on_days": _days,
    "counts": lambda place: Counts(place.choice(list(Counts)) or Counts.ONE),
    "units_per_day_max": lambda place: place.whole(1, COUNT_MAX),
    "at_least": lambda place: place.whole(1, COUNT_MAX),
    "distinct_roles": _roles,
    "one_helped": Place.yes,
    "spread_at_least": lambda place: place.whole(2, COUNT_MAX),
    "step": lambda place: PeriodKind(place.choice(list(_STEPS)) or PeriodKind.WEEK),
    "in_a_row": lambda place: place.whole(2, 1000),
    "of": lambda place: ShareOf(place.choice(list(ShareOf)) or ShareOf.TYPES),
    "percent_at_least": lambda place: place.whole(1, _PER_CENT),
    "among_at_least": lambda place: place.whole(1, COUNT_MAX),
    "unit_kinds": _unit_kinds,
    "first_n": lambda place: place.whole(1, 1000),
    "board": lambda place: place.text(r"[a-z0-9-]{1,64}"),
    "board_period": lambda place: PeriodKind(place.choice(list(_BOARD_PERIODS)) or PeriodKind.QUARTER),
    "rank_at_worst": lambda place: place.whole(1, 100),
    "settling_days": lambda place: place.whole(0, DAYS_MAX),
}
_BY_TYPES: dict[str, Callable[[Place, Known], object]] = {
    "when": _when,
    "distinct_by": _tell_apart,
    "spread_by": _tell_apart,
    "each": _parts,
    "against": _against,
}


def _check_together(
    place: Place, told: Mapping[str, Place], criterion: Criterion, subject: SubjectKind
) -> None:
    """Keep a fault for what does not go together."""
    if criterion.unit_kinds and subject is not SubjectKind.UNIT:
        told["unit_kinds"].fault("units_only")
    if ("spread_by" in told) != ("spread_at_least" in told):
        place.fault("spread_needs_both")
    if (criterion.share_of is ShareOf.MEMBERS) != (criterion.who is Who.MEMBER):
        place.fault("members_both")
    ways = [name for name in ("distinct_by", "distinct_roles") if name in told]
    if criterion.kind is CriterionKind.DISTINCT and len(ways) != 1:
        place.fault("needs_one_of", ["distinct_by", "distinct_roles"])


def _listed(kinds: Sequence[SubjectKind] | set[SubjectKind]) -> str:
    return ", ".join(kind.word for kind in sorted(kinds))
