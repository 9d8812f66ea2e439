"""Single cells: what is read, what is said of it, and what is refused rather than guessed."""

from datetime import date, time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thidua.imports.dates import Order, day_of, hour_of, order_of
from thidua.imports.evidence import evidence_of
from thidua.imports.fields import field_for, fields_of
from thidua.imports.model import Kind, UnreadableError
from thidua.imports.near import Named, Names, distance
from thidua.imports.values import contact_of, name_of, quantity_of
from thidua.imports.words import PRIORITIES, TARGET_GROUPS, priorities_of, word_of

TODAY = date(2026, 11, 22)
COMMUNES = ("Xã Sin Suối Hồ", "Xã Sìn Hồ", "Xã Dào San", "Phường Tân Phong", "Xã Tân Uyên", "Xã Bình Lư")
NAMES = Names(Named(UUID(int=number), name) for number, name in enumerate(COMMUNES, start=1))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("26/11/1999", date(1999, 11, 26)),
        ("4/7/1999", date(1999, 7, 4)),
        ("04-07-1999", date(1999, 7, 4)),
        ("04.07.1999", date(1999, 7, 4)),
        ("1999-11-26", date(1999, 11, 26)),
        ("2026-10-18 07:30:00", date(2026, 10, 18)),
        ("26/11/1999 00:00", date(1999, 11, 26)),
        ("ngày 2 tháng 10 năm 2026", date(2026, 10, 2)),
        ("'26/11/1999", date(1999, 11, 26)),
        ("45689", date(2025, 2, 1)),
        ("26/11/99", date(1999, 11, 26)),
        ("01/02/05", date(2005, 2, 1)),
    ],
)
def test_a_day_is_read_in_every_usual_writing(text: str, day: date) -> None:
    assert day_of(text, Order.DAY_FIRST, today=TODAY).day == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31/02/2003", "no_such_day"),
        ("2003-02-30", "no_such_day"),
        ("02/31/2003", "other_order"),
        ("hôm qua", "not_a_day"),
        ("1.23E+11", "not_a_day"),
        ("32/13/2000", "not_a_day"),
        ("1999", "only_a_year"),
        ("", "not_a_day"),
    ],
)
def test_what_is_no_day_says_why(text: str, code: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        day_of(text, Order.DAY_FIRST, today=TODAY)

    assert refused.value.code == code


@given(st.dates(date(1930, 1, 1), date(2026, 11, 22)))
def test_a_day_means_itself_in_whatever_way_it_is_written(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    ways = [f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}", f"{day:%Y-%m-%d}"]
    ways += [str(serial)] if serial >= 20_000 else []

    assert {day_of(way, Order.DAY_FIRST, today=TODAY).day for way in ways} == {day}


def test_the_order_of_a_column_is_what_most_of_its_cells_allow() -> None:
    told = order_of(["26/11/1999", "04/07/1999", "31/12/2000"])
    american = order_of(["11/26/1999", "04/07/1999"])
    silent = order_of(["04/07/1999", "05/08/2001", "05/05/2001"])

    assert (told.order, told.sure, told.unsure) == (Order.DAY_FIRST, 2, 1)
    assert american.order is Order.MONTH_FIRST
    assert (silent.order, silent.sure, silent.unsure) == (Order.DAY_FIRST, 0, 2)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("7 giờ 30", time(7, 30)),
        ("14h", time(14)),
        ("8h30", time(8, 30)),
        ("19:45", time(19, 45)),
        ("19:45:00", time(19, 45)),
        ("7g30", time(7, 30)),
        ("7 giờ 30 phút", time(7, 30)),
        ("7h30 - 9h00", time(7, 30)),
        ("2h chiều", time(14)),
        ("0.3125", time(7, 30)),
        ("sáng", time(8)),
    ],
)
def test_an_hour_is_read_in_every_usual_writing(text: str, hour: time) -> None:
    assert hour_of(text)[0] == hour


@pytest.mark.parametrize("text", ["25h", "7 giờ 75", "lúc nào đó", "1.23E+11"])
def test_what_is_no_hour_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        hour_of(text)


