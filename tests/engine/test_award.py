"""When badges are swept again: each hour, sooner after much has come, and never for long at a time."""

import pytest

from thidua.engine.award import Sweep

HOUR = 3_600.0
MUCH = 5_000


@pytest.mark.parametrize(("took", "rests"), [(1.0, 50.0), (3.0, 150.0), (60.0, 3_000.0)])
def test_after_much_has_come_sweeps_rest_fifty_times_as_long_as_they_took(took: float, rests: float) -> None:
    latest = Sweep(began_at=1_000.0, took_seconds=took)

    due = [
        latest.is_long_ago(came=MUCH, is_new=False, at=1_000.0 + waited) for waited in (rests - 0.1, rests)
    ]

    assert due == [False, True]


def test_a_quick_sweep_rests_for_twenty_seconds_all_the_same() -> None:
    latest = Sweep(began_at=0.0, took_seconds=0.01)

    assert [latest.is_long_ago(came=MUCH, is_new=False, at=at) for at in (19.9, 20.0)] == [False, True]


def test_each_hour_is_swept_however_long_the_last_took_and_whatever_comes() -> None:
    latest = Sweep(began_at=0.0, took_seconds=600.0)

    assert [latest.is_long_ago(came=0, is_new=True, at=at) for at in (HOUR - 0.1, HOUR)] == [False, True]


def test_before_the_hour_only_much_that_came_since_is_swept_and_only_when_it_is_quiet() -> None:
    latest = Sweep(began_at=0.0, came_before=1_000)

    little = latest.is_long_ago(came=1_000 + MUCH - 1, is_new=False, at=HOUR / 2)
    busy = latest.is_long_ago(came=1_000 + MUCH, is_new=True, at=HOUR / 2)
    quiet = latest.is_long_ago(came=1_000 + MUCH, is_new=False, at=HOUR / 2)

    assert (little, busy, quiet) == (False, False, True)
