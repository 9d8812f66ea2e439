"""Bad rulebooks: each names its line, field and code."""

import pytest

from tests.scoring.rulebook_texts import HEAD, faults_of, read, rulebook
from thidua.scoring.model import Window
from thidua.scoring.places import RulebookError

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
    (
        {
            "best_of": '{ attributes = ["skill"] }',
            "requires": '[{ types = ["MENTOR_SESSION"], at_least = 1, window = "day" }]',
        },
        13,
        "requires",
        "best_of_requires_nothing",
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
