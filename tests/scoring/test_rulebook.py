"""Bad rulebooks: each names its line, field and code. Good ones: what each piece of TOML comes to."""

from datetime import date

import pytest

from thidua.activities.catalogue import catalogue
from thidua.scoring.model import (
    Among,
    Condition,
    Counts,
    Key,
    Milestone,
    PointsBySteps,
    Prerequisite,
    Rule,
    Rulebook,
    Window,
)
from thidua.scoring.places import RulebookError
from thidua.scoring.rulebook import parse_rulebook, shipped_text

# The rule begins on line 7; each case adds lines from 12 on, or replaces one of 8 to 11.
HEAD = """name = "trial"
version = 1

[multipliers.helping.priority]
factor = "3/2"
when = [{ helped_priority = true }]
[rule.trial]
"""
BODY = {
    "types": '["MENTOR_SESSION"]',
    "pays": '"actor"',
    "points": "5",
    "sentence": '"mentor_session"',
}


def read(text: str, *previous: Rulebook) -> Rulebook:
    return parse_rulebook(text, types=catalogue().types, previous=previous)


def rulebook(version: int = 1, /, **lines: str) -> str:
    told = {key: value for key, value in (BODY | lines).items() if value}
    head = HEAD.replace("version = 1", f"version = {version}")
    return head + "\n".join(f"{key} = {value}" for key, value in told.items())


def rule(**lines: str) -> Rule:
    return read(rulebook(1, **lines)).rules["trial"]


def faults_of(text: str, *previous: Rulebook) -> list[tuple[int, str, str]]:
    with pytest.raises(RulebookError) as refused:
        read(text, *previous)
    return [(fault.line, fault.field, fault.code) for fault in refused.value.faults]


