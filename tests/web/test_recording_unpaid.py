"""What the form of an activity says of fields without which nothing is paid, though it is recorded."""

import pytest

from tests.web.conftest import SignIn
from tests.web.recording import named, session
from tests.web.reporting import somebody
from thidua.accounts.roles import Role


@pytest.mark.parametrize(
    ("code", "without_points", "optional"),
    [
        ("MENTEE_GRADUATED", 1, 0),
        ("COURSE_COMPLETED", 3, 2),
        ("FEST_WORKSHOP", 0, 4),
        ("MENTOR_SESSION", 0, 0),
    ],
)
async def test_a_form_says_what_pays_nothing_if_left_empty(
    sign_in_as: SignIn, code: str, without_points: int, optional: int
) -> None:
    lan = await somebody()
    client = await sign_in_as(Role.MEMBER, person=lan)
    address = f"/activities/new?type={code}"

    page = await client.get(address)
    english = await client.get(address, headers={"accept-language": "en"})

    assert page.text.count("(bỏ trống thì không có điểm)") == without_points
    assert english.text.count("(no points if left empty)") == without_points
    assert page.text.count("(không bắt buộc)") == optional


async def test_a_graduation_without_its_skill_is_recorded_all_the_same(sign_in_as: SignIn) -> None:
    lan, helped = await somebody(), await named("Giàng A Nắng")
    client = await sign_in_as(Role.MEMBER, person=lan)
    told = session(lan, type="MENTEE_GRADUATED", helped=str(helped), a_skill="")

    answer = await client.post("/activities/new", data=told)

    assert answer.status_code == 303
    assert (await client.get(answer.headers["location"])).status_code == 200
