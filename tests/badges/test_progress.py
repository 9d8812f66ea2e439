"""Progress is what a plain count says, in whatever order deeds are told; nobody near a badge is missed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.badges.criteria_builders import (
    criteria,
    facts,
    plainly_have,
    plainly_reached_at,
    some_ids,
)
from tests.badges.following import badge_of
from tests.builders import TENTH
from thidua.badges.counting import counter_of
from thidua.badges.deciding import decide, decide_total
from thidua.badges.definitions import Badge, Criterion
from thidua.badges.earning import Outcome
from thidua.badges.facts import Deed, Points
from thidua.badges.model import CriterionKind, Window
from thidua.badges.near import Near
from thidua.badges.progress import EVER, by_window, first_to, progress, standing, total
from thidua.scoring.model import Fact

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def badge_with(asked: Criterion, *, window: Window = Window.EVER) -> Badge:
    return replace(badge_of("buoc-dau-so"), criterion=asked, window=window)


@given(criteria(), facts(), st.data())
def test_progress_is_what_a_plain_count_says_in_any_order(
    asked: Criterion, facts_told: list[Fact], data: st.DataObject
) -> None:
    done = data.draw(st.permutations(facts_told))

    [told] = by_window(badge_with(asked), done).values() or [[]]
    found = progress(asked, told)

    assert (found.have, found.reached_at) == (plainly_have(asked, done), plainly_reached_at(asked, done))
    assert found.is_reached == (found.reached_at is not None)


@given(criteria(), facts(), st.data())
def test_a_counter_comes_to_the_same_in_any_order(
    asked: Criterion, done: list[Fact], data: st.DataObject
) -> None:
    first, second = counter_of(asked), counter_of(asked)
    mine = [fact for fact in done if fact.type in asked.types]

    for fact in mine:
        first.add(fact)
    for fact in data.draw(st.permutations(mine)):
        second.add(fact)

    assert first.have == second.have


@given(criteria(), facts(), st.data())
def test_nobody_who_earned_a_badge_is_missed_and_nobody_keeps_one_without_ground(
    asked: Criterion, done: list[Fact], data: st.DataObject
) -> None:
    badge = badge_with(asked)
    near, there, held = Near([badge]), dict[object, Fact](), False
    for fact in [*done, *done, *done]:
        if fact.id in there:
            del there[fact.id]
            near.goes(fact)
        else:
            there[fact.id] = fact
            near.comes(fact)
            if data.draw(st.booleans(), label="told twice"):
                near.comes(fact)
        if data.draw(st.booleans(), label="forgotten"):
            near.forget(fact.actor)
        if data.draw(st.booleans(), label="judged now"):
            held = _judged(near, badge, there, held=held)
    held = _judged(near, badge, there, held=held)

    assert held == (plainly_reached_at(asked, list(there.values())) is not None)


def _judged(near: Near, badge: Badge, there: dict[object, Fact], *, held: bool) -> bool:
    """Meet who came and judge who is due by all that is there, as the follower does; whether it is held."""
    for strangers in near.strangers(10):
        settled = [(subject, (badge.slug, EVER)) for subject in strangers.subjects] if held else []
        watched = [(fact.actor, fact) for fact in there.values() if fact.type in near.types]
        near.meet(strangers, watched, settled)
    for due in near.due(10):
        outcome = Outcome()
        for one in due:
            for subject in one.subjects:
                decision = decide(
                    badge, subject, [Deed(fact, counts=True) for fact in there.values()], [], at=NOW
                )
                outcome.decisions[badge.slug, subject] = decision
                held = bool(decision.reached)
        near.learn(outcome)
    return held


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(-5, 9)), max_size=12))
def test_a_total_is_reached_when_it_last_rose_so_far(told: list[tuple[int, int]]) -> None:
    asked = Criterion(kind=CriterionKind.TOTAL, at_least=10)
    amounts = [(TENTH + timedelta(hours=hour), points) for hour, points in told]

    found = total(asked, amounts)

    hours = [TENTH + timedelta(hours=hour) for hour in range(10)]
    enough = [sum(points for at, points in amounts if at <= hour) >= asked.need for hour in hours]
    if not enough[-1]:
        assert found.reached_at is None
    else:
        since = len(enough) - next(n for n, one in enumerate([*reversed(enough), False]) if not one)
        assert found.reached_at == TENTH + timedelta(hours=since)


def test_points_of_other_windows_do_not_count() -> None:
    badge = badge_with(Criterion(kind=CriterionKind.TOTAL, at_least=10), window=Window.YEAR)
    points = [Points(TENTH, None, 6), Points(TENTH - timedelta(days=365), None, 6)]

    decision = decide_total(badge, some_ids(1)[0], points, [])

    assert decision.new == []


def test_the_first_are_those_who_reached_it_first_once_it_has_settled() -> None:
    asked = Criterion(kind=CriterionKind.FIRST_TO, at_least=1, first_n=2, settling_days=7)
    one, two, three, late = some_ids(4)
    reached = {
        one: TENTH,
        two: TENTH + timedelta(hours=1),
        three: TENTH - timedelta(hours=1),
        late: TENTH + timedelta(days=6),
    }

    assert first_to(asked, reached, [], at=TENTH + timedelta(days=6)) == []
    assert first_to(asked, reached, [], at=TENTH + timedelta(days=8)) == [three, one]
    assert first_to(asked, reached, [two], at=TENTH + timedelta(days=8)) == [three]
    assert first_to(asked, reached, [two, late], at=TENTH + timedelta(days=8)) == []


def test_everybody_of_a_rank_that_is_high_enough_stands_there() -> None:
    asked = Criterion(kind=CriterionKind.STANDING, rank_at_worst=1)
    one, two, three = some_ids(3)

    assert standing(asked, [(one, 1), (two, 1), (three, 3)]) == [one, two]