REPORTS = '["REPORT_ON_TIME", "REPORT_LATE", "REPORT_MISSING"]'
BAD = [
    ({"types": '["MENTOR_SESION"]'}, 8, "types[0]", "unknown_type"),
    ({"types": '["MENTOR_QUOTA_5"]'}, 8, "types[0]", "unknown_type"),
    ({"types": "[]"}, 8, "types", "not_a_list"),
    ({"types": '["MENTOR_SESSION", "MENTOR_SESSION"]'}, 8, "types", "repeated"),
    ({"pays": '"unit"'}, 9, "pays", "unknown_choice"),
    ({"pays": ""}, 7, "pays", "missing"),
    ({"points": "2.5"}, 10, "points", "float_refused"),
    ({"points": "true"}, 10, "points", "not_whole"),
    ({"points": "10001"}, 10, "points", "out_of_range"),
    ({"points": '{ attribute = "minutes" }'}, 10, "points", "needs_one_of"),
    ({"points": '{ attribute = "level", table = { 1 = 2 } }'}, 10, "points.attribute", "unknown_attribute"),
    (
        {"points": '{ attribute = "skill", value_between = [0, 9] }'},
        10,
        "points.attribute",
        "unknown_attribute",
    ),
    (
        {"points": '{ attribute = "minutes", value_between = [9, 0] }'},
        10,
        "points.value_between",
        "not_a_span",
    ),
    ({"points": '{ attribute = "minutes", steps = [[60, 5], [30, 2]] }'}, 10, "points.steps", "not_rising"),
    ({"points": '{ attribute = "minutes", steps = [[60]] }'}, 10, "points.steps[0]", "not_a_pair"),
    ({"sentence": '"hello"'}, 11, "sentence", "unknown_sentence"),
    ({"when": '[{ attribute = "hours", at_least = 1 }]'}, 12, "when[0].attribute", "unknown_attribute"),
    ({"when": '[{ attribute = "skill", at_least = 1 }]'}, 12, "when[0].attribute", "unknown_attribute"),
    ({"when": '[{ attribute = "minutes", is = "x" }]'}, 12, "when[0].is", "not_whole"),
    ({"when": '[{ attribute = "minutes" }]'}, 12, "when[0]", "needs_one_of"),
    ({"when": '[{ attribute = "minutes", at_least = 1, at_most = 2 }]'}, 12, "when[0]", "needs_one_of"),
    (
        {"when": '[{ attribute = "minutes", at_least = 1, if_given = false }]'},
        12,
        "when[0].if_given",
        "not_true",
    ),
    ({"when": '[{ moon = "full" }]'}, 12, "when[0]", "needs_one_of"),
    ({"when": '[{ area_group = ["sea"] }]'}, 12, "when[0].area_group[0]", "unknown_choice"),
    ({"when": '[{ actor_kind = ["robot"] }]'}, 12, "when[0].actor_kind[0]", "unknown_choice"),
    ({"when": '[{ participants = "boss", at_least = 1 }]'}, 12, "when[0].participants", "unknown_role"),
    (
        {"when": "[{ any_of = [{ any_of = [{ team_named = true }] }] }]"},
        12,
        "when[0].any_of[0]",
        "needs_one_of",
    ),
    ({"when": "{ team_named = true }"}, 12, "when", "not_a_list"),
    ({"counts": '"minutes"'}, 12, "counts", "unknown_choice"),
    ({"caps": '[{ window = "fortnight", units = 2 }]'}, 12, "caps[0].window", "unknown_window"),
    ({"caps": '[{ window = "day", units = 0 }]'}, 12, "caps[0].units", "out_of_range"),
    ({"caps": '[{ window = "day" }]'}, 12, "caps[0]", "needs_one_of"),
    ({"caps": '[{ window = "day", units = 2, points = 5 }]'}, 12, "caps[0]", "needs_one_of"),
    ({"caps": '[{ window = "day", units = 2 }, { window = "day", units = 3 }]'}, 12, "caps", "repeated"),
    (
        {"caps": '[\n{ window = "day", units = 2 },\n{ window = "wek", units = 3 },\n]'},
        14,
        "caps[1].window",
        "unknown_window",
    ),
    (
        {"caps": '[{ window = "week", units = 2 }, { window = "month", units = 9 }]'},
        12,
        "caps",
        "windows_do_not_nest",
    ),
    (
        {
            "caps": '[{ window = "week", units = 2 }]',
            "requires": '[{ types = ["COURSE_COMPLETED"], at_least = 1, window = "year" }]',
        },
        12,
        "caps",
        "windows_do_not_nest",
    ),
    ({"points": "-5", "caps": '[{ window = "day", units = 2 }]'}, 12, "caps", "negative_points_have_no_caps"),
    ({"points": "-5", "multipliers": '"helping"'}, 12, "multipliers", "negative_points_have_no_multipliers"),
    ({"multipliers": '"hurting"'}, 12, "multipliers", "unknown_multipliers"),
    ({"once_per": '{ window = "ever" }'}, 12, "once_per", "needs_one_of"),
    ({"once_per": '{ attributes = ["shoe"] }'}, 12, "once_per.attributes[0]", "unknown_attribute"),
    ({"once_per": '{ attributes = ["skill"], among = "some" }'}, 12, "once_per.among", "unknown_choice"),
    ({"once_per": '{ attributes = ["skill"] }', "counts": '"quantity"'}, 13, "counts", "counts_one_only"),
    (
        {"best_of": '{ attributes = ["skill"] }', "caps": '[{ window = "day", units = 2 }]'},
        13,
        "caps",
        "best_of_has_no_caps",
    ),
    ({"best_of": '{ attributes = ["skill"] }', "counts": '"quantity"'}, 13, "counts", "counts_one_only"),
    (
        {"once_per": '{ attributes = ["skill"] }', "best_of": '{ attributes = ["skill"] }'},
        13,
        "best_of",
        "one_key_only",
    ),
    (
        {"milestone": '{ role = "mentee", at_least = 5, window = "year" }', "multipliers": '"helping"'},
        13,
        "multipliers",
        "milestone_has_no_multipliers",
    ),
    (
        {"milestone": '{ at_least = 3, window = "week" }', "caps": '[{ window = "week", units = 1 }]'},
        13,
        "caps",
        "milestone_stands_alone",
    ),
    ({"milestone": '{ at_least = 3, window = "event" }'}, 12, "milestone.window", "unknown_window"),
    (
        {"requires": '[{ types = ["X"], at_least = 1, window = "ever" }]'},
        12,
        "requires[0].types[0]",
        "unknown_type",
    ),
    ({"reverses": '"skill"'}, 12, "reverses", "unknown_attribute"),
    ({"category": '"sport"'}, 12, "category", "unknown_category"),
    ({"valid_from": '"1/1/2026"'}, 12, "valid_from", "malformed"),
    ({"valid_from": '"2026-02-30"'}, 12, "valid_from", "malformed"),
    ({"valid_from": '"2026-02-01"', "valid_to": '"2026-02-01"'}, 13, "valid_to", "not_a_span"),
    ({"bonus": "1"}, 12, "bonus", "unknown_key"),
    ({"types": '["MENTOR_SESSION", "WEEKLY_QUIZ"]'}, 7, "category", "missing"),
    (
        {"types": REPORTS, "points": "{ by_type = { REPORT_LATE = -3 } }"},
        10,
        "points.by_type.REPORT_MISSING",
        "missing",
    ),
    (
        {
            "types": '["INSPECTION_FINDING"]',
            "points": '{ attribute = "severity", table = { 1 = -5, 9 = -9 } }',
        },
        10,
        "points.table.9",
        "unknown_key",
    ),
]


