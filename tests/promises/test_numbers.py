"""Points are whole numbers from the rulebook to the board; no float touches them anywhere (T13)."""

from collections.abc import Iterator
from fractions import Fraction
from math import floor

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import MOUNTAIN_COMMUNE, recorded, reported, some_people
from tests.support.promises import Promise
from thidua.activities.catalogue import catalogue
from thidua.infra.database import connection
from thidua.scoring.evaluate import rounded
from thidua.scoring.places import RulebookError
from thidua.scoring.reading import FACTOR_MAX, POINTS_PER_UNIT_MAX, QUANTITY_MAX
from thidua.scoring.rulebook import parse_rulebook, shipped_text

FLOATS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND data_type IN ('real', 'double precision', 'numeric', 'money')
    AND table_name IN ('activity', 'ledger_entry', 'tally', 'rule_state', 'rule_claim', 'ledger_seal')
"""
AMOUNTS = st.integers(-10_000, 10_000)
PARTS = st.integers(1, 100)


@given(st.integers(0, 10_000), AMOUNTS, PARTS, PARTS)
@settings(max_examples=500)
def test_rounding_is_exact_for_every_amount(units: int, worth: int, over: int, under: int) -> None:
    assert rounded(units, worth, (over, under)) == floor(
        Fraction(units * worth * over, under) + Fraction(1, 2)
    )


def test_amounts_beyond_what_a_float_can_tell_apart_are_exact(promise: Promise) -> None:
    amounts = [(1 << power) + one for power in (53, 60, 62) for one in (-1, 0, 1)]

    wrong = [amount for amount in amounts if rounded(amount, 1, (1, 1)) != amount]

    promise("T13 amounts about 2^53 and above that come out wrong", figure=len(wrong), target="0")
    assert not wrong


def test_ten_tenths_are_one() -> None:
    assert rounded(10, 1, (1, 10)) == 1
    assert rounded(3, 1, (1, 10)) + rounded(7, 1, (1, 10)) == 1


def test_the_largest_award_a_rulebook_can_tell_fits_its_column() -> None:
    assert rounded(QUANTITY_MAX, POINTS_PER_UNIT_MAX, (FACTOR_MAX, 1)) < 1 << 31


@pytest.mark.parametrize("factor", ["11/1", "100/1", "100/9", "1/1", "1/2", "101/100", "1.5", "0/1", "3/0"])
def test_a_factor_out_of_bounds_is_refused(factor: str) -> None:
    text = shipped_text().replace('factor = "3/2"', f'factor = "{factor}"')

    with pytest.raises(RulebookError):
        parse_rulebook(text, types=catalogue().types)


@pytest.mark.usefixtures("bootstrapped_database")
async def test_no_column_of_points_can_hold_a_float(promise: Promise) -> None:
    async with connection() as acquired:
        found = [tuple(row.values()) for row in await acquired.fetch(FLOATS)]

    promise("T13 columns of points that can hold a float", figure=len(found), target="0")
    assert found == []


def floats_in(told: object) -> Iterator[float]:
    """Every float inside a JSON value."""
    if isinstance(told, float):
        yield told
    elif isinstance(told, dict):
        for value in told.values():
            yield from floats_in(value)
    elif isinstance(told, list):
        for value in told:
            yield from floats_in(value)


@pytest.mark.usefixtures("bootstrapped_database")
async def test_no_float_stands_in_what_explains_an_award() -> None:
    [pao] = await some_people(1, unit=MOUNTAIN_COMMUNE, priority=["poor"])
    await recorded([reported("PUBLIC_SERVICE_CASE", pao, quantity=n, name=n) for n in (1, 3, 7)])

    async with connection() as acquired:
        entries = await acquired.fetch("SELECT points, units, params::text AS params FROM ledger_entry")

    assert [row["points"] for row in entries if row["units"] == 3] == [7]
    assert [one for row in entries for one in floats_in(msgspec.json.decode(row["params"]))] == []
