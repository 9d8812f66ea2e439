"""What the form of an activity says of what it does not take."""

from html import unescape

import pytest

from tests.web.conftest import SignIn
from tests.web.recording import session
from tests.web.reporting import somebody
from thidua.accounts.roles import Role


@pytest.mark.parametrize(
    ("field", "characters", "sentence"),
    [("evidence", 501, "Minh chứng: tối đa 500 ký tự."), ("a_skill", 201, "tối đa 200 ký tự.")],
)
async def test_a_text_too_long_is_told_how_much_fits(
    sign_in_as: SignIn, field: str, characters: int, sentence: str
) -> None:
    lan = await somebody()
    client = await sign_in_as(Role.MEMBER, person=lan)

    answer = await client.post("/activities/new", data=session(lan) | {field: "x" * characters})

    assert sentence in unescape(answer.text)
