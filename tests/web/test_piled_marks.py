"""Marks piled on letters: ordering a long pile takes its length squared, so no long pile is ever ordered."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thidua.web.piled_marks import MARKS_MAX, has_piled_marks
from thidua.web.problems import ProblemError
from thidua.web.strict_json import canonical, is_plain

_TWO_ORDERS = "\N{COMBINING ACUTE ACCENT}\N{COMBINING CEDILLA}"


@pytest.mark.parametrize("written", [_TWO_ORDERS, "\\u0301\\u0327"])
def test_a_body_of_piled_marks_is_refused(written: str) -> None:
    body = f'{{"name":"a{written * 45_000}"}}'.encode()

    with pytest.raises(ProblemError) as refused:
        canonical(body)
    assert not is_plain(body)

    assert refused.value.problem.status == 400
    assert refused.value.problem.code == "piled_marks"


def test_vietnamese_typed_with_separate_marks_is_taken() -> None:
    body = unicodedata.normalize("NFD", '{"name":"Nguyễn Thị Mỹ Hường"}').encode()

    assert canonical(body) == '{"name":"Nguyễn Thị Mỹ Hường"}'.encode()


@given(st.text("aễ", max_size=70), st.text(_TWO_ORDERS, max_size=70), st.text("bễ", max_size=70))
def test_a_pile_is_found_wherever_it_stands(before: str, pile: str, after: str) -> None:
    assert has_piled_marks(before + pile + after) == (len(pile) > MARKS_MAX)
