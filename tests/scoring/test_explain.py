"""Awards, changes and refusals read in both languages: every figure is the rulebook's own."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from math import floor
from uuid import UUID, uuid4

import pytest

from thidua.activities.catalogue import catalogue
from thidua.kernel.subjects import SubjectKind
from thidua.scoring.evaluate import judge
from thidua.scoring.explain import Step, reason, sentence, steps
from thidua.scoring.milestones import elements_of, reached, with_elements
from thidua.scoring.model import Counts, Fact, Outcome, PointsByTable, PointsByValue, Rule
from thidua.scoring.rulebook import parse_rulebook, shipped_text
from thidua.scoring.sentences import Language, shown_number

RULES = parse_rulebook(shipped_text(), types=catalogue().types).rules
LANGUAGES: tuple[Language, ...] = ("vi", "en")
ME = UUID(int=1)
GIVEN: Mapping[str, object] = {
    "minutes": 200,
    "skill": "ai",
    "score_percent": 80,
    "course": "an-toan-so",
    "version": "1",
    "framework_version": "1",
    "merchant": "M1",
    "initiative": "I1",
    "booth": "B1",
    "contest": "C1",
    "round": "R1",
    "slot": "2026-10",
    "activities": [str(ME)],
}


def worth(rule: Rule, number: int, code: str) -> tuple[int, dict[str, object]]:
    """The points of one unit by the rulebook, and the attribute that brings them."""
    match rule.points:
        case PointsByTable(attribute=None, table=table):
            return table[code], {}
        case PointsByTable(attribute=str(name), table=table):
            key = list(table)[number % len(table)]
            return table[key], {name: int(key) if key.isdecimal() else key}
        case PointsByValue(attribute=name, lowest=lowest, highest=highest):
            value = (lowest, highest, highest // 2)[number]
            return value, {name: value}
        case int(fixed):
            return fixed, {}
        case other:
            raise AssertionError(other)


def fact(rule: Rule, number: int, code: str, *mentees: UUID) -> Fact:
    return Fact(
        id=uuid4(),
        type=code,
        occurred_at=datetime(2026, 10, 10, number, tzinfo=UTC),
        version=1,
        actor=ME,
        actor_kind=SubjectKind.PERSON,
        unit=uuid4(),
        team=uuid4(),
        team_unit=uuid4(),
        festival="ngay-hoi-2026",
        quantity=(1, 3, 2)[number],
        attributes={**GIVEN, **worth(rule, number, code)[1]},
        participants=tuple((mentee, "mentee") for mentee in mentees or (uuid4(),)),
        area_group="mountain" if number == 2 else "plain",
        helped=frozenset({"elderly"}) if number == 1 else frozenset(),
    )


def outcome(rule: Rule, number: int) -> Outcome:
    """One of three awards of the rule: plain; three units with priority; two units in the mountains."""
    codes = sorted(rule.types)
    told = fact(rule, number, codes[number % len(codes)], *(uuid4() for _ in range(5)))
    if rule.milestone is None:
        return judge(rule, told, ME, earlier=(), held={told.id: 1}, use={})
    facts = [told, *(fact(rule, number, codes[0]) for _ in range(4))]
    elements = [element for one in facts for element in elements_of(rule, one)]
    state = with_elements(None, elements, kept=rule.milestone.count)
    found = reached(state, rule_at=lambda _version: rule, subject=ME)
    assert found is not None
    return found


def expected_points(rule: Rule, number: int) -> int:
    codes = sorted(rule.types)
    per, _ = worth(rule, number, codes[number % len(codes)])
    units = (1, 3, 2)[number] if rule.counts is Counts.QUANTITY else 1
    factor = (Fraction(1), Fraction(3, 2), Fraction(6, 5))[number] if rule.multipliers else Fraction(1)
    room = min((cap.limit for cap in rule.caps), default=units)
    return floor(min(units, room) * per * factor + Fraction(1, 2))


def worded(points: int, language: Language) -> str:
    if language == "vi":
        return f"{shown_number(points, 'vi')} điểm"
    return f"{shown_number(points, 'en')} {'point' if abs(points) == 1 else 'points'}"


def becauses(found: Iterable[Step]) -> str:
    return " | ".join(step.because for step in found)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("name", RULES)
def test_three_entries_of_each_rule_read_the_figures_of_the_rulebook(
    name: str, number: int, language: Language
) -> None:
    rule = RULES[name]
    award = outcome(rule, number)
    per, _ = worth(rule, number, award.fact.type)

    told = sentence(rule.sentence, award.params, language)
    way = steps(award.params, language, code=rule.sentence)

    assert award.points == expected_points(rule, number)
    assert worded(award.points, language) in told
    assert worded(per, language) in becauses(way)
    assert "…" not in told + becauses(way)
    assert [step.value for step in way if step.what == "cap"] == [f"0/{cap.limit}" for cap in rule.caps]
    assert next(step.value for step in way if step.what == "points") == award.points


def test_a_multiplied_award_names_the_factor_and_why_in_both_languages() -> None:
    params = outcome(RULES["public_service_case"], 1).params

    assert sentence("public_service_case", params, "vi") == (
        "Hỗ trợ dịch vụ công: 3 hồ sơ, mỗi hồ sơ 2 điểm, nhân 1,5"
        " vì có người được giúp thuộc diện ưu tiên, thành 9 điểm."
    )
    assert sentence("public_service_case", params, "en") == (
        "Help with public services: 3 cases at 2 points each, times 1.5"
        " because someone of a priority group was helped, 9 points."
    )


def test_an_award_cut_by_a_cap_names_the_window_and_both_numbers_of_units() -> None:
    params = {
        "n": 5,
        "paid": 2,
        "per": 2,
        "sum": 4,
        "caps": [["day", 18, 20, "units"]],
        "bound": "day",
    }

    assert sentence("public_service_case", params, "vi").endswith(
        "Ghi 5 hồ sơ, tính 2 hồ sơ: hết hạn mức ngày."
    )
    assert "18/20 hồ sơ" in becauses(steps(params, "vi", code="public_service_case"))


def test_sentence_18_the_explanation_shows_that_splitting_a_report_matters() -> None:
    together = {"n": 3, "paid": 3, "per": 2, "sum": 7, "mul": [6, 5, "hard_area"]}

    notes = [
        step for step in steps(together, "vi", code="public_service_case") if step.what == "note_splitting"
    ]

    assert [note.value for note in notes] == [6]
    assert "ghi chung được 7 điểm, ghi riêng từng hồ sơ được 6 điểm" in notes[0].because


def test_sentence_18_the_explanation_shows_that_a_total_may_fall() -> None:
    params = outcome(RULES["mentor_session"], 1).params

    told = [becauses(steps(params, language, code="mentor_session")) for language in LANGUAGES]

    assert "có thể làm tổng giảm" in told[0]
    assert "may lower a total" in told[1]


def test_the_steps_of_both_languages_differ_in_words_only() -> None:
    params = outcome(RULES["mentor_session"], 1).params

    vi, en = (steps(params, language, code="mentor_session") for language in LANGUAGES)

    assert [(step.what, step.value) for step in vi] == [(step.what, step.value) for step in en]


def test_a_changed_award_says_from_what_to_what_and_why() -> None:
    params = {"was": 8, "now": 5, "because": "recorded", "rule_sentence": "mentor_session"}

    assert sentence("adjustment", params, "en") == (
        "Mentoring session of 30 minutes or more: adjusted from 8 points to 5 points,"
        " because another activity was recorded."
    )
    assert [step.what for step in steps(params, "en", code="adjustment")] == ["was", "now"]


def test_a_reversal_says_what_was_taken_back_and_why() -> None:
    params = {"was": 15, "now": 0, "because": "withdrawn", "rule_sentence": "class_taught"}

    assert sentence("reversal", params, "vi") == (
        "Giảng lớp cộng đồng: thu lại 15 điểm, vì một hoạt động đã được rút."
    )


@pytest.mark.parametrize(
    ("code", "params", "vi", "en"),
    [
        (
            "window_full",
            {"window": "quarter", "used": 40, "cap": 40, "unit": "units"},
            "Đã hết hạn mức quý: 40/40 lượt. Lần này vẫn vào sổ, 0 điểm.",
            "The limit of the quarter is used: 40/40 units. This one is kept, 0 points.",
        ),
        (
            "window_partly_full",
            {"window": "day", "used": 18, "cap": 20, "unit": "points", "paid": 1},
            "Gần hết hạn mức ngày: trước lần này đã dùng 18/20 điểm, nên tính 1 lượt.",
            "The limit of the day is nearly used: 18/20 points before this one, so 1 unit counted.",
        ),
        (
            "condition_not_met",
            {"kind": "attribute_at_least", "name": "minutes", "values": [30]},
            "Cần số phút từ 30 trở lên. Lần này vẫn vào sổ, 0 điểm.",
            "It needs minutes of 30 or more. This one is kept, 0 points.",
        ),
        (
            "key_missing",
            {"missing": ["course", "version"]},
            "Còn thiếu khóa học, phiên bản khóa học. Bổ sung rồi sẽ được tính.",
            "Still missing: course, course version. Once given, it counts.",
        ),
        (
            "prerequisite_missing",
            {"types": ["COURSE_COMPLETED"], "count": 2, "found": 1},
            "Cần 2 hoạt động trước đó (Hoàn thành khóa học), nay có 1.",
            "Earlier activities needed (Course completed): 2; so far 1.",
        ),
        (
            "not_best",
            {"best": 100},
            "Đã có lần tốt hơn: 100 điểm. Chỉ tính lần tốt nhất.",
            "A better one stands: 100 points. Only the best counts.",
        ),
        (
            "not_verified",
            {"state": "rejected"},
            "Minh chứng chưa được chấp nhận, nên không tính điểm.",
            "The evidence was not accepted, so it brings no points.",
        ),
    ],
)
def test_a_refusal_says_what_is_so_and_what_one_may_do(
    code: str, params: dict[str, object], vi: str, en: str
) -> None:
    assert (reason(code, params, "vi"), reason(code, params, "en")) == (vi, en)


def test_a_refusal_calls_units_by_their_own_name_when_the_rule_is_known() -> None:
    params = {"window": "day", "used": 2, "cap": 2, "unit": "units"}

    told = reason("window_full", params, "vi", sentence_code="mentor_session")

    assert told == "Đã hết hạn mức ngày: 2/2 buổi. Lần này vẫn vào sổ, 0 điểm."


def test_a_reason_calls_units_by_their_name_when_only_the_type_is_known() -> None:
    full = {"window": "day", "used": 2, "cap": 2, "unit": "units"}

    said = [reason("window_full", full, one, sentence_code="MENTOR_SESSION") for one in LANGUAGES]
    otherwise = reason("window_full", full, "vi", sentence_code="REPORT_LATE")

    assert "2/2 buổi" in said[0]
    assert "2/2 sessions" in said[1]
    assert "2/2 lượt" in otherwise
