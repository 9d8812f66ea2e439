"""Deeds and criteria for properties, and a second, plain computation of what they come to."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from tests.builders import an_id
from thidua.badges.definitions import Criterion
from thidua.badges.model import CriterionKind
from thidua.kernel.period import PeriodKind, midnight_of
from thidua.scoring.model import Counts, Fact

FIRST_DAY = date(2026, 3, 2)
TYPES = ("CLASS_ATTENDED", "COURSE_COMPLETED")
PLACES = ("a", "b", "c")


@st.composite
def facts(draw: st.DrawFn) -> list[Fact]:
    """Some deeds of one person over a few weeks."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.integers(0, 40),
                st.integers(0, 1439),
                st.sampled_from(TYPES),
                st.integers(1, 4),
                st.sampled_from(PLACES),
                st.lists(st.integers(0, 4), max_size=3, unique=True),
            ),
            max_size=25,
        )
    )
    return [
        Fact(
            id=an_id(number),
            type=type_code,
            occurred_at=midnight_of(FIRST_DAY + timedelta(days=day)) + timedelta(minutes=minute),
            version=1,
            actor=an_id("somebody"),
            actor_kind=1,
            unit=an_id("unit"),
            quantity=quantity,
            attributes={"hamlet": place},
            participants=tuple((an_id(f"helped {one}"), "mentee") for one in helped),
        )
        for number, (day, minute, type_code, quantity, place, helped) in enumerate(drawn)
    ]


def criteria() -> st.SearchStrategy[Criterion]:
    """A criterion of a kind that one person's deeds decide."""
    types, enough = st.sampled_from([frozenset(TYPES), frozenset(TYPES[:1])]), st.integers(1, 8)
    count = st.builds(
        Criterion,
        kind=st.just(CriterionKind.COUNT),
        types=types,
        counts=st.sampled_from(Counts),
        at_least=enough,
        units_per_day_max=st.none() | st.integers(1, 5),
    )
    spread = st.builds(
        Criterion,
        kind=st.just(CriterionKind.COUNT),
        types=types,
        at_least=enough,
        spread_by=st.just(("hamlet",)),
        spread_at_least=st.integers(2, 3),
    )
    people, places = (
        st.builds(Criterion, kind=st.just(CriterionKind.DISTINCT), types=types, at_least=enough, **by)
        for by in (
            {"distinct_roles": st.just(frozenset({"mentee"}))},
            {"distinct_by": st.just(("hamlet",))},
        )
    )
    streak = st.builds(
        Criterion,
        kind=st.just(CriterionKind.STREAK),
        types=types,
        step=st.just(PeriodKind.WEEK),
        in_a_row=st.integers(2, 4),
        at_least=st.integers(1, 2),
    )
    return count | spread | people | places | streak


def plainly_have(asked: Criterion, done: Sequence[Fact]) -> int:
    """How many there are, counted as one would by hand."""
    mine = [fact for fact in done if fact.type in asked.types]
    if asked.kind is CriterionKind.DISTINCT and asked.distinct_roles:
        return len({who for fact in mine for who, _ in fact.participants})
    if asked.kind is CriterionKind.DISTINCT:
        return len({fact.attributes["hamlet"] for fact in mine})
    if asked.kind is CriterionKind.STREAK:
        return _longest_run(asked, mine)
    days: dict[date, int] = {}
    for fact in mine:
        days[fact.day] = days.get(fact.day, 0) + (fact.quantity if asked.counts is Counts.QUANTITY else 1)
    most = asked.units_per_day_max
    have = sum(units if most is None else min(units, most) for units in days.values())
    if asked.spread_at_least and len({fact.attributes["hamlet"] for fact in mine}) < asked.spread_at_least:
        return min(have, asked.at_least - 1)
    return have


def plainly_reached_at(asked: Criterion, done: Sequence[Fact]) -> datetime | None:
    """When the criterion was first met: by trying every beginning of the history."""
    ordered = sorted(done, key=lambda fact: fact.order)
    for length in range(1, len(ordered) + 1):
        if plainly_have(asked, ordered[:length]) >= asked.need:
            return ordered[length - 1].occurred_at
    return None


def _longest_run(asked: Criterion, mine: Sequence[Fact]) -> int:
    weeks = {date.fromisocalendar(*fact.day.isocalendar()[:2], 1) for fact in mine}
    kept = {
        week
        for week in weeks
        if sum(week <= fact.day < week + timedelta(days=7) for fact in mine) >= asked.at_least
    }
    longest = 0
    for week in kept:
        length = 1
        while week + timedelta(weeks=length) in kept:
            length += 1
        longest = max(longest, length)
    return longest


def some_ids(count: int) -> list[UUID]:
    """As many ids."""
    return [an_id(number) for number in range(count)]
