"""Sentences 3, 15, 16 and 18: the order of facts, versions, and a fold that can begin anywhere."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scoring.folding import DAY, NINE, fact, folded, points, rule, rulebook, shipped
from thidua.scoring.model import Fact
from thidua.scoring.places import RulebookError
from thidua.scoring.registry import Registry, version_at

CASES = 'types = ["PUBLIC_SERVICE_CASE"]\ncounts = "quantity"\n'
CAPPED = rule(
    CASES
    + 'points = 3\nmultipliers = "helping"\n'
    + 'caps = [{ window = "day", units = 5 }, { window = "month", points = 40 }]'
)


@given(st.lists(st.uuids(), min_size=2, max_size=20))
def test_sentence_03_ids_compare_as_lower_case_text(ids: list[UUID]) -> None:
    facts = [
        Fact(id=one, type="", occurred_at=NINE, version=1, actor=one, actor_kind=1, unit=one) for one in ids
    ]

    assert [str(one.id) for one in sorted(facts, key=lambda one: one.order)] == sorted(
        str(one).lower() for one in ids
    )


def test_sentence_03_the_moment_comes_before_the_id() -> None:
    early = fact(at=NINE, name="b")
    late = fact(at=NINE + timedelta(microseconds=1), name="a")

    assert early.order < late.order


def test_sentence_15_each_fact_is_judged_by_its_own_version_and_use_carries_over() -> None:
    lines = CASES + 'points = {}\ncaps = [{{ window = "month", units = {} }}]'
    versions = {1: rule(lines.format(2, 4)), 2: rule(lines.format(3, 6), version=2)}

    assert points(versions, fact(quantity=9), fact(at=NINE + DAY, quantity=9, version=2)) == [8, 6]


def test_sentence_15_the_version_is_the_one_in_force_when_it_occurred() -> None:
    midnight = datetime(2026, 10, 14, 17, tzinfo=UTC)
    in_force = [(1, None), (2, midnight)]

    assert version_at(midnight - timedelta(microseconds=1), in_force) == 1
    assert version_at(midnight, in_force) == 2
    assert version_at(datetime(1999, 1, 1, tzinfo=UTC), in_force) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('pays = "actor"', 'pays = "team"'),
        ('once_per = { attributes = ["service"] }', ""),
        ('once_per = { attributes = ["service"] }', 'once_per = { attributes = ["minutes"] }'),
        (
            'once_per = { attributes = ["service"] }',
            'once_per = { attributes = ["service"], window = "year" }',
        ),
    ],
)
def test_sentence_15_whom_a_rule_pays_and_its_keys_stay_the_same(first: str, second: str) -> None:
    lines = 'one | types = ["PUBLIC_SERVICE_CASE"]\npoints = 2\n'
    before = rulebook(lines + first)

    with pytest.raises(RulebookError, match="_changed"):
        rulebook(lines + second, version=2, previous=[before])


def test_sentence_15_a_prerequisite_under_an_earlier_version_is_looked_at() -> None:
    old = rulebook('one | types = ["SAFETY_SESSION"]\npoints = 1')
    asks = 'requires = [{ types = ["CLASS_ATTENDED"], at_least = 1, window = "year" }]'
    new = rulebook(f'one | types = ["SAFETY_SESSION"]\npoints = 1\n{asks}', version=2, previous=[old])
    registry = Registry([old, new])

    assert [one.name for one in registry.rules_of(1, "CLASS_ATTENDED")] == ["one"]
    assert not registry.scores(1, "CLASS_ATTENDED")


def test_sentence_15_a_prerequisite_claims_no_key() -> None:
    asks = 'requires = [{ types = ["MENTOR_SESSION"], at_least = 1, window = "year" }]'
    key = 'once_per = { role = "mentee", attributes = ["skill"], among = "all" }'
    book = rulebook(f'one | types = ["MENTEE_GRADUATED"]\npoints = 1\n{key}\n{asks}')

    assert Registry([book]).claiming_rules_of(1, "MENTOR_SESSION") == ()


def told(steps: list[tuple[int, int, bool]]) -> list[Fact]:
    """Facts of Lan: hours after nine, quantity, whether in the mountains."""
    return [
        fact(
            at=NINE + timedelta(hours=hours),
            quantity=quantity,
            area_group="mountain" if hard else None,
            name=n,
        )
        for n, (hours, quantity, hard) in enumerate(steps)
    ]


STEPS = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 9), st.booleans()), min_size=1, max_size=12)


@given(STEPS, st.integers(0, 12))
def test_sentence_16_later_facts_fold_onto_the_stored_state(
    steps: list[tuple[int, int, bool]], cut: int
) -> None:
    facts = sorted(told(steps), key=lambda one: one.order)
    whole_state, whole = folded(CAPPED, facts)

    state, first = folded(CAPPED, facts[:cut])
    end_state, rest = folded(CAPPED, facts[cut:], state=state)

    assert [*first, *rest] == whole
    assert end_state == whole_state


def test_sentence_16_an_outcome_stores_units_as_well_as_points() -> None:
    [outcome] = folded(CAPPED, [fact(quantity=4)])[1]

    assert (outcome.units, outcome.points) == (4, 12)


@given(STEPS)
@settings(max_examples=50)
def test_sentence_18_the_order_of_arrival_does_not_matter(steps: list[tuple[int, int, bool]]) -> None:
    facts = told(steps)

    assert folded(CAPPED, facts)[1] == folded(CAPPED, facts[::-1])[1]


def test_sentence_18_totals_need_not_grow_with_what_was_done() -> None:
    lines = (
        'types = ["MENTOR_SESSION"]\npoints = 5\nmultipliers = "helping"\n'
        'caps = [{ window = "day", units = 2 }]'
    )
    helped = [fact("MENTOR_SESSION", at=NINE + n * DAY / 24, helped=frozenset({"poor"})) for n in (1, 2)]
    plain = fact("MENTOR_SESSION")

    assert sum(points(rule(lines), *helped)) == 16
    assert sum(points(rule(lines), plain, *helped)) == 13


def test_sentence_18_three_cases_in_one_report_are_not_three_reports() -> None:
    cases = shipped("public_service_case")
    mountain: dict[str, Any] = {"area_group": "mountain"}

    assert points(cases, fact(quantity=3, **mountain)) == [7]
    assert points(cases, *(fact(name=n, **mountain) for n in range(3))) == [2, 2, 2]


def test_sentence_18_every_order_of_five_facts_is_the_same() -> None:
    facts = [fact(at=NINE + n * DAY / 48, quantity=n + 1) for n in range(5)]
    wanted = points(CAPPED, *facts)

    assert all(points(CAPPED, *order) == wanted for order in permutations(facts))
