"""The catalogue of activity types against the plan's table, and what attributes may hold."""

import json
from uuid import uuid4

import pytest

from thidua.activities.catalogue import (
    Step,
    TypeIncompleteError,
    catalogue,
    check_attributes,
    read_catalogue,
)
from thidua.kernel.subjects import SubjectKind

PERSON, TEAM, UNIT, HOUSEHOLD = SubjectKind
ANY = {PERSON, TEAM, UNIT, HOUSEHOLD}

# Written by hand from the plan: who may be the actor, and how it is verified.
PLAN = {
    "MENTOR_SESSION": ({PERSON}, "C"),
    "MENTEE_GRADUATED": ({PERSON}, "M/V"),
    "MENTOR_QUOTA_5": ({PERSON}, "M"),
    "FAMILY_GUIDED": ({PERSON}, "L"),
    "PERSON_GUIDED": ({PERSON}, "L+V"),
    "COURSE_COMPLETED": ({PERSON}, "M"),
    "SKILL_CONFIRMED": ({PERSON}, "M"),
    "WEEKLY_QUIZ": ({PERSON}, "M"),
    "THEMATIC_MEETING": ({PERSON}, "M/L"),
    "CLASS_TAUGHT": ({PERSON}, "C+L"),
    "CLASS_ASSISTED": ({PERSON}, "L"),
    "CLASS_ATTENDED": ({PERSON}, "M"),
    "ACCESSIBLE_SESSION": ({PERSON}, "C+V"),
    "MATERIAL_PUBLISHED": ({PERSON}, "V"),
    "PUBLIC_SERVICE_CASE": ({PERSON}, "L"),
    "VNEID_SUPPORT": ({PERSON}, "L"),
    "MERCHANT_QR": ({PERSON}, "C"),
    "MERCHANT_4T": ({PERSON}, "C+V"),
    "OCOP_LISTED": ({PERSON}, "V"),
    "SAFETY_SESSION": ({PERSON}, "L"),
    "DIGITAL_FAMILY": ({HOUSEHOLD}, "V"),
    "HERITAGE_DIGITISED": ({TEAM}, "V"),
    "INITIATIVE": ({PERSON, TEAM}, "V"),
    "NEWS_APPROVED": ({PERSON}, "V"),
    "FEST_CHECKIN": (ANY, "M"),
    "FEST_BOOTH": (ANY, "M"),
    "FEST_WORKSHOP": (ANY, "M"),
    "FEST_QUIZ": (ANY, "M"),
    "FEST_PRIZE": ({PERSON, TEAM}, "V"),
    "FEST_SHIFT": ({PERSON}, "M+L"),
    "FEST_HOST": ({UNIT}, "V"),
    "TEAM_WEEK_ACTIVE": ({TEAM}, "M"),
    "DAILY_REPORT": ({TEAM}, "M"),
    "REPORT_ON_TIME": ({UNIT}, "M"),
    "REPORT_LATE": ({UNIT}, "M"),
    "REPORT_MISSING": ({UNIT}, "M"),
    "INSPECTION_OK": ({UNIT}, "V"),
    "INSPECTION_FINDING": ({UNIT}, "V"),
    "FRAUD_REVERSAL": (ANY, "V+V"),
    "RESOURCE_CONTRIBUTED": (ANY, "V"),
    "MANUAL": (ANY, "V+V"),
}
SESSION = {"minutes": 45, "skill": "e-services"}


def codes(type_code: str, attributes: dict[str, object]) -> list[tuple[str, str]]:
    found = check_attributes(catalogue().types[type_code], attributes)
    return [(fault.field, fault.code) for fault in found]


def test_the_catalogue_holds_every_type_of_the_plan_with_its_actors_and_verification() -> None:
    shipped = {code: (set(one.kinds), one.verification) for code, one in catalogue().types.items()}

    assert shipped == PLAN


def test_only_the_two_derived_awards_can_never_be_reported() -> None:
    derived = {code for code, one in catalogue().types.items() if one.is_derived}

    assert derived == {"MENTOR_QUOTA_5", "TEAM_WEEK_ACTIVE"}


def test_only_a_mentoring_session_has_required_attributes() -> None:
    required = {code: one.required for code, one in catalogue().types.items() if one.required}

    assert required == {"MENTOR_SESSION": ("minutes", "skill")}


def test_a_plus_is_two_steps_and_a_stroke_is_one_step_with_two_ways() -> None:
    types = catalogue().types

    assert types["PERSON_GUIDED"].steps == (frozenset({Step.LEADER}), frozenset({Step.VERIFIER}))
    assert types["MENTEE_GRADUATED"].steps == (frozenset({Step.MACHINE, Step.VERIFIER}),)
    assert types["FRAUD_REVERSAL"].steps == (frozenset({Step.VERIFIER}), frozenset({Step.VERIFIER}))