@pytest.mark.parametrize(
    ("text", "kept", "note"),
    [
        ("0912345678", "0912345678", ""),
        ("912345678", "0912345678", "zero_put_back"),
        ("'0987654321", "0987654321", ""),
        ("+84 912 345 678", "0912345678", ""),
        ("84912345678", "0912345678", ""),
        ("0912.345.678", "0912345678", ""),
        ("0912345678 / 0323324350", "0912345678, 0323324350", ""),
        ("lan@xa.gov.vn", "lan@xa.gov.vn", ""),
    ],
)
def test_a_telephone_number_is_kept_in_one_form(text: str, kept: str, note: str) -> None:
    assert contact_of(text) == (kept, note)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9.12345E+08", "e_notation"),
        ("1,23E+11", "e_notation"),
        ("123", "not_a_telephone_number"),
        ("=cmd|'/c calc'!A1", "not_a_telephone_number"),
    ],
)
def test_digits_that_were_destroyed_are_not_guessed(text: str, code: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        contact_of(text)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "name", "note"),
    [
        ("  HÀ NGỌC SƠN  ", "Hà Ngọc Sơn", "all_capitals"),
        ("lò thị mai", "Lò Thị Mai", "no_capitals"),
        ("Nguyễn  Thị\u00a0Lan", "Nguyễn Thị Lan", ""),
        ("H'Hen Niê", "H'Hen Niê", ""),
        ("Trần-Lê Minh", "Trần-Lê Minh", ""),
        ('=HYPERLINK("http://x";"a")', '=HYPERLINK("http://x";"a")', "formula"),
        ("@SUM(A1)", "@SUM(A1)", "formula"),
        ("Nguyễn Văn 2", "Nguyễn Văn 2", "odd_name"),
    ],
)
def test_a_name_is_kept_as_names_are_written(text: str, name: str, note: str) -> None:
    assert name_of(text) == (name, note)


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("12.0", 12), ("05", 5), ("2 người", 2)])
def test_a_quantity_is_a_whole_number(text: str, number: int) -> None:
    assert quantity_of(text) == number


@pytest.mark.parametrize("text", ["0", "-5", "1.5", "10001", "nhiều", "1E3"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        quantity_of(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Sinh viên", "student"),
        ("Học sinh, sinh viên", "student"),
        ("CBCC", "official"),
        ("người  lao động", "worker"),
        ("Cư dân", "resident"),
        ("resident", "resident"),
    ],
)
def test_groups_are_known_by_the_words_in_use(text: str, word: str) -> None:
    assert word_of(text, TARGET_GROUPS) == word


def test_priorities_are_a_list_in_our_own_order() -> None:
    assert priorities_of("DTTS, NCT; hộ nghèo") == ["elderly", "minority", "poor"]
    assert priorities_of("không") == []
    with pytest.raises(UnreadableError):
        word_of("gì đó", PRIORITIES)


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("Xã Sin Suối Hồ", "Xã Sin Suối Hồ"),
        ("xã dào san", "Xã Dào San"),
        ("sin suoi ho", "Xã Sin Suối Hồ"),
        ("Tân Phong", "Phường Tân Phong"),
    ],
)
def test_a_unit_is_known_without_marks_capitals_and_the_word_for_its_kind(text: str, sure: str) -> None:
    found = NAMES.find(text).sure

    assert found is not None
    assert found.name == sure


@pytest.mark.parametrize(
    ("text", "first"), [("Xã Sin Súi Hồ", "Xã Sin Suối Hồ"), ("Xã Tân Phong", "Phường Tân Phong")]
)
def test_what_is_only_near_is_suggested_never_taken(text: str, first: str) -> None:
    found = NAMES.find(text)

    assert found.sure is None
    assert found.possible[0].name == first


def test_what_is_far_from_every_name_suggests_nothing() -> None:
    assert NAMES.find("Thị trấn Tam Đường").possible == ()


@given(st.text("abcde ", max_size=8), st.text("abcde ", max_size=8))
def test_the_distance_is_the_same_both_ways_and_0_only_for_the_same(one: str, other: str) -> None:
    assert distance(one, other, 9) == distance(other, one, 9)
    assert (distance(one, other, 9) == 0) == (one == other)


@pytest.mark.parametrize(
    ("text", "number", "issued_on"),
    [
        ("12/BC-ĐTN, 15/10/2026", "12/BC-ĐTN", "2026-10-15"),
        ("03/KH ngày 2/10/2026", "03/KH", "2026-10-02"),
        ("biên bản viết tay", "biên bản viết tay", None),
    ],
)
def test_a_cited_document_gives_number_and_day(text: str, number: str, issued_on: str | None) -> None:
    found = evidence_of(text, today=TODAY)

    assert (found["number"], found.get("issued_on")) == (number, issued_on)


def test_a_column_is_known_by_the_words_in_use() -> None:
    assert field_for(Kind.PEOPLE, "HỌ VÀ TÊN (*)") == "name"
    assert field_for(Kind.PEOPLE, "Xã / phường") == "unit"
    assert field_for(Kind.ACTIVITIES, "Minh chứng (số, ngày văn bản)") == "evidence"
    assert field_for(Kind.ACTIVITIES, "số phút") == "attribute.minutes"
    assert field_for(Kind.PEOPLE, "Sở thích") is None


@pytest.mark.parametrize("kind", list(Kind))
def test_no_two_fields_of_a_kind_share_a_word(kind: Kind) -> None:
    words = [
        word
        for one in fields_of(kind).values()
        for word in one.words
        if not one.name.startswith("attribute.")
    ]

    assert sorted(words) == sorted(set(words))
