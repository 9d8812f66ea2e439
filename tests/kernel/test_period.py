"""Every period begins and ends at a local midnight, to the microsecond (T49)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.promises import Promise
from thidua.kernel.period import PeriodKind, local_day, midnight_of, parse_period, period_before, period_of

MICROSECOND = timedelta(microseconds=1)
# The name before, the name from there on, and the local day on which the second begins.
TURNS = (
    ("2026-02-28", "2026-03-01", date(2026, 3, 1)),
    ("2028-02-28", "2028-02-29", date(2028, 2, 29)),
    ("2028-02-29", "2028-03-01", date(2028, 3, 1)),
    ("2100-02-28", "2100-03-01", date(2100, 3, 1)),
    ("2026-12-31", "2027-01-01", date(2027, 1, 1)),
    ("2026-W53", "2027-W01", date(2027, 1, 4)),
    ("2026-W52", "2026-W53", date(2026, 12, 28)),
    ("2020-W53", "2021-W01", date(2021, 1, 4)),
    ("2024-W52", "2025-W01", date(2024, 12, 30)),
    ("2025-W52", "2026-W01", date(2025, 12, 29)),
    ("2026-W46", "2026-W47", date(2026, 11, 16)),
    *((f"2026-{month:02d}", f"2026-{month + 1:02d}", date(2026, month + 1, 1)) for month in range(1, 12)),
    ("2026-12", "2027-01", date(2027, 1, 1)),
    ("2028-02", "2028-03", date(2028, 3, 1)),
    ("2025-Q4", "2026-Q1", date(2026, 1, 1)),
    ("2026-Q1", "2026-Q2", date(2026, 4, 1)),
    ("2026-Q2", "2026-Q3", date(2026, 7, 1)),
    ("2026-Q3", "2026-Q4", date(2026, 10, 1)),
    ("2026-H1", "2026-H2", date(2026, 7, 1)),
    ("2026-H2", "2027-H1", date(2027, 1, 1)),
    ("2026", "2027", date(2027, 1, 1)),
    ("2028", "2029", date(2029, 1, 1)),
    ("SY2025", "SY2026", date(2026, 9, 1)),
    ("SY2027", "SY2028", date(2028, 9, 1)),
)
# Around each turn: an hour, a second, a microsecond before it; the turn; a microsecond and an hour after.
OFFSETS = (
    timedelta(hours=-1),
    timedelta(seconds=-1),
    -MICROSECOND,
    timedelta(),
    MICROSECOND,
    timedelta(hours=1),
)
CASES = [(before, after, day, offset) for before, after, day in TURNS for offset in OFFSETS]


@pytest.mark.parametrize(("before", "after", "day", "offset"), CASES)
def test_a_moment_lies_in_the_one_period_of_its_local_day(
    before: str, after: str, day: date, offset: timedelta
) -> None:
    earlier, later = parse_period(before), parse_period(after)
    assert earlier is not None
    assert later is not None

    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=7) + offset
    wanted = earlier if offset < timedelta() else later

    assert period_of(wanted.kind, local_day(at)) == wanted
    assert (earlier.contains(local_day(at)), later.contains(local_day(at))) == (
        wanted is earlier,
        wanted is later,
    )


def test_two_hundred_boundary_cases_are_exact(promise: Promise) -> None:
    assert len(CASES) >= 200

    promise("T49 boundary cases of periods", figure=len(CASES), target=">= 200, all exact")


@pytest.mark.parametrize(("before", "after", "day"), TURNS)
def test_a_period_ends_at_the_very_moment_the_next_begins(before: str, after: str, day: date) -> None:
    earlier, later = parse_period(before), parse_period(after)
    assert earlier is not None
    assert later is not None

    assert earlier.ends_at == later.starts_at == midnight_of(day)
    assert period_before(later) == earlier


@pytest.mark.parametrize("kind", [kind for kind in PeriodKind if kind is not PeriodKind.ALL])
def test_periods_of_a_kind_cover_every_day_of_twelve_years_once(kind: PeriodKind) -> None:
    day = date(2024, 1, 1)
    period = period_of(kind, day)

    while day < date(2036, 1, 1):
        assert period.contains(day)
        assert parse_period(period.name) == period
        day += timedelta(days=1)
        following = period_of(kind, day)
        if following != period:
            assert period.ends_on == following.starts_on == day
            period = following


@pytest.mark.parametrize(
    "name",
    ["2026-13", "2026-W54", "2025-W53", "2026-Q5", "2026-H3", "2026-02-29", "26", "2026-1", "SY26", "", "x"],
)
def test_what_is_no_period_is_none(name: str) -> None:
    assert parse_period(name) is None


@pytest.mark.parametrize(
    "name", ["9999", "9999-H2", "9999-Q4", "9999-12", "9999-12-31", "9999-W52", "SY9999"]
)
def test_a_period_whose_end_no_date_can_tell_is_none(name: str) -> None:
    assert parse_period(name) is None
