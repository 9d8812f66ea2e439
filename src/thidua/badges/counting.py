"""Counts deeds towards a criterion: pure, and the same in whatever order they come.

A counter is what progress is folded with, and what the follower keeps at hand to see who is near.
"""

from datetime import date
from typing import Protocol

from typing_extensions import override

from thidua.activities.model import HELPED_ROLES
from thidua.badges.definitions import Criterion, Part
from thidua.badges.model import CriterionKind
from thidua.kernel.period import PeriodKind
from thidua.scoring.conditions import first_unmet
from thidua.scoring.keys import part_of
from thidua.scoring.model import Counts, Fact

Thing = tuple[str, ...]


class Counter(Protocol):
    """How far one subject is in one window, as far as its deeds were added."""

    have: int

    def add(self, fact: Fact) -> None:
        """Count one deed that counts; nothing is ever taken out again."""


def counter_of(criterion: Criterion) -> Counter:
    """A counter of nothing yet, for the kinds that count one subject's deeds."""
    match criterion.kind:
        case CriterionKind.DISTINCT:
            return _Things(criterion)
        case CriterionKind.STREAK:
            return Streak(criterion)
        case CriterionKind.SET:
            return _Parts(criterion)
        case _ if criterion.spread_at_least or criterion.units_per_day_max is not None:
            return _Spread(criterion)
        case _:
            return _Units(criterion)


def does_count(criterion: Criterion, fact: Fact) -> bool:
    """Whether the deed is one of those that the criterion counts, apart from its window."""
    if criterion.types and fact.type not in criterion.types and fact.type not in criterion.against:
        return False
    if criterion.on_days and (fact.day.month, fact.day.day) not in criterion.on_days:
        return False
    if criterion.one_helped and len({who for who, role in fact.participants if role in HELPED_ROLES}) != 1:
        return False
    return first_unmet(criterion.when, fact) is None


def things_in(criterion: Criterion, fact: Fact) -> frozenset[Thing]:
    """What the deed brings to be told apart: people in the roles asked for, or what it was done with."""
    if criterion.distinct_roles:
        return frozenset((str(who),) for who, role in fact.participants if role in criterion.distinct_roles)
    thing = _thing(criterion.distinct_by, fact)
    return frozenset() if thing is None else frozenset((thing,))


def step_of(kind: PeriodKind, day: date) -> int:
    """The number of the local week, month, quarter or year; those that follow one another differ by one."""
    match kind:
        case PeriodKind.WEEK:
            return (day.toordinal() - 1) // 7
        case PeriodKind.MONTH:
            return day.year * 12 + day.month - 1
        case PeriodKind.QUARTER:
            return day.year * 4 + (day.month - 1) // 3
        case _:
            return day.year


class _Units:
    """Activities, or their quantities."""

    __slots__ = ("_in_quantity", "have")

    def __init__(self, criterion: Criterion) -> None:
        self._in_quantity = criterion.counts is Counts.QUANTITY
        self.have = 0

    def add(self, fact: Fact) -> None:
        self.have += fact.quantity if self._in_quantity else 1


class _Spread(_Units):
    """Units of which a local day counts only so many, or that must lie in several places."""

    __slots__ = ("_criterion", "_days", "_places", "_units")

    def __init__(self, criterion: Criterion) -> None:
        super().__init__(criterion)
        self._criterion = criterion
        self._days: dict[date, int] = {}
        self._places: set[Thing] = set()
        self._units = 0

    @override
    def add(self, fact: Fact) -> None:
        asked = self._criterion
        units = fact.quantity if self._in_quantity else 1
        if asked.units_per_day_max is not None:
            used = self._days.get(fact.day, 0)
            units = min(units, asked.units_per_day_max - used)
            self._days[fact.day] = used + units
        self._units += units
        if len(self._places) < asked.spread_at_least and (place := _thing(asked.spread_by, fact)) is not None:
            self._places.add(place)
        is_spread = len(self._places) >= asked.spread_at_least
        self.have = self._units if is_spread else min(self._units, asked.at_least - 1)


class _Things:
    """Different people, courses, places."""

    __slots__ = ("_criterion", "_seen", "have")

    def __init__(self, criterion: Criterion) -> None:
        self._criterion = criterion
        self._seen: set[Thing] = set()
        self.have = 0

    def add(self, fact: Fact) -> None:
        self._seen |= things_in(self._criterion, fact)
        self.have = len(self._seen)


class Streak:
    """Steps in a row, each with enough units."""

    __slots__ = ("_criterion", "_units", "have")

    def __init__(self, criterion: Criterion) -> None:
        """Nothing yet."""
        self._criterion = criterion
        self._units: dict[int, int] = {}
        self.have = 0

    def add(self, fact: Fact) -> None:
        """Count a deed in its step; the longest run so far is what one has."""
        step = step_of(self._criterion.step, fact.day)
        self._units[step] = self._units.get(step, 0) + 1
        if self._units[step] == self._criterion.at_least:
            self.have = max(self.have, self._length_around(step))

    def run_to(self, step: int) -> int:
        """How many steps in a row end with this one, or with the one before it."""
        last = step if self._is_kept(step) else step - 1
        first = last
        while self._is_kept(first):
            first -= 1
        return last - first

    def _length_around(self, step: int) -> int:
        first, last = step, step
        while self._is_kept(first - 1):
            first -= 1
        while self._is_kept(last + 1):
            last += 1
        return last - first + 1

    def _is_kept(self, step: int) -> bool:
        return self._units.get(step, 0) >= self._criterion.at_least


class _Parts:
    """One of each."""

    __slots__ = ("_criterion", "_done", "have")

    def __init__(self, criterion: Criterion) -> None:
        self._criterion = criterion
        self._done: set[int] = set()
        self.have = 0

    def add(self, fact: Fact) -> None:
        for number, part in enumerate(self._criterion.each):
            if number not in self._done and _is_in(part, fact):
                self._done.add(number)
        self.have = len(self._done)


def _is_in(part: Part, fact: Fact) -> bool:
    return fact.type in part.types and first_unmet(part.when, fact) is None


def _thing(names: tuple[str, ...], fact: Fact) -> Thing | None:
    """What the deed was done with, as people see it; None when a part is not told."""
    found = tuple(str(fact.unit) if name == "unit" else part_of(name, fact) for name in names)
    told = tuple(one for one in found if one is not None)
    return told if len(told) == len(found) else None
