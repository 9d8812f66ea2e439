"""The shipped rulebook against the plan's table, written down here by hand."""

from collections.abc import Mapping

import pytest

from thidua.activities.catalogue import catalogue
from thidua.scoring.model import (
    Among,
    Condition,
    Key,
    Pays,
    PointsByTable,
    PointsByValue,
    Rule,
    Window,
)
from thidua.scoring.rulebook import parse_rulebook, shipped_text

Rules = Mapping[str, Rule]
YEAR, QUARTER, MONTH, WEEK, DAY = Window.YEAR, Window.QUARTER, Window.MONTH, Window.WEEK, Window.DAY
FESTIVAL = Window.FESTIVAL
# Points of one unit, caps in paid units; a dash of the plan is {}.
PLAN: dict[str, tuple[object, dict[Window, int]]] = {
    "MENTOR_SESSION": (5, {DAY: 2, QUARTER: 40}),
    "MENTEE_GRADUATED": (20, {YEAR: 15}),
    "FAMILY_GUIDED": (3, {QUARTER: 5}),
    "PERSON_GUIDED": (3, {DAY: 10, QUARTER: 150}),
    "COURSE_COMPLETED": ({"1": 10, "2": 20, "3": 30}, {}),
    "SKILL_CONFIRMED": (50, {}),
    "WEEKLY_QUIZ": (5, {WEEK: 1}),
    "THEMATIC_MEETING": (5, {MONTH: 1}),
    "CLASS_TAUGHT": (15, {WEEK: 2}),
    "CLASS_ASSISTED": (8, {WEEK: 3}),
    "CLASS_ATTENDED": (3, {WEEK: 3}),
    "ACCESSIBLE_SESSION": (25, {WEEK: 2}),
    "MATERIAL_PUBLISHED": (20, {QUARTER: 5}),
    "PUBLIC_SERVICE_CASE": (2, {DAY: 20}),
    "VNEID_SUPPORT": (3, {DAY: 10}),
    "MERCHANT_QR": (10, {DAY: 5}),
    "MERCHANT_4T": (20, {}),
    "OCOP_LISTED": (15, {QUARTER: 10}),
    "SAFETY_SESSION": (10, {WEEK: 2}),
    "DIGITAL_FAMILY": (30, {YEAR: 1}),
    "HERITAGE_DIGITISED": (40, {YEAR: 3}),
    "INITIATIVE": ({"commune": 30, "province": 60, "national": 100}, {}),
    "NEWS_APPROVED": (3, {WEEK: 3}),
    "FEST_CHECKIN": (10, {DAY: 1}),
    "FEST_BOOTH": (5, {FESTIVAL: 8}),
    "FEST_WORKSHOP": (10, {FESTIVAL: 3}),
    "FEST_QUIZ": ((0, 20), {}),
    "FEST_PRIZE": ({"1": 50, "2": 35, "3": 25, "4": 10}, {}),
    "FEST_SHIFT": (15, {DAY: 2}),
    "FEST_HOST": (40, {FESTIVAL: 1}),
    "DAILY_REPORT": (1, {DAY: 1}),
    "REPORT_ON_TIME": (5, {}),
    "REPORT_LATE": (-3, {}),
    "REPORT_MISSING": (-10, {}),
    "INSPECTION_OK": (10, {}),
    "INSPECTION_FINDING": ({"1": -5, "2": -10, "3": -15, "4": -20}, {}),
    "FRAUD_REVERSAL": (-50, {}),
    "MANUAL": ((-1000, 1000), {}),
}
DERIVED = {"mentor_quota_5", "team_week_active"}
# Types that the catalogue got after version 1 was shipped: a later version of a rulebook pays for them.
LATER: set[str] = set()
# The scoring specification, sentence 5.
BY_QUANTITY = {
    "FAMILY_GUIDED",
    "PERSON_GUIDED",
    "PUBLIC_SERVICE_CASE",
    "VNEID_SUPPORT",
    "OCOP_LISTED",
    "MATERIAL_PUBLISHED",
    "NEWS_APPROVED",
}
# The design, section 5.
MULTIPLIED = {
    "MENTOR_SESSION",
    "MENTEE_GRADUATED",
    "FAMILY_GUIDED",
    "PERSON_GUIDED",
    "CLASS_TAUGHT",
    "CLASS_ASSISTED",
    "ACCESSIBLE_SESSION",
    "PUBLIC_SERVICE_CASE",
    "VNEID_SUPPORT",
    "MERCHANT_QR",
    "MERCHANT_4T",
    "SAFETY_SESSION",
}
# Sentences 9 and 10.
EVER, MINE, ALL = Window.EVER, Among.SUBJECT, Among.ALL
ONCE_PER = {
    "MENTEE_GRADUATED": Key(("skill",), "mentee", EVER, ALL),
    "MERCHANT_QR": Key(("merchant",), None, EVER, ALL),
    "MERCHANT_4T": Key(("merchant",), None, EVER, ALL),
    "COURSE_COMPLETED": Key(("course", "version"), None, EVER, MINE),
    "SKILL_CONFIRMED": Key(("framework_version",), None, EVER, MINE),
    "FEST_BOOTH": Key(("festival", "booth"), None, EVER, MINE),
    "FEST_PRIZE": Key(("contest",), None, EVER, MINE),
}
BEST_OF = {
    "INITIATIVE": Key(("initiative",), None, EVER, MINE),
    "FEST_QUIZ": Key(("round",), None, EVER, MINE),
    "REPORT_ON_TIME": Key(("slot",), None, EVER, MINE),
    "REPORT_LATE": Key(("slot",), None, EVER, MINE),
    "REPORT_MISSING": Key(("slot",), None, EVER, MINE),
}


