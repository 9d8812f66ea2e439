"""Caps as a person reads them: what was paid, summed, is what the fold holds against the next activity."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.scoring.folding import NINE, fact, folded, rule, shipped
from thidua.kernel.period import local_day
from thidua.scoring.advice import Progress, advised
from thidua.scoring.caps import used_in
from thidua.scoring.model import Fact, Outcome
from thidua.scoring.used import Paid, caps_used, first_day_needed

CAPPED = """types = ["PUBLIC_SERVICE_CASE"]
counts = "quantity"
points = 3
multipliers = "helping"
caps = [{ window = "day", units = 4 }, { window = "month", points = 40 }, { window = "ever", units = 60 }]"""


def _paid(name: str, outcomes: list[Outcome]) -> Paid:
    """What the ledger would say: net units and points of the rule by local day."""
    found: dict[tuple[str, date], tuple[int, int]] = {}
    for one in outcomes:
        units, points = found.get((name, one.fact.day), (0, 0))
        found[name, one.fact.day] = (units + one.units, points + one.points)
    return found


@given(
    told=st.lists(st.tuples(st.integers(0, 80), st.integers(1, 6), st.booleans()), min_size=1, max_size=25),
    later=st.integers(0, 3),
)
def test_what_was_paid_is_what_the_fold_holds_against_the_next(
    told: list[tuple[int, int, bool]], later: int
) -> None:
    capped = rule(CAPPED)
    facts = [
        fact(
            at=NINE + timedelta(hours=13 * step, seconds=number),
            name=f"{number}",
            quantity=quantity,
            helped=frozenset({"elderly"} if helped else ()),
        )
        for number, (step, quantity, helped) in enumerate(told)
    ]
    state, outcomes = folded(capped, facts)
    last = max(one.occurred_at for one in facts)
    following = fact(at=last + timedelta(hours=5 * later, seconds=1), name="next")

    shown = caps_used([capped], _paid("one", outcomes), following.day)

    assert state is not None
    held = [used_in(state.use, one.cap.window, following) for one in shown]
    assert [(one.units, one.points) for one in shown] == held


def test_a_cap_is_full_when_its_own_measure_is() -> None:
    capped = rule(CAPPED)
    today = local_day(NINE)

    day, month, ever = caps_used([capped], {("one", today): (4, 12)}, today)

    assert (day.used, day.is_full) == (4, True)
    assert (month.used, month.is_full) == (12, False)
    assert (ever.used, ever.is_full) == (4, False)


def test_a_new_week_begins_with_nothing_used() -> None:
    quiz = shipped("weekly_quiz")
    sunday, monday = date(2026, 11, 22), date(2026, 11, 23)
    paid = {("weekly_quiz", sunday): (1, 5)}

    assert [one.used for one in caps_used([quiz], paid, sunday)] == [1]
    assert [one.used for one in caps_used([quiz], paid, monday)] == [0]


def test_a_week_that_begins_in_the_old_year_is_read_whole() -> None:
    rules = [shipped("weekly_quiz"), shipped("mentee_graduated")]

    assert first_day_needed(rules, date(2027, 1, 1)) == date(2026, 12, 28)
    assert first_day_needed([rule(CAPPED)], date(2027, 1, 1)) is None


def _today(**more: Any) -> Fact:  # noqa: ANN401 -- as a fact
    return fact(name="today", **more)


def test_advice_is_what_the_fold_would_pay() -> None:
    session = shipped("mentor_session")
    mountain = _today(area_group="mountain")
    rules = {"mentor_session": session}

    [one] = advised(rules, caps=[], progress=[], done={"mentor_session"}, today=mountain)

    assert (one.type, one.points, one.extra) == ("MENTOR_SESSION", 6, 0)


def test_a_full_cap_advises_nothing() -> None:
    session = shipped("mentor_session")
    today = _today()
    caps = caps_used([session], {("mentor_session", today.day): (2, 10)}, today.day)

    assert advised({"mentor_session": session}, caps=caps, progress=[], done=set(), today=today) == []


def test_the_session_that_brings_the_fifth_mentee_is_worth_the_award_too() -> None:
    session, quota = shipped("mentor_session"), shipped("mentor_quota_5")
    rules = {one.name: one for one in (session, quota)}

    [one] = advised(
        rules,
        caps=[],
        progress=[Progress(quota, 4)],
        done={"mentor_session", "mentor_quota_5"},
        today=_today(),
    )

    assert (one.points, one.extra) == (55, 50)


def test_a_newcomer_is_shown_first_steps() -> None:
    quiz, graduated = shipped("weekly_quiz"), shipped("mentee_graduated")
    rules = {one.name: one for one in (quiz, graduated)}

    found = advised(rules, caps=[], progress=[], done=set(), today=_today())

    assert [one.type for one in found] == ["WEEKLY_QUIZ"]
