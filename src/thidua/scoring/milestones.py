"""Derived awards: paid once a window, at the activity that brings the n-th distinct thing (12, 17)."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from thidua.scoring.evaluate import eligible, points_per_unit
from thidua.scoring.model import Fact, Outcome, Rule

RuleAt = Callable[[int], Rule | None]


class Element(msgspec.Struct, frozen=True, gc=False, array_like=True, kw_only=True):
    """The first activity that brought one distinct thing, with what an entry on it must carry."""

    at: datetime
    id: UUID
    key: UUID
    type: str
    version: int
    actor: UUID
    actor_kind: int
    unit: UUID
    team: UUID | None = None
    team_unit: UUID | None = None
    festival: str | None = None

    @property
    def order(self) -> tuple[datetime, UUID, UUID]:
        """Where the thing stands among the distinct things."""
        return (self.at, self.id, self.key)


class MilestoneState(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The first distinct things of one bucket; `kept` is how many are kept at most."""

    first: tuple[Element, ...]
    kept: int


def elements_of(rule: Rule, fact: Fact) -> list[Element]:
    """Return the distinct things the fact brings; none when it does not meet the rule's conditions."""
    milestone = rule.milestone
    if milestone is None or fact.type not in rule.types or eligible(rule, fact) is not None:
        return []
    if milestone.role is None:
        return [_element(fact, fact.id)]
    return [
        _element(fact, person)
        for person in {who for who, role in fact.participants if role == milestone.role}
    ]


def with_elements(state: MilestoneState | None, elements: Iterable[Element], *, kept: int) -> MilestoneState:
    """Return the state with more things seen: of each thing its first activity, of all things the first few.

    Exact under any order of arrival: a thing outside the first few only moves forward by being seen again.
    """
    first = {element.key: element for element in (state.first if state is not None else ())}
    for element in elements:
        known = first.get(element.key)
        if known is None or element.order < known.order:
            first[element.key] = element
    return MilestoneState(tuple(sorted(first.values(), key=lambda element: element.order)[:kept]), kept)


def reached(state: MilestoneState | None, *, rule_at: RuleAt, subject: UUID) -> Outcome | None:
    """Return the award at the activity that brought the n-th thing; n and points are its version's."""
    for position, element in enumerate(state.first if state is not None else (), start=1):
        rule = rule_at(element.version)
        if rule is not None and rule.milestone is not None and position >= rule.milestone.count:
            return _award(rule, element, subject)
    return None


def _award(rule: Rule, element: Element, subject: UUID) -> Outcome:
    fact = Fact(
        id=element.id,
        type=element.type,
        occurred_at=element.at,
        version=element.version,
        actor=element.actor,
        actor_kind=element.actor_kind,
        unit=element.unit,
        team=element.team,
        team_unit=element.team_unit,
        festival=element.festival,
    )
    points = points_per_unit(rule, fact)
    assert isinstance(points, int)
    assert rule.milestone is not None
    params = {"n": 1, "paid": 1, "per": points, "sum": points, "count": rule.milestone.count}
    return Outcome(fact, rule, subject, points, 1, params)


def _element(fact: Fact, key: UUID) -> Element:
    return Element(
        at=fact.occurred_at,
        id=fact.id,
        key=key,
        type=fact.type,
        version=fact.version,
        actor=fact.actor,
        actor_kind=fact.actor_kind,
        unit=fact.unit,
        team=fact.team,
        team_unit=fact.team_unit,
        festival=fact.festival,
    )
