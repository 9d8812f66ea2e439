"""A person's page by who reads it: totals for all, the book by policy, advice for oneself alone."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from tests.builders import MOUNTAIN_COMMUNE, PLAIN_COMMUNE, TENTH, a_team, recorded, reported
from tests.web.reporting import somebody
from thidua.accounts.roles import Grant, Role
from thidua.infra.clock import now
from thidua.infra.database import connection, transaction
from thidua.organisation.actions import put_households
from thidua.organisation.queries import unit_id_of

SignIn = Callable[..., Awaitable[httpx.AsyncClient]]
HTML = {"accept": "text/html,application/xhtml+xml"}
ENGLISH = HTML | {"accept-language": "en"}
NAME = "Giàng A Páo"
BOOK = '<details class="entry'


async def _active(*, public_name: bool, unit: str = MOUNTAIN_COMMUNE) -> UUID:
    """Somebody with an entry of today, one full day, and one activity that brought nothing."""
    person = await somebody(name=NAME, public_name=public_name, unit=unit)
    at = now() - timedelta(minutes=5)
    told = [
        reported("WEEKLY_QUIZ", person, at=at - timedelta(seconds=number), name=uuid4(), attributes=what)
        for number, what in enumerate([{"score_percent": 90}, {"score_percent": 40}])
    ]
    await recorded([*told, reported("PUBLIC_SERVICE_CASE", person, at=at, name=uuid4(), quantity=3)])
    return person


async def _grant(role: Role, code: str) -> Grant:
    async with connection() as reading:
        unit = await unit_id_of(reading, code)
    return Grant(role, unit=unit)


async def test_anybody_reads_the_book_of_an_alias_and_no_name(web: httpx.AsyncClient) -> None:
    person = await _active(public_name=False)

    page = (await web.get(f"/people/{person}", headers=HTML)).text

    assert NAME not in page
    assert BOOK in page
    assert "entry--zero" in page
    assert "từ 70 trở lên. Lần này vẫn vào sổ, 0 điểm." in page
    assert "Việc nên làm tiếp" not in page


async def test_who_shows_a_name_shows_totals_and_ranks_to_all_and_the_book_to_few(
    web: httpx.AsyncClient, sign_in_as: SignIn
) -> None:
    person = await _active(public_name=True)
    leader = await sign_in_as(await _grant(Role.UNIT_LEADER, MOUNTAIN_COMMUNE))
    neighbour = await sign_in_as(await _grant(Role.UNIT_LEADER, PLAIN_COMMUNE))
    member = await sign_in_as(Role.MEMBER, person=await somebody())

    anybody = (await web.get(f"/people/{person}", headers=HTML)).text
    seen = {
        reader: (await client.get(f"/people/{person}", headers=HTML)).text
        for reader, client in {"leader": leader, "neighbour": neighbour, "member": member}.items()
    }

    assert f"<h1>{NAME}</h1>" in anybody
    assert "Hạng, Xã Sin Suối Hồ" in anybody
    assert [BOOK in page for page in (anybody, seen["neighbour"], seen["member"])] == [False] * 3
    assert BOOK in seen["leader"]
    assert "Việc nên làm tiếp" not in seen["leader"]


async def test_a_leader_reads_the_name_behind_an_alias_and_others_do_not(sign_in_as: SignIn) -> None:
    person = await _active(public_name=False)
    leader = await sign_in_as(await _grant(Role.BRANCH_SECRETARY, MOUNTAIN_COMMUNE))
    neighbour = await sign_in_as(await _grant(Role.BRANCH_SECRETARY, PLAIN_COMMUNE))
    keeper = await sign_in_as(Role.SYSTEM_ADMINISTRATOR)

    names = [
        NAME in (await client.get(f"/people/{person}", headers=HTML)).text
        for client in (leader, neighbour, keeper)
    ]

    assert names == [True, False, False]


async def test_oneself_sees_name_limits_what_waits_and_what_would_pay_next(sign_in_as: SignIn) -> None:
    person = await _active(public_name=False)
    await recorded([reported("SAFETY_SESSION", person, at=now(), name=uuid4(), verified=False)])
    own = await sign_in_as(Role.MEMBER, person=person)

    page = await own.get(f"/people/{person}", headers=HTML)

    assert NAME in page.text
    assert "Việc nên làm tiếp" in page.text
    assert "Hỗ trợ dịch vụ công, ngày" in page.text
    assert "3/20" in page.text
    assert "1/1" in page.text
    assert "đã đủ" in page.text
    assert "1 việc đang chờ xác nhận." in page.text
    assert "no-store" in page.headers["cache-control"]


async def test_the_period_in_the_address_chooses_the_lines(web: httpx.AsyncClient) -> None:
    person = await _active(public_name=False)

    then = (await web.get(f"/people/{person}?period=2019", headers=HTML)).text
    now_page = (await web.get(f"/people/{person}?period={now().year}", headers=HTML)).text
    unknown = await web.get(f"/people/{person}?period=never", headers=HTML)

    assert BOOK not in then
    assert '<option value="2019" selected>' in then
    assert BOOK in now_page
    assert unknown.status_code == 400


async def test_older_pages_hold_every_line_once_and_zeros_between(web: httpx.AsyncClient) -> None:
    person = await somebody(unit=PLAIN_COMMUNE)
    began = now() - timedelta(days=60)
    sessions = [
        reported("CLASS_ATTENDED", person, at=began + timedelta(days=day, hours=hour), name=uuid4())
        for day in range(0, 50, 7)
        for hour in range(5)
    ]
    await recorded(sessions)

    ids: list[str] = []
    address: str | None = f"/people/{person}"
    while address is not None:
        page = (await web.get(address, headers=HTML)).text
        ids += re.findall(r'id="((?:entry|activity)-[^"]+)"', page)
        older = page.split('rel="next"')[1].split('href="')[1].split('"')[0] if 'rel="next"' in page else None
        address = None if older is None else older.replace("&amp;", "&")

    assert len(ids) == len(set(ids)) == len(sessions)
    assert sum(one.startswith("activity-") for one in ids) > 0


async def test_a_reversal_stays_visible(
    web: httpx.AsyncClient, bearer: Callable[..., Awaitable[dict[str, str]]]
) -> None:
    person = await _active(public_name=False)
    told = reported("VNEID_SUPPORT", person, at=now(), name=uuid4(), quantity=2)
    await recorded([told])
    await web.post(f"/api/v1/activities/{told.id}/withdraw", json={"reason": "nhầm"}, headers=await bearer())

    page = (await web.get(f"/people/{person}", headers=HTML)).text

    assert "entry--minus" in page
    assert "thu lại" in page


@pytest.mark.parametrize(
    "path", ["/people/{person}", "/teams/{team}", "/units/C-03394", "/units/VN", "/trust"]
)
async def test_every_page_has_an_english_twin_without_script_or_style(
    web: httpx.AsyncClient, sign_in_as: SignIn, path: str
) -> None:
    person = await _active(public_name=False)
    team = await a_team([person], name=f"Đội {uuid4()}", unit=MOUNTAIN_COMMUNE)
    own = await sign_in_as(Role.MEMBER, person=person)

    page = await own.get(path.format(person=person, team=team), headers=ENGLISH)

    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    main = page.text.split("<main")[1].split("</main>")[0]
    assert "style=" not in main
    assert not [word for word in ("Điểm", "Hạng", "Thành viên", "Vì sao", "Tám tuần") if word in main]


async def test_a_household_has_a_page_under_its_alias(web: httpx.AsyncClient) -> None:
    household = uuid4()
    told = {"id": str(household), "name": "Hộ ông Lử", "unit": PLAIN_COMMUNE}
    async with transaction() as database:
        await put_households(database, [told], at=now())
    await recorded(
        [reported("DIGITAL_FAMILY", household, at=now(), name=uuid4(), attributes={"decision": "1"})]
    )

    page = (await web.get(f"/people/{household}", headers=HTML)).text

    assert "Hộ ông Lử" not in page
    assert "Hộ gia đình" in page
    assert "+30" in page


async def test_a_line_says_who_confirmed_it_by_office_and_leads_to_its_activity_and_rule(
    web: httpx.AsyncClient, sign_in_as: SignIn
) -> None:
    person = await somebody(name=NAME, public_name=False, unit=MOUNTAIN_COMMUNE)
    own = await sign_in_as(Role.MEMBER, person=person)
    claim = reported("SAFETY_SESSION", person, at=now(), name=uuid4(), verified=False)
    await recorded([claim])
    leader = await sign_in_as(await _grant(Role.UNIT_LEADER, MOUNTAIN_COMMUNE), name="Vừ Mí Kể")
    await leader.post("/verify", data={"do": f"verify:{claim.id}"})

    mine = (await own.get(f"/people/{person}", headers=HTML)).text
    anybody = (await web.get(f"/people/{person}", headers=HTML)).text

    for page in (mine, anybody):
        assert re.search(r"Ai xác nhận</dt>\s*<dd>\s*đội trưởng xác nhận, \d\d:", page)
        assert 'href="/trust/rulebooks/1"' in page
        assert "Vừ Mí Kể" not in page
    assert f'href="/activities/{claim.id}"' in mine
    assert f'href="/activities/{claim.id}"' not in anybody


async def test_a_changed_line_names_the_activity_that_changed_it(sign_in_as: SignIn) -> None:
    person = await somebody(name=NAME, public_name=False, unit=MOUNTAIN_COMMUNE)
    own = await sign_in_as(Role.MEMBER, person=person)
    later, earlier = [
        reported("WEEKLY_QUIZ", person, at=TENTH + more, name=uuid4(), attributes={"score_percent": 90})
        for more in (timedelta(minutes=5), timedelta())
    ]
    await recorded([later])
    await recorded([earlier])

    page = (await own.get(f"/people/{person}?period=all", headers=HTML)).text

    named = re.search(
        r"Đổi vì việc khác</dt>\s*<dd>\s*<a href=\"/activities/([^\"]+)\">([^<]+)</a>, 09:00", page
    )
    assert named
    assert named.groups() == (str(earlier.id), "Trắc nghiệm tuần")
