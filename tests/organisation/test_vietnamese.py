"""Searching without marks, and sorting people's names."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thidua.organisation.vietnamese import fold, sort_key


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đội hình  BDHVS", "doi hinh bdhvs"),
        ("Sin Suối Hồ", "sin suoi ho"),
        ("Xã Ea H\u2019Leo", "xa ea h'leo"),
        ("ĐẮK LẮK", "dak lak"),
        ("Nguyễn", "nguyen"),
        (unicodedata.normalize("NFD", "Nguyễn"), "nguyen"),
        ("hoà hòa", "hoa hoa"),
        ("Krông Ƀuk", "krong buk"),
    ],
)
def test_text_is_folded_as_people_type_it_in_a_hurry(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_names_are_sorted_by_the_given_name_then_by_the_family_name() -> None:
    names = ["Trần Bình", "Nguyễn Văn An", "Lê Thị An", "Giàng A Páo", "Y Bhơk Niê"]

    assert sorted(names, key=sort_key) == [
        "Lê Thị An",
        "Nguyễn Văn An",
        "Trần Bình",
        "Y Bhơk Niê",
        "Giàng A Páo",
    ]


def test_letters_follow_the_vietnamese_alphabet() -> None:
    names = ["Ê", "E", "Đ", "D", "Â", "Ă", "A", "Ơ", "Ô", "O", "Ư", "U", "Y", "Z", "W"]

    assert "".join(sorted(names, key=sort_key)) == "AĂÂDĐEÊOÔƠUƯWYZ"


def test_words_alike_differ_by_tone() -> None:
    names = ["Hạ", "Há", "Hã", "Hả", "Hà", "Ha"]

    assert sorted(names, key=sort_key) == ["Ha", "Hà", "Hả", "Hã", "Há", "Hạ"]


def test_a_short_word_stands_before_a_longer_one_and_tone_decides_last() -> None:
    assert sorted(["Anh", "Án", "An"], key=sort_key) == ["An", "Án", "Anh"]


def test_where_the_tone_mark_stands_does_not_matter() -> None:
    assert sort_key("Nguyễn Thị Hoà") == sort_key("Nguyễn Thị Hòa")
    assert sort_key("Thuỷ") == sort_key("Thủy")


@given(st.text())
def test_every_text_has_a_key(text: str) -> None:
    assert isinstance(sort_key(text), str)
