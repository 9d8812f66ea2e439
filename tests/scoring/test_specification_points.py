"""Sentences 5 to 8: what is counted, what a unit is worth, how much of it is paid."""

import pytest

from tests.scoring.folding import DAY, NINE, fact, folded, points, reasons, rule, rulebook, shipped
from thidua.activities.catalogue import catalogue
from thidua.scoring.evaluate import rounded
from thidua.scoring.model import Counts
from thidua.scoring.places import RulebookError
from thidua.scoring.rulebook import parse_rulebook, shipped_text

CASES = 'types = ["PUBLIC_SERVICE_CASE"]\ncounts = "quantity"\n'
QUANTITY = {
    "family_guided",
    "person_guided",
    "public_service_case",
    "vneid_support",
    "ocop_listed",
    "material_published",
    "news_approved",
}


def test_sentence_05_a_rule_counts_one_unit_or_the_quantity() -> None:
    assert points(rule(CASES + "points = 2"), fact(quantity=3)) == [6]
    assert points(rule('types = ["PUBLIC_SERVICE_CASE"]\npoints = 2'), fact(quantity=3)) == [2]


def test_sentence_05_exactly_seven_shipped_rules_count_the_quantity() -> None:
    rules = parse_rulebook(shipped_text(), types=catalogue().types).rules

    assert {name for name, one in rules.items() if one.counts is Counts.QUANTITY} == QUANTITY


def test_sentence_06_the_largest_multiplier_applies_and_never_their_product() -> None:
    helping = rule(CASES + 'points = 10\nmultipliers = "helping"')

    assert points(helping, fact(area_group="mountain")) == [12]
    assert points(helping, fact(helped=frozenset({"poor"}))) == [15]
    assert points(helping, fact(area_group="mountain", helped=frozenset({"poor"}))) == [15]


def test_sentence_06_points_are_rounded_once_an_award() -> None:
    helping = rule(CASES + 'points = 2\nmultipliers = "helping"')

    assert points(helping, fact(quantity=3, area_group="mountain")) == [7]  # 7.2, not 3 x 2.4 each rounded


@pytest.mark.parametrize(
    ("units", "worth", "factor", "wanted"),
    [
        (1, 5, (3, 2), 8),
        (1, 1, (1, 2), 1),
        (1, -1, (1, 2), 0),
        (1, -3, (1, 2), -1),
        (3, 5, (6, 5), 18),
        (10_000, 10_000, (99, 98), 101_020_408),
        ((1 << 53) + 1, 1, (1, 1), (1 << 53) + 1),
    ],
)
def test_sentence_06_halves_are_rounded_up_also_below_zero(
    units: int, worth: int, factor: tuple[int, int], wanted: int
) -> None:
    assert rounded(units, worth, factor) == wanted


def test_sentence_06_points_are_fixed_by_table_or_by_steps() -> None:
    steps = rule('types = ["CLASS_TAUGHT"]\npoints = { attribute = "minutes", steps = [[30, 5], [90, 15]] }')
    table = shipped("course_completed")

    asked = [fact("CLASS_TAUGHT", attributes={"minutes": m}, name=m) for m in (29, 30, 89, 90, 1440)]
    assert sorted(points(steps, *asked)) == [0, 5, 5, 15, 15]
    assert points(table, fact("COURSE_COMPLETED", attributes={"course": "a", "version": 1, "level": 3})) == [
        30
    ]


def test_sentence_06_no_float_stands_in_a_rulebook() -> None:
    with pytest.raises(RulebookError, match="float_refused"):
        rule(CASES + "points = 2.5")


@pytest.mark.parametrize("more", ['caps = [{ window = "day", units = 1 }]', 'multipliers = "helping"'])
def test_sentence_06_rules_with_negative_points_have_neither_caps_nor_multipliers(more: str) -> None:
    with pytest.raises(RulebookError, match="negative_points_have_no"):
        rule(f"{CASES}points = -5\n{more}")


def test_sentence_07_paid_units_fit_the_room_of_every_window() -> None:
    capped = rule(
        CASES + 'points = 2\ncaps = [{ window = "day", units = 5 }, { window = "month", units = 8 }]'
    )
    facts = [fact(at=NINE + n * DAY, quantity=4) for n in (0, 0.1, 1, 2, 30)]

    assert points(capped, *facts) == [8, 2, 6, 0, 8]