@pytest.mark.parametrize(("lines", "line", "field", "code"), BAD)
def test_a_bad_rule_is_refused_naming_line_field_and_code(
    lines: dict[str, str], line: int, field: str, code: str
) -> None:
    assert (line, f"rule.trial.{field}", code) in faults_of(rulebook(1, **lines))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('name = "trial"', "", (1, "name", "missing")),
        ("version = 1", "version = 0", (2, "version", "out_of_range")),
        ("version = 1", "version = 1\nauthor = 1", (3, "author", "unknown_key")),
        ("version = 1", "version = = 1", (2, "(top)", "not_toml")),
        ('"3/2"', '"1.5"', (5, "multipliers.helping.priority.factor", "not_a_fraction")),
        ('"3/2"', "1.5", (5, "multipliers.helping.priority.factor", "float_refused")),
        ('"3/2"', '"2/3"', (5, "multipliers.helping.priority.factor", "out_of_range")),
        ("helped_priority = true", 'helped_priority = ["rich"]', None),
        ("[rule.trial]", "[rule.Trial]", (7, "rule.Trial", "malformed")),
        ("[rule.trial]", "[rules.trial]", (7, "rules", "unknown_key")),
        ("[rule.trial]", "[rule]\ntrial = 1\n[other]", (8, "rule.trial", "not_a_table")),
    ],
)
def test_a_bad_rulebook_is_refused_naming_line_field_and_code(
    old: str, new: str, fault: tuple[int, str, str] | None
) -> None:
    wanted = fault or (6, "multipliers.helping.priority.when[0].helped_priority[0]", "unknown_choice")

    assert wanted in faults_of(rulebook().replace(old, new))


def test_a_fault_says_what_might_stand_there_instead() -> None:
    with pytest.raises(RulebookError) as refused:
        read(rulebook(caps='[{ window = "fortnight", units = 2 }]'))

    assert refused.value.faults[0].choices == tuple(Window)
    assert "choose from: event, day, week" in str(refused.value.faults[0])


def test_every_fault_is_told_at_once_in_the_order_of_the_lines() -> None:
    faults = faults_of(rulebook(types='["NO"]', pays='"no"', sentence='"no"'))

    assert [line for line, _, _ in faults] == [8, 9, 11]


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "x" * 600_000, 'name = "' + "x" * 600_000 + '"', "\x00", "a=\ud800"]
)
def test_a_hostile_text_is_refused_and_nothing_breaks(text: str) -> None:
    assert faults_of(text)


def test_more_rules_than_a_rulebook_may_hold_are_refused() -> None:
    text = HEAD.replace("[rule.trial]", "") + "".join(
        f"[rule.r{number}]\npoints = 1\n" for number in range(501)
    )

    assert (8, "rule", "too_many") in faults_of(text)


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
