"""The figures that leaders declare of a unit: each from its day on, and listed below the form."""

import re
from datetime import date
from html import unescape

import httpx
import pytest

from tests.web.conftest import SignIn
from tests.web.leading import HTML, Led, a_branch, declared_of, deeds_on, facts_now, id_of, send
from thidua.accounts.roles import Grant, Role
from thidua.organisation.editing import UNIT


@pytest.fixture
async def led(sign_in_as: SignIn) -> Led:
    """A leader, and a branch right below what they lead."""
    branch = await a_branch()
    return await sign_in_as(Grant(Role.UNIT_LEADER, unit=await id_of("C-03394"))), branch


async def listed(leader: httpx.AsyncClient, path: str, language: str = "vi") -> list[str]:
    """The figures below the form at that address, as they are read."""
    page = (await leader.get(path, headers=HTML | {"accept-language": language})).text
    _, _, below = page.partition('aria-labelledby="declared"')
    lines = re.findall(r"<li>(.*?)</li>", below.partition("</ul>")[0], re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", line)).split()) for line in lines]


async def test_a_figure_is_declared_from_a_day_that_is_typed_beside_it(led: Led) -> None:
    leader, branch = led
    path, on = f"/organisation/units/{branch.code}/edit", date(2026, 2, 1)

    await send(leader, path, {"members": "40"})
    earlier = await send(leader, path, {"members": "40", "members_from": "01/02/2026"})
    other = await send(leader, path, {"members": "30", "members_from": "15/01/2026"})

    assert (earlier.status_code, other.status_code) == (303, 303)
    assert (await facts_now(UNIT, branch.id))["members"] == 40
    assert await declared_of(branch.id) == {date(1900, 1, 1): 40, on: 40, date(2026, 1, 15): 30}
    assert [doing for doing, _ in await deeds_on(branch.id)] == ["unit_changed"] * 3


async def test_a_units_form_lists_what_was_declared_the_newest_first(led: Led) -> None:
    leader, branch = led
    path = f"/organisation/units/{branch.code}/edit"
    assert await listed(leader, path) == []

    for told in (
        {"members": "1234"},
        {"members": "40", "members_from": "01/02/2026"},
        {"members": "30", "members_from": "15/01/2026"},
    ):
        await send(leader, path, told)

    assert await listed(leader, path) == ["40 từ 01/02/2026", "30 từ 15/01/2026", "1.234 từ đầu"]
    assert (await listed(leader, path, language="en"))[2] == "1,234 from the beginning"


async def test_a_figures_day_that_cannot_be_is_named_and_stays_as_typed(led: Led) -> None:
    leader, branch = led
    path = f"/organisation/units/{branch.code}/edit"

    later = await send(leader, path, {"members": "40", "members_from": "01/02/2199"})
    no_day = await send(leader, path, {"members": "40", "members_from": "31/02/2026"})

    assert (later.status_code, no_day.status_code) == (422, 422)
    assert "Số đoàn viên tính từ ngày: thời điểm chưa tới." in unescape(later.text)
    assert "Số đoàn viên tính từ ngày: cần một ngày, ví dụ 21/11/2026." in unescape(no_day.text)
    assert 'value="31/02/2026"' in no_day.text
    assert 'value="40"' in no_day.text
