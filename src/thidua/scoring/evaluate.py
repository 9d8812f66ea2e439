"""The fold: facts of one rule and one paid subject, in order, to what each must bring (16).

Live scoring, replay and preview call these functions and no others, so they cannot disagree.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from thidua.scoring.caps import Room, Use, charge, room_in
from thidua.scoring.conditions import first_unmet
from thidua.scoring.keys import missing_parts
from thidua.scoring.model import (
    Counts,
    Fact,
    Multiplier,
    Outcome,
    PointsBySteps,
    PointsByTable,
    PointsByValue,
    Prerequisite,
    Reason,
    Rule,
    Window,
)
from thidua.scoring.windows import bucket_of, narrow_first

ZERO_POINTS = "zero_points"

RuleOf = Callable[[Fact], Rule | None]


class State(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What is kept of one bucket: the order of its last fact, and the use of every window there.

    `windows` are those whose use was charged: a version published later may name others.
    """

    last_at: datetime
    last_id: UUID
    use: Use = {}
    windows: str = ""

    @property
    def last(self) -> tuple[datetime, UUID]:
        """The order of the last fact folded."""
        return (self.last_at, self.last_id)


def fold(
    subject: UUID,
    facts: Sequence[Fact],
    *,
    rule_of: RuleOf,
    windows: Sequence[Window],
    held: Mapping[UUID, int],
    state: State | None = None,
) -> tuple[State | None, list[Outcome]]:
    """Fold the facts, in order, onto the state; return the new state and one outcome for each fact.

    `facts` hold prerequisites too; `windows` are all that any version of the rule names; `held` is the
    number of keys each activity holds at present.
    """
    use = dict(state.use) if state is not None else {}
    outcomes: list[Outcome] = []
    for fact in facts:
        rule = rule_of(fact)
        if rule is None or fact.type not in rule.types:
            continue
        outcome = judge(rule, fact, subject, earlier=facts, held=held, use=use)
        charge(use, windows, fact, units=outcome.units, points=outcome.points)
        outcomes.append(outcome)
    if not facts:
        return state, outcomes
    return State(facts[-1].occurred_at, facts[-1].id, use, " ".join(windows)), outcomes


