"""Good rulebooks: what each piece of TOML comes to, and what may change between versions."""

from datetime import date

import pytest

from tests.scoring.rulebook_texts import faults_of, read, rule, rulebook
from thidua.scoring.model import (
    Among,
    Condition,
    Counts,
    Key,
    Milestone,
    PointsBySteps,
    Prerequisite,
    Window,
)
from thidua.scoring.rulebook import shipped_text


def test_each_condition_is_read_as_the_closed_list_has_it() -> None:
    when = """[
      { attribute = "minutes", at_least = 30, if_given = true }, { attribute = "minutes", at_most = 90 },
      { attribute = "skill", is = "ai" }, { attribute = "skill", one_of = ["ai", "vneid"] },
      { quantity_at_least = 2 }, { participants = "mentee", at_least = 1 }, { area_group = ["mountain"] },
      { flag = ["border", "island"] }, { target_group = ["student"] }, { actor_kind = ["person", "unit"] },
      { helped_priority = ["elderly"] }, { team_named = true }, { any_of = [{ team_named = true }] },
    ]"""

    assert rule(when=when).when == (
        Condition("attribute_at_least", "minutes", (30,), if_given=True),
        Condition("attribute_at_most", "minutes", (90,)),
        Condition("attribute_is", "skill", ("ai",)),
        Condition("attribute_is", "skill", ("ai", "vneid")),
        Condition("quantity_at_least", "", (2,)),
        Condition("participants_at_least", "mentee", (1,)),
        Condition("area_group", "", ("mountain",)),
        Condition("flag", "", ("border", "island")),
        Condition("target_group", "", ("student",)),
        Condition("actor_kind", "", (1, 3)),
        Condition("helped_priority", "", ("elderly",)),
        Condition("team_named", ""),
        Condition("any_of", "", any_of=(Condition("team_named", ""),)),
    )


def test_keys_prerequisites_steps_and_spans_are_read() -> None:
    read_rule = rule(
        points='{ attribute = "minutes", steps = [[30, 5], [90, 8]] }',
        once_per='{ role = "mentee", attributes = ["skill", "festival"], among = "all" }',
        requires='[{ types = ["COURSE_COMPLETED"], at_least = 2, window = "ever" }]',
        valid_from='"2026-01-01"',
        valid_to='"2027-01-01"',
    )

    assert read_rule.points == PointsBySteps("minutes", ((30, 5), (90, 8)))
    assert read_rule.once_per == Key(("skill", "festival"), "mentee", Window.EVER, Among.ALL)
    assert read_rule.requires == (Prerequisite(frozenset({"COURSE_COMPLETED"}), 2, Window.EVER),)
    assert (read_rule.valid_from, read_rule.valid_to) == (date(2026, 1, 1), date(2027, 1, 1))


def test_caps_stand_from_the_narrowest_window_to_the_widest() -> None:
    caps = rule(caps='[{ window = "year", points = 50 }, { window = "day", units = 2 }]').caps

    assert [(cap.window, cap.limit, cap.in_points) for cap in caps] == [("day", 2, False), ("year", 50, True)]


def test_a_rule_may_be_written_as_tables_of_its_own_too() -> None:
    text = (
        rulebook()
        + '\n[[rule.trial.caps]]\nwindow = "day"\nunits = 2\n[[rule.trial.caps]]\nwindow = "wek"\nunits = 9'
    )

    assert faults_of(text) == [(16, "rule.trial.caps[1].window", "unknown_window")]


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ({}, {"pays": '"team"'}, "pays_changed"),
        ({}, {"once_per": '{ attributes = ["skill"] }'}, "once_per_changed"),
        ({"once_per": '{ attributes = ["skill"] }'}, {}, "once_per_changed"),
        (
            {"once_per": '{ attributes = ["skill"] }'},
            {"once_per": '{ attributes = ["skill"], window = "year" }'},
            "once_per_changed",
        ),
        (
            {"best_of": '{ attributes = ["skill"] }'},
            {"best_of": '{ attributes = ["minutes"] }'},
            "best_of_changed",
        ),
        ({"milestone": '{ at_least = 3, window = "week" }'}, {}, "milestone_changed"),
        (
            {"caps": '[{ window = "week", units = 2 }]'},
            {"caps": '[{ window = "month", units = 9 }]'},
            "windows_do_not_nest",
        ),
    ],
)
def test_what_a_rule_name_means_does_not_change_between_versions(
    first: dict[str, str], second: dict[str, str], code: str
) -> None:
    earlier = read(rulebook(1, **first))

    assert code in [found for _, _, found in faults_of(rulebook(2, **second), earlier)]


def test_a_new_version_may_change_points_caps_and_the_count_of_a_milestone() -> None:
    earlier = read(rulebook(caps='[{ window = "day", units = 2 }]'))

    later = read(rulebook(2, points="8", caps='[{ window = "month", units = 9 }]'), earlier)

    assert later.rules["trial"].points == 8


def test_a_version_must_be_higher_than_every_published_one() -> None:
    assert faults_of(rulebook(), read(rulebook())) == [(2, "version", "version_not_higher")]


def test_the_shipped_rulebook_keeps_its_milestones_and_counts() -> None:
    rules = read(shipped_text()).rules

    assert rules["mentor_quota_5"].milestone == Milestone("mentee", 5, Window.YEAR)
    assert rules["team_week_active"].milestone == Milestone(None, 3, Window.WEEK)
    assert rules["public_service_case"].counts is Counts.QUANTITY
