"""The badges we ship, against the plan and against what the rest of the system knows."""

from datetime import UTC, date, datetime
from unicodedata import is_normalized

import pytest

from thidua.activities.catalogue import catalogue as activities
from thidua.badges.catalogue import catalogue
from thidua.badges.definitions import Badge, Span
from thidua.badges.model import BadgeState, CriterionKind, Family, Window
from thidua.boards.definitions import boards
from thidua.kernel.period import midnight_of
from thidua.kernel.subjects import SubjectKind

# Written by hand from the plan.
PLAN = {
    Family.LEARNING: {
        *("Bước đầu số", "Học đều 4 tuần", "Công dân số", "An toàn số", "Làm quen AI", "Người học bền bỉ"),
    },
    Family.MENTORING: {
        *("Đại sứ số", "Đại sứ số bạc", "Đại sứ số vàng", "Người thầy của ông bà", "Cầu nối ngôn ngữ"),
        "Không ai bị bỏ lại",
    },
    Family.SERVICE: {"Áo xanh một cửa", "Đi từng ngõ", "Chợ số", "Gia đình số", "Lá chắn số"},
    Family.FESTIVAL: {
        *("Có mặt 10/10", "Khám phá đủ gian", "Quán quân", "Tình nguyện viên ngày hội"),
        "Điểm ngày hội tiêu biểu",
    },
    Family.TEAM: {"Đội hình đều tay", "Báo cáo đúng hẹn", "Số liệu sạch", "Chi đoàn số", "Cụm dẫn đầu"},
}
NAMES = frozenset[str]().union(*PLAN.values())
# What designers add is held by the loader alone: they need write no test.
BADGES = [badge for badge in catalogue().badges.values() if badge.names["vi"] in NAMES]
every_badge = pytest.mark.parametrize("badge", BADGES, ids=lambda badge: badge.slug)


def test_every_badge_of_the_plan_has_its_folder_and_family() -> None:
    shipped = {family: {badge.names["vi"] for badge in BADGES if badge.family is family} for family in Family}

    assert shipped == PLAN


def test_ambassadors_rise_by_five_fifteen_and_fifty_mentees() -> None:
    series = catalogue().series("dai-su-so")

    assert [(badge.level, badge.criterion.need) for badge in series] == [(1, 5), (2, 15), (3, 50)]


def test_an_ambassador_is_one_for_a_year_and_may_become_one_again() -> None:
    badge = catalogue().badges["dai-su-so"]

    assert badge.window is Window.YEAR
    assert badge.valid_for == Span(months=12)


def test_leading_a_cluster_goes_to_units_and_alone_waits_for_final_boards() -> None:
    waiting = [badge for badge in BADGES if badge.state is BadgeState.WAITING]

    assert [(badge.slug, badge.subject) for badge in waiting] == [("cum-dan-dau", SubjectKind.UNIT)]
    assert all(badge.state is BadgeState.ACTIVE for badge in BADGES if badge not in waiting)


@every_badge
def test_a_badge_says_in_both_languages_what_counts_how_it_is_checked_and_how_long_it_holds(
    badge: Badge,
) -> None:
    heads = {
        "vi": ("Tính từ khi nào", "Kiểm tra thế nào", "Có giá trị bao lâu", "Khi nào bị thu hồi"),
        "en": ("What counts", "How it is checked", "How long it is valid", "When it is taken back"),
    }

    for language, asked in heads.items():
        assert all(f"- **{head}:** " in badge.criteria[language] for head in asked)
        assert is_normalized("NFC", badge.criteria[language] + badge.names[language])


@every_badge
def test_the_words_about_validity_say_what_the_folder_says(badge: Badge) -> None:
    says_it_stays = ("Không hết hạn" in badge.criteria["vi"], "does not expire" in badge.criteria["en"])

    assert says_it_stays == (badge.valid_for is None, badge.valid_for is None)


@every_badge
def test_the_figures_a_badge_asks_for_stand_in_its_words(badge: Badge) -> None:
    told = badge.criteria["vi"]
    words = {4: "bốn", 8: "tám", 12: "mười hai", 3: "ba bậc"}
    need = badge.criterion.need

    assert need in {1, 100} or str(need) in told or words[need] in told


@every_badge
def test_what_a_badge_counts_is_known(badge: Badge) -> None:
    assert badge.criterion.types_watched <= activities().types.keys()
    assert bool(badge.criterion.types_watched) == (
        badge.criterion.kind not in {CriterionKind.STANDING, CriterionKind.MANUAL}
    )


@every_badge
def test_a_standing_names_a_board_that_ranks_its_subject(badge: Badge) -> None:
    board = badge.criterion.board

    assert not board or boards()[board].who is badge.subject


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        (Span(months=12), date(2026, 11, 22), date(2027, 11, 22)),
        (Span(months=12), date(2028, 2, 29), date(2029, 2, 28)),
        (Span(months=6), date(2026, 8, 31), date(2027, 2, 28)),
        (Span(months=1), date(2026, 12, 15), date(2027, 1, 15)),
        (Span(days=90), date(2026, 11, 22), date(2027, 2, 20)),
    ],
)
def test_a_badge_holds_through_the_same_day_or_the_last_there_is(span: Span, first: date, last: date) -> None:
    assert span.last_day(first) == last


def test_a_badge_expires_at_the_midnight_in_vietnam_after_its_last_day() -> None:
    earned_at = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)  # 01:30 on 23 November in Vietnam

    expires_at = catalogue().badges["dai-su-so"].expires_at(earned_at)

    assert expires_at == midnight_of(date(2027, 11, 24))


@pytest.mark.parametrize(
    ("span", "iso"), [(Span(months=12), "P1Y"), (Span(months=18), "P18M"), (Span(days=90), "P90D")]
)
def test_a_span_is_told_as_iso_8601(span: Span, iso: str) -> None:
    assert span.iso == iso