def best(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Keep the best of outcomes that share a key; the others bring nothing; ties go to the first (10)."""
    ordered = list(outcomes)
    worth = [outcome for outcome in ordered if all(reason.code == ZERO_POINTS for reason in outcome.reasons)]
    if not worth:
        return ordered
    # The best may bring 0 points where the others would take some away.
    winner = max(worth, key=lambda outcome: outcome.points)
    reason = Reason("not_best", {"best": winner.points})
    return [
        outcome
        if outcome is winner or outcome.reasons
        else nothing(outcome.rule, outcome.fact, outcome.subject, reason)
        for outcome in ordered
    ]


def eligible(rule: Rule, fact: Fact) -> Reason | None:
    """Return why the rule does not look at the fact: out of its span, or a condition unmet; else None."""
    if rule.valid_from is not None or rule.valid_to is not None:
        too_early = rule.valid_from is not None and fact.day < rule.valid_from
        if too_early or (rule.valid_to is not None and fact.day >= rule.valid_to):
            return Reason("not_in_force", {})
    unmet = first_unmet(rule.when, fact) if rule.when else None
    if unmet is None:
        return None
    return Reason("condition_not_met", {"kind": unmet.kind, "name": unmet.name, "values": list(unmet.values)})


def judge(
    rule: Rule,
    fact: Fact,
    subject: UUID,
    *,
    earlier: Sequence[Fact],
    held: Mapping[UUID, int],
    use: Use,
) -> Outcome:
    """Return what the rule gives for the fact, given the use of its windows before it."""
    refusal = eligible(rule, fact) or _prerequisite_unmet(rule, fact, earlier)
    if refusal is not None:
        return nothing(rule, fact, subject, refusal)
    counted = _units_counted(rule, fact, held)
    if isinstance(counted, Reason):
        return nothing(rule, fact, subject, counted)
    per_unit = points_per_unit(rule, fact)
    if isinstance(per_unit, Reason):
        return nothing(rule, fact, subject, per_unit)
    factor = _largest_multiplier(rule, fact)
    room = room_in(rule.caps, fact, use, counted=counted, per_unit=per_unit, factor=factor)
    return _pay(rule, fact, subject, counted=counted, per_unit=per_unit, factor=factor, room=room)


def nothing(rule: Rule, fact: Fact, subject: UUID, reason: Reason) -> Outcome:
    """Return the outcome that brings no points, for that reason."""
    return Outcome(fact, rule, subject, 0, 0, {}, (reason,))


def rounded(units: int, per_unit: int, factor: tuple[int, int]) -> int:
    """Return units x points x factor, rounded once by floor(x + 1/2), in whole numbers only (6)."""
    numerator, denominator = factor
    return (2 * units * per_unit * numerator + denominator) // (2 * denominator)


def points_per_unit(rule: Rule, fact: Fact) -> int | Reason:
    """Return the points one unit is worth: fixed, by table, by steps, or the attribute's own value."""
    points = rule.points
    if isinstance(points, int):
        return points
    if isinstance(points, PointsByTable):
        return _from_table(points, fact)
    value = fact.attributes.get(points.attribute)
    if not isinstance(value, int) or isinstance(value, bool):
        return Reason("attribute_missing", {"attribute": points.attribute})
    if isinstance(points, PointsByValue):
        return min(max(value, points.lowest), points.highest)
    return _from_steps(points, value)


def _from_table(points: PointsByTable, fact: Fact) -> int | Reason:
    if points.attribute is None:
        return points.table.get(fact.type, 0)
    value = fact.attributes.get(points.attribute)
    if value is None or str(value) not in points.table:
        return Reason("attribute_missing", {"attribute": points.attribute})
    return points.table[str(value)]


def _from_steps(points: PointsBySteps, value: int) -> int:
    return next((worth for threshold, worth in reversed(points.steps) if value >= threshold), 0)


def _units_counted(rule: Rule, fact: Fact, held: Mapping[UUID, int]) -> int | Reason:
    if rule.best_of is not None:
        missing = missing_parts(rule.best_of, fact)
        return Reason("key_missing", {"missing": list(missing)}) if missing else 1
    if rule.once_per is None:
        return fact.quantity if rule.counts is Counts.QUANTITY else 1
    missing = missing_parts(rule.once_per, fact)
    if missing:
        return Reason("key_missing", {"missing": list(missing)})
    return held.get(fact.id, 0) or Reason("already_counted", {})


def _prerequisite_unmet(rule: Rule, fact: Fact, earlier: Sequence[Fact]) -> Reason | None:
    for wanted in rule.requires:
        found = sum(_precedes(other, fact, wanted) for other in earlier)
        if found < wanted.count:
            facts = {"types": sorted(wanted.types), "count": wanted.count, "found": found}
            return Reason("prerequisite_missing", facts)
    return None


def _precedes(other: Fact, fact: Fact, wanted: Prerequisite) -> bool:
    return (
        other.type in wanted.types
        and other.order < fact.order
        and bucket_of(wanted.window, other) == bucket_of(wanted.window, fact)
    )


_PLAIN = Multiplier("", 1, 1, ())


def _largest_multiplier(rule: Rule, fact: Fact) -> Multiplier:
    largest = _PLAIN
    for multiplier in rule.multipliers:
        larger = multiplier.numerator * largest.denominator > largest.numerator * multiplier.denominator
        if larger and first_unmet(multiplier.when, fact) is None:
            largest = multiplier
    return largest


def _pay(  # noqa: PLR0913  what was found out about one fact
    rule: Rule,
    fact: Fact,
    subject: UUID,
    *,
    counted: int,
    per_unit: int,
    factor: Multiplier,
    room: Room,
) -> Outcome:
    points = rounded(room.units, per_unit, (factor.numerator, factor.denominator))
    params: dict[str, object] = {"n": counted, "paid": room.units, "per": per_unit, "sum": points}
    if factor is not _PLAIN:
        params["mul"] = [factor.numerator, factor.denominator, factor.name]
    if room.windows:
        params["caps"] = room.windows
    if rule.milestone is not None:
        params["count"] = rule.milestone.count
    reasons: tuple[Reason, ...] = ()
    if room.bound is not None:
        params["bound"] = room.bound[0]
        reasons = (room.reason(paid=room.units),)
    # What pays nothing charges nothing: use is a sum over entries, and a net of 0 is no entry (16, 19).
    if points == 0:
        return Outcome(fact, rule, subject, 0, 0, params, reasons or (Reason(ZERO_POINTS, {}),))
    return Outcome(fact, rule, subject, points, room.units, params, reasons)


def windows_of(rules: Iterable[Rule]) -> list[Window]:
    """Return every cap window that any of the rules names, from narrow to wide."""
    return narrow_first({cap.window for rule in rules for cap in rule.caps})
