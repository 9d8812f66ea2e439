"""What must hold between the parts of a rule, and between the versions of one rule name (6 to 15)."""

from collections.abc import Mapping, Sequence

from thidua.scoring.model import (
    Counts,
    PointsBySteps,
    PointsByTable,
    PointsByValue,
    Rule,
    Rulebook,
    Window,
)
from thidua.scoring.places import Faults, Place
from thidua.scoring.windows import nest

# The places of a rule that hold windows, in the order in which a fault is shown.
_WINDOWED = ("caps", "requires", "milestone", "once_per", "best_of")
# What one rule name pays to whom, and its keys, stay the same through all versions (15).
_KEPT = ("pays", "once_per", "best_of")


def check_rule(rule: Rule, place: Place) -> None:
    """Keep a fault for everything in the rule that does not go together."""
    _check_negative(rule, place)
    _check_counting(rule, place)
    _check_best_of(rule, place)
    _check_milestone(rule, place)
    if rule.valid_from is not None and rule.valid_to is not None and rule.valid_from >= rule.valid_to:
        _fault(place, "valid_to", "not_a_span")
    if not nest(_windows_of(rule)):
        _fault(place, _windowed_key(rule), "windows_do_not_nest", sorted(_windows_of(rule)))


def check_against_previous(rules: Mapping[str, Rule], previous: Sequence[Rulebook], faults: Faults) -> None:
    """Keep a fault wherever a rule name would come to mean something else than in an earlier version."""
    for name, rule in rules.items():
        earlier = [book.rules[name] for book in previous if name in book.rules]
        if earlier:
            _check_kept(rule, earlier, Place(("rule", name), {}, faults))


def lowest_points(rule: Rule) -> int:
    """The fewest points that one unit of the rule can bring."""
    match rule.points:
        case PointsByTable(table=table):
            return min(table.values(), default=0)
        case PointsBySteps(steps=steps):
            return min((worth for _, worth in steps), default=0)
        case PointsByValue(lowest=lowest):
            return lowest
        case fixed:
            return fixed


def _check_negative(rule: Rule, place: Place) -> None:
    """Rules with negative points have no caps and no multipliers (6)."""
    if lowest_points(rule) >= 0:
        return
    if rule.caps:
        _fault(place, "caps", "negative_points_have_no_caps")
    if rule.multipliers:
        _fault(place, "multipliers", "negative_points_have_no_multipliers")


def _check_counting(rule: Rule, place: Place) -> None:
    """Units of a key are the keys held, never the quantity (9); the best of a key is one unit (10)."""
    if rule.once_per is not None and rule.best_of is not None:
        _fault(place, "best_of", "one_key_only")
    keyed = rule.once_per is not None or rule.best_of is not None or rule.milestone is not None
    if keyed and rule.counts is not Counts.ONE:
        _fault(place, "counts", "counts_one_only", [Counts.ONE])


def _check_best_of(rule: Rule, place: Place) -> None:
    """The best of a key has no caps (10); what claims the key cannot hang on what came before (11)."""
    if rule.best_of is not None and rule.caps:
        _fault(place, "caps", "best_of_has_no_caps")
    if rule.best_of is not None and rule.requires:
        _fault(place, "requires", "best_of_requires_nothing")


def _check_milestone(rule: Rule, place: Place) -> None:
    """A derived award is fixed points, once a window, and takes no multiplier (12)."""
    if rule.milestone is None:
        return
    if not isinstance(rule.points, int):
        _fault(place, "points", "milestone_points_are_fixed")
    if rule.multipliers:
        _fault(place, "multipliers", "milestone_has_no_multipliers")
    for key in ("caps", "once_per", "best_of", "requires", "reverses"):
        if getattr(rule, key):
            _fault(place, key, "milestone_stands_alone")


def _check_kept(rule: Rule, earlier: Sequence[Rule], place: Place) -> None:
    latest = earlier[-1]
    for key in _KEPT:
        if getattr(rule, key) != getattr(latest, key):
            _fault(place, key, f"{key}_changed", version=latest.version)
    if _milestone_kind(rule) != _milestone_kind(latest):
        _fault(place, "milestone", "milestone_changed", version=latest.version)
    windows = {window for one in (*earlier, rule) for window in _windows_of(one)}
    if nest(_windows_of(rule)) and not nest(windows):
        _fault(place, _windowed_key(rule), "windows_do_not_nest", sorted(windows), version=latest.version)


def _milestone_kind(rule: Rule) -> object:
    """What a milestone counts and over which window; how many are asked for may change."""
    return None if rule.milestone is None else (rule.milestone.role, rule.milestone.window)


def _windows_of(rule: Rule) -> set[Window]:
    keys = (rule.once_per, rule.best_of, rule.milestone, *rule.requires, *rule.caps)
    return {one.window for one in keys if one is not None}


def _windowed_key(rule: Rule) -> str:
    return next((key for key in _WINDOWED if getattr(rule, key)), "caps")


def _fault(place: Place, key: str, code: str, choices: Sequence[str] = (), **facts: object) -> None:
    place.faults.add((*place.path, key), code, choices, **facts)
