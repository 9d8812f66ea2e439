"""Who was helped says so by a code on another phone: once, in time, and never who reported it."""

import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from tests.builders import PLAIN_COMMUNE
from tests.web.conftest import ADDRESS, SignIn
from tests.web.recording import named, recorded_session, text_of
from tests.web.reporting import somebody
from tests.web.test_verify import granted, state_of
from thidua.accounts.roles import Role
from thidua.activities.codes import A_DAY_MAX, FROM_ONE_PLACE_MAX, LASTS
from thidua.infra.database import connection, transaction
from thidua.infra.redis import client

pytestmark = pytest.mark.usefixtures("web")
_WORD = re.compile(r'<b class="code">([A-Z0-9]{5}-[A-Z0-9]{5})</b>')
YES = {"do": "yes"}


def phone(web: httpx.AsyncClient, name: str = "a phone", **headers: str) -> httpx.AsyncClient:
    """Somebody's phone, that nobody is signed in on."""
    told = {"origin": ADDRESS, "user-agent": name, "accept": "text/html"} | headers
    return httpx.AsyncClient(transport=web._transport, base_url=ADDRESS, headers=told)  # noqa: SLF001 -- the same app


async def a_session(sign_in_as: SignIn, name: str = "Lò Văn Giúp") -> tuple[httpx.AsyncClient, str]:
    """Somebody who recorded a session with somebody who has no account, and its page."""
    lan = await named(name)
    member = await sign_in_as(Role.MEMBER, person=lan)
    return member, await recorded_session(member, lan, others="1")


async def code_for(member: httpx.AsyncClient, address: str) -> str:
    page = await member.post(f"{address}/code", data={})
    found = _WORD.search(page.text)
    assert found is not None, page.text
    return found[1]


@pytest_asyncio.fixture(autouse=True)
async def nobody_tried_before(web: httpx.AsyncClient) -> None:
    """Wrong codes count by address, and every test comes from the same one."""
    for key in await client().keys("tries:*"):
        await client().delete(key)


async def acts_of(activity: UUID) -> list[tuple[str, str]]:
    async with connection() as acquired:
        rows = await acquired.fetch(
            "SELECT kind, by FROM activity_act WHERE activity = $1 ORDER BY at", activity
        )
    return [(row["kind"], row["by"].partition(":")[0]) for row in rows]


async def test_a_code_on_another_phone_confirms_once(web: httpx.AsyncClient, sign_in_as: SignIn) -> None:
    member, address = await a_session(sign_in_as)
    word, theirs = await code_for(member, address), phone(web)
    claim = UUID(address[-36:])

    led = await theirs.get("/c", params={"code": word.lower()})
    page = await theirs.get(led.headers["location"])
    assert await state_of(claim) == 1, "looking changes nothing"
    done = await theirs.post(led.headers["location"], data=YES)
    again = await theirs.post(led.headers["location"], data=YES)

    assert "Lò Văn Giúp" in text_of(page)
    assert page.headers["cache-control"] == "private, no-store"
    assert (done.status_code, again.status_code) == (200, 410)
    assert await state_of(claim) == 2
    assert await acts_of(claim) == [("confirm:C", "code")]
    assert "bằng mã" in text_of(await member.get(address))


async def test_who_was_not_helped_says_so_and_nothing_is_paid(
    web: httpx.AsyncClient, sign_in_as: SignIn
) -> None:
    member, address = await a_session(sign_in_as)
    word = await code_for(member, address)

    await phone(web).post(f"/c/{word}", data={"do": "no"})

    assert await state_of(UUID(address[-36:])) == 3


async def test_the_device_and_the_account_that_made_it_cannot_answer(
    web: httpx.AsyncClient, sign_in_as: SignIn
) -> None:
    member, address = await a_session(sign_in_as)
    word = await code_for(member, address)
    private_window = phone(web, member.headers["user-agent"])
    elsewhere = {"user-agent": "a tablet"}

    answers = [
        await private_window.post(f"/c/{word}", data=YES),
        await member.post(f"/c/{word}", data=YES, headers=elsewhere),
        await phone(web, origin="https://evil.example").post(f"/c/{word}", data=YES),
    ]

    assert [one.status_code for one in answers] == [409, 409, 403]
    assert await state_of(UUID(address[-36:])) == 1
    assert (await phone(web).post(f"/c/{word}", data=YES)).status_code == 200


async def test_a_code_is_made_by_who_reported_while_that_word_is_waited_for(sign_in_as: SignIn) -> None:
    member, address = await a_session(sign_in_as)
    boss = await sign_in_as(await granted(Role.UNIT_LEADER, PLAIN_COMMUNE), person=await somebody())

    assert (await boss.post(f"{address}/code", data={})).status_code == 404
    await boss.post("/verify", data={"do": f"verify:{address[-36:]}"})
    assert (await member.post(f"{address}/code", data={})).status_code == 404


async def test_a_code_ends_after_two_days(web: httpx.AsyncClient, sign_in_as: SignIn) -> None:
    member, address = await a_session(sign_in_as)
    word = await code_for(member, address)
    async with transaction() as acquired:
        earlier = "UPDATE activity_code SET expires_at = expires_at - $2::interval WHERE activity = $1"
        await acquired.execute(earlier, UUID(address[-36:]), LASTS + timedelta(seconds=1))

    answer = await phone(web).post(f"/c/{word}", data=YES)

    assert answer.status_code == 410
    assert await state_of(UUID(address[-36:])) == 1


async def test_one_place_answers_so_often_for_one_person_a_day(
    web: httpx.AsyncClient, sign_in_as: SignIn
) -> None:
    lan = await named("Một Nơi")
    member = await sign_in_as(Role.MEMBER, person=lan)
    here, told = {"x-forwarded-for": "203.0.113.77"}, []

    for nth in range(FROM_ONE_PLACE_MAX + 1):
        address = await recorded_session(member, lan, others="1", at=f"2026-11-{nth + 1:02}T10:00")
        word = await code_for(member, address)
        told.append((await phone(web, f"phone {nth}", **here).post(f"/c/{word}", data=YES)).status_code)

    assert told == [200] * FROM_ONE_PLACE_MAX + [409]


async def test_guessing_is_slowed_down(web: httpx.AsyncClient) -> None:
    guessing = phone(web, **{"x-forwarded-for": "203.0.113.78"})

    answers = [await guessing.get(f"/c/AAAAABBBB{letter}") for letter in "ABCDEFGHKLM"]

    assert [one.status_code for one in answers] == [410] * 10 + [429]


async def test_nobody_makes_codes_without_end(sign_in_as: SignIn) -> None:
    member, address = await a_session(sign_in_as)
    for _ in range(A_DAY_MAX):
        await code_for(member, address)

    answer = await member.post(f"{address}/code", data={})

    assert answer.status_code == 409