def test_sentence_07_every_window_is_charged_what_was_paid() -> None:
    capped = rule(
        CASES + 'points = 1\ncaps = [{ window = "day", units = 3 }, { window = "month", units = 7 }]'
    )

    # 100 are counted on two days, 3 are paid on each: the month has room for one more.
    assert points(capped, *(fact(at=NINE + n * DAY, quantity=100) for n in range(3))) == [3, 3, 1]


def test_sentence_07_a_points_cap_pays_the_most_whole_units_whose_rounded_points_fit() -> None:
    capped = rule(CASES + 'points = 2\ncaps = [{ window = "day", points = 7 }]\nmultipliers = "helping"')

    assert [one.units for one in folded(capped, [fact(quantity=9)])[1]] == [3]
    # 3 units of 2.4 points are 7.2, rounded 7: they fit; so do 2 units of 3 points.
    assert points(capped, fact(quantity=9, area_group="mountain")) == [7]
    assert points(capped, fact(quantity=9, helped=frozenset({"poor"}))) == [6]


def test_sentence_07_a_lowered_cap_leaves_no_negative_room() -> None:
    lines = CASES + 'points = 2\ncaps = [{{ window = "month", units = {} }}]'
    versions = {1: rule(lines.format(9)), 2: rule(lines.format(5), version=2)}

    assert points(versions, fact(quantity=8), fact(at=NINE + DAY, quantity=8, version=2)) == [16, 0]


def test_sentence_07_the_reason_names_the_narrowest_window_that_bound() -> None:
    capped = rule(
        CASES + 'points = 2\ncaps = [{ window = "day", units = 5 }, { window = "month", units = 5 }]'
    )
    [first, second] = folded(capped, [fact(quantity=9), fact(at=NINE + DAY, quantity=1)])[1]

    assert (first.reasons[0].code, first.reasons[0].params["window"]) == ("window_partly_full", "day")
    assert (second.reasons[0].code, second.reasons[0].params["window"]) == ("window_full", "month")
    assert second.reasons[0].params["used"] == 5


def test_sentence_07_festivals_and_events_are_windows_too() -> None:
    festival = rule('types = ["FEST_WORKSHOP"]\npoints = 10\ncaps = [{ window = "festival", units = 1 }]')
    event = rule(CASES + 'points = 1\ncaps = [{ window = "event", units = 2 }]')
    workshops = [fact("FEST_WORKSHOP", at=NINE + n * DAY, festival=name) for n, name in enumerate("abab")]

    assert points(festival, *workshops) == [10, 10, 0, 0]
    assert points(event, fact(quantity=9, name=1), fact(quantity=1, name=2)) in ([2, 1], [1, 2])


def caps(*windows: str) -> str:
    """Caps of one unit in each of the windows."""
    return "caps = [" + ", ".join(f'{{ window = "{one}", units = 1 }}' for one in windows) + "]"


@pytest.mark.parametrize(
    "windows",
    [
        ("day", "month", "quarter", "half_year", "year", "ever"),
        ("day", "week", "ever"),
        ("festival", "ever"),
        ("event", "week"),
        ("event", "festival"),
    ],
)
def test_sentence_08_windows_that_nest_may_stand_together(windows: tuple[str, ...]) -> None:
    assert len(rule(f"{CASES}points = 2\n{caps(*windows)}").caps) == len(windows)


@pytest.mark.parametrize(
    "windows", [("week", "month"), ("week", "year"), ("day", "festival"), ("festival", "year")]
)
def test_sentence_08_windows_that_do_not_nest_are_refused(windows: tuple[str, ...]) -> None:
    with pytest.raises(RulebookError, match="windows_do_not_nest"):
        rule(f"{CASES}points = 2\n{caps(*windows)}")


def test_sentence_08_the_windows_of_one_rule_nest_across_its_versions() -> None:
    first = rulebook(f"one | {CASES}points = 2\n{caps('week')}")

    with pytest.raises(RulebookError, match="windows_do_not_nest"):
        rulebook(f"one | {CASES}points = 2\n{caps('month')}", version=2, previous=[first])


def test_sentence_08_a_full_window_says_so() -> None:
    once = rule(f"{CASES}points = 2\n{caps('day')}")

    assert sorted(reasons(once, fact(name=1), fact(name=2))) == [[], ["window_full"]]