def test_every_type_category_and_step_is_named_in_both_languages() -> None:
    shipped = catalogue()
    named = [one.name for one in shipped.types.values()] + [one.unit for one in shipped.types.values()]
    named += [*shipped.categories.values(), *shipped.steps.values()]

    assert all(words.vi and words.en for words in named)
    assert {one.category for one in shipped.types.values()} == set(shipped.categories)


@pytest.mark.parametrize(
    ("left_out", "named"),
    [
        ("vi", "vi"),
        ("category", "category"),
        ("kinds", "kinds"),
        ("unit", "unit.vi, unit.en"),
        ("unit.en", "unit.en"),
        ("verification", "verification"),
    ],
)
def test_a_type_that_lacks_a_field_is_refused_in_one_line_that_names_both(left_out: str, named: str) -> None:
    told = {
        "vi": '"Mới"',
        "en": '"New"',
        "category": '"learning"',
        "kinds": '["person"]',
        "unit.vi": '"lượt"',
        "unit.en": '"turn"',
        "verification": '"L"',
    }
    kept = [f"{name} = {value}" for name, value in told.items() if not f"{name}.".startswith(f"{left_out}.")]

    with pytest.raises(TypeIncompleteError) as refused:
        read_catalogue("\n".join(["attribute = {}", "category = {}", "step = {}", "[type.NEW]", *kept]))

    assert str(refused.value) == f"catalogue.toml: [type.NEW] lacks {named}"


def test_a_typical_session_has_no_fault() -> None:
    assert codes("MENTOR_SESSION", SESSION) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"minutes": 0}, "out_of_range"),
        ({"minutes": 1441}, "out_of_range"),
        ({"minutes": True}, "not_whole"),
        ({"minutes": 45.0}, "not_whole"),
        ({"minutes": "45"}, "not_whole"),
        ({"minutes": None}, "not_whole"),
        ({"minutes": 10**30}, "out_of_range"),
        ({"skill": ""}, "empty"),
        ({"skill": " \u3000"}, "empty"),
        ({"skill": "x" * 201}, "too_long"),
        ({"skill": 7}, "not_text"),
        ({"skill": "a\x00b"}, "malformed"),
        ({"skill": "a\ud800"}, "malformed"),
        ({"skill": ["a"]}, "not_text"),
    ],
)
def test_an_attribute_out_of_its_bounds_is_one_fault_at_its_field(
    changed: dict[str, object], fault: str
) -> None:
    assert codes("MENTOR_SESSION", SESSION | changed) == [(f"attributes.{next(iter(changed))}", fault)]


def test_every_missing_and_unknown_attribute_is_named() -> None:
    assert codes("MENTOR_SESSION", {"mood": "good"}) == [
        ("attributes.mood", "unknown_attribute"),
        ("attributes.minutes", "missing"),
        ("attributes.skill", "missing"),
    ]


@pytest.mark.parametrize(
    ("type_code", "attributes", "fault"),
    [
        ("COURSE_COMPLETED", {"level": 4}, "out_of_range"),
        ("COURSE_COMPLETED", {"version": 2, "course": "an-toan", "level": 3}, None),
        ("COURSE_COMPLETED", {"version": "2.0"}, None),
        ("COURSE_COMPLETED", {"version": -1}, "out_of_range"),
        ("INITIATIVE", {"level": "national"}, None),
        ("INITIATIVE", {"level": "planet"}, "unknown_choice"),
        ("FEST_CHECKIN", {"festival": "ngay-hoi-2026"}, None),
        ("FEST_CHECKIN", {"festival": "Ngày hội"}, "malformed"),
        ("FEST_QUIZ", {"score": 21}, "out_of_range"),
        ("FEST_PRIZE", {"place": 0}, "out_of_range"),
        ("INSPECTION_FINDING", {"severity": 5}, "out_of_range"),
        ("MANUAL", {"points": -1001}, "out_of_range"),
        ("MANUAL", {"points": -1000, "decision": "12/QĐ"}, None),
        ("FRAUD_REVERSAL", {"activities": []}, "not_a_list"),
        ("FRAUD_REVERSAL", {"activities": ["x"]}, "malformed"),
        ("FRAUD_REVERSAL", {"activities": [str(uuid4())]}, None),
        ("FRAUD_REVERSAL", {"activities": [str(uuid4()) for _ in range(201)]}, "too_many"),
        ("FRAUD_REVERSAL", {"activities": ["0192A8F0-0000-7000-8000-000000000001"] * 2}, "repeated"),
    ],
)
def test_optional_attributes_are_typed_and_bounded(
    type_code: str, attributes: dict[str, object], fault: str | None
) -> None:
    assert [code for _, code in codes(type_code, attributes)] == ([fault] if fault else [])


def test_the_schema_of_every_type_is_closed_and_can_be_written_as_json() -> None:
    for one in catalogue().types.values():
        schema = json.loads(json.dumps(one.schema()))

        assert schema["additionalProperties"] is False
        assert set(schema["required"]) <= set(schema["properties"])