@pytest.fixture(scope="module")
def rules() -> Rules:
    return parse_rulebook(shipped_text(), types=catalogue().types).rules


def paying(rules: Rules, code: str) -> Rule:
    """The one rule that pays for the type itself."""
    found = [one for name, one in rules.items() if code in one.types and name not in DERIVED]
    assert len(found) == 1
    return found[0]


def points_of(rule: Rule, code: str) -> object:
    match rule.points:
        case PointsByTable(attribute=None, table=table):
            return table[code]
        case PointsByTable(table=table):
            return dict(table)
        case PointsByValue(lowest=lowest, highest=highest):
            return (lowest, highest)
        case other:
            return other


@pytest.mark.parametrize("code", PLAN)
def test_every_type_pays_what_the_plan_says_up_to_its_caps(rules: Rules, code: str) -> None:
    rule = paying(rules, code)

    caps = {cap.window: cap.limit for cap in rule.caps if not cap.in_points}

    assert (points_of(rule, code), caps) == PLAN[code]
    assert len(caps) == len(rule.caps)


def test_only_contributed_resources_and_derived_awards_have_no_rule_of_their_own(rules: Rules) -> None:
    paid = {code for name, one in rules.items() if name not in DERIVED for code in one.types}
    derived = {code for code, one in catalogue().types.items() if one.is_derived}

    assert set(catalogue().types) - paid == {"RESOURCE_CONTRIBUTED"} | derived | LATER
    assert paid == set(PLAN)


def test_what_counts_by_quantity_and_what_is_multiplied_is_as_specified(rules: Rules) -> None:
    own = {code: paying(rules, code) for code in PLAN}

    assert {code for code, rule in own.items() if rule.counts == "quantity"} == BY_QUANTITY
    assert {code for code, rule in own.items() if rule.multipliers} == MULTIPLIED


def test_the_multipliers_are_one_and_a_half_for_priority_and_one_and_a_fifth_for_hard_areas(
    rules: Rules,
) -> None:
    priority, hard_area = paying(rules, "MENTOR_SESSION").multipliers

    assert (priority.numerator, priority.denominator) == (3, 2)
    assert priority.when == (Condition("helped_priority", ""),)
    assert (hard_area.numerator, hard_area.denominator) == (6, 5)
    assert hard_area.when[0].any_of == (
        Condition("area_group", "", ("mountain",)),
        Condition("flag", "", ("border", "island")),
    )


def test_keys_are_as_specified(rules: Rules) -> None:
    own = {code: paying(rules, code) for code in PLAN}

    assert {code: rule.once_per for code, rule in own.items() if rule.once_per} == ONCE_PER
    assert {code: rule.best_of for code, rule in own.items() if rule.best_of} == BEST_OF


def test_conditions_are_as_specified(rules: Rules) -> None:
    conditions = {code: paying(rules, code).when for code in PLAN if paying(rules, code).when}

    assert conditions == {
        "MENTOR_SESSION": (Condition("attribute_at_least", "minutes", (30,)),),
        "WEEKLY_QUIZ": (Condition("attribute_at_least", "score_percent", (70,), if_given=True),),
        "FEST_SHIFT": (Condition("attribute_at_least", "minutes", (180,), if_given=True),),
    }


def test_derived_awards_are_as_specified(rules: Rules) -> None:
    quota, week = rules["mentor_quota_5"], rules["team_week_active"]
    of_a_person = {code for code, one in catalogue().types.items() if 1 in one.kinds and not one.is_derived}
    of_a_person -= LATER

    assert (quota.points, quota.pays, set(quota.types)) == (50, Pays.ACTOR, {"MENTOR_SESSION"})
    assert (quota.category, week.category) == ("mentoring", "organisation")
    assert (week.points, week.pays, set(week.types)) == (5, Pays.TEAM, of_a_person)


def test_only_fraud_reversals_take_other_activities_back(rules: Rules) -> None:
    reversing = {name: one.reverses for name, one in rules.items() if one.reverses}

    assert reversing == {"fraud_reversal": "activities"}


def test_every_entry_is_in_the_category_of_its_type(rules: Rules) -> None:
    for code in PLAN:
        assert paying(rules, code).category == catalogue().types[code].category


def test_a_rule_names_the_attributes_without_which_it_pays_nothing(rules: Rules) -> None:
    needed = {name: set(rule.attributes_needed) for name, rule in rules.items()}

    assert needed["mentee_graduated"] == {"skill"}
    assert needed["mentor_session"] == {"minutes"}
    assert needed["course_completed"] == {"course", "version", "level"}
    assert needed["fest_quiz"] == {"round", "score"}
    assert needed["report"] == {"slot"}
    assert needed["weekly_quiz"] == needed["fest_shift"] == set()
