"""Saying that a figure is wrong: who may, who reads it, who answers, and what an answer does."""

import re
from uuid import UUID, uuid4

import httpx
import pytest

from tests.builders import MOUNTAIN_COMMUNE, PLAIN_COMMUNE
from tests.web.conftest import SignIn
from tests.web.leading import deeds_on
from tests.web.recording import named, recorded_session, text_of
from tests.web.reporting import somebody
from tests.web.test_verify import granted, state_of
from thidua.accounts.roles import Role
from thidua.infra.database import connection

pytestmark = pytest.mark.usefixtures("web")
SAID = "Buổi này tôi hướng dẫn hai người, chỉ ghi một."
_ANSWER_FORM = re.compile(r'action="/doubts/([0-9a-f-]{36})"')


async def a_paid_session(sign_in_as: SignIn, *, name: str = "Hờ A Sinh") -> tuple[httpx.AsyncClient, str]:
    """Somebody who recorded a session that was confirmed, and its page."""
    lan = await named(name)
    member = await sign_in_as(Role.MEMBER, person=lan)
    address = await recorded_session(member, lan)
    verifier = await sign_in_as(await granted(Role.VERIFIER, PLAIN_COMMUNE))
    await verifier.post("/verify", data={"do": f"verify:{address[-36:]}"})
    return member, address


async def points_of(activity: UUID) -> int:
    async with connection() as acquired:
        found = await acquired.fetchval("SELECT sum(points) FROM ledger_entry WHERE activity = $1", activity)
    return int(found or 0)


async def test_a_line_of_the_book_leads_to_the_form_and_its_answer_comes_back(sign_in_as: SignIn) -> None:
    member, address = await a_paid_session(sign_in_as)
    own = await member.get("/account")
    person = re.search(r'href="/people/([0-9a-f-]{36})"', own.text)
    assert person is not None
    link = re.search(rf'href="({address}/doubt\?entry=\d+)"', (await member.get(f"/people/{person[1]}")).text)
    assert link is not None
    form = await member.get(link[1])
    entry = re.search(r'name="entry" value="(\d+)"', form.text)
    assert entry is not None
    sent = await member.post(f"{address}/doubt", data={"said": SAID, "entry": entry[1]})
    verifier = await sign_in_as(await granted(Role.VERIFIER, PLAIN_COMMUNE))

    queue = await verifier.get("/doubts")
    [doubt] = _ANSWER_FORM.findall(queue.text)
    answered = await verifier.post(
        f"/doubts/{doubt}", data={"outcome": "kept", "answer": "Đúng quy tắc rồi."}
    )

    assert sent.headers["location"] == f"{address}#doubts"
    assert SAID in text_of(queue)
    assert answered.headers["location"] == "/doubts"
    for page in (await member.get(address), await member.get("/activities")):
        assert SAID in text_of(page)
        assert "Đúng quy tắc rồi." in text_of(page)
    assert [doing for doing, _ in await deeds_on(UUID(address[-36:]))] == ["doubt.raised", "doubt.answered"]
    assert await points_of(UUID(address[-36:])) > 0


async def test_an_answer_may_take_the_points_back(sign_in_as: SignIn) -> None:
    member, address = await a_paid_session(sign_in_as)
    claim = UUID(address[-36:])
    await member.post(f"{address}/doubt", data={"said": SAID})
    verifier = await sign_in_as(await granted(Role.VERIFIER, PLAIN_COMMUNE))
    [doubt] = _ANSWER_FORM.findall((await verifier.get("/doubts")).text)
    told = {"outcome": "rejected", "answer": "Ghi trùng hai lần."}

    first = await verifier.post(f"/doubts/{doubt}", data=told)
    again = await verifier.post(f"/doubts/{doubt}", data=told)

    assert (first.status_code, again.status_code) == (303, 409)
    assert await state_of(claim) == 3
    assert await points_of(claim) == 0
    assert "Ghi trùng hai lần." in text_of(await member.get(address))


async def test_who_is_paid_reported_or_doubts_does_not_answer(sign_in_as: SignIn) -> None:
    lan, leads = await named("Giàng Thị Chừ"), await granted(Role.UNIT_LEADER, PLAIN_COMMUNE)
    paid, reporter, doubting = [
        await sign_in_as(leads, person=one) for one in (lan, await somebody(), await somebody())
    ]
    address = await recorded_session(reporter, lan)
    await doubting.post("/verify", data={"do": f"verify:{address[-36:]}"})
    await doubting.post(f"{address}/doubt", data={"said": SAID})
    other = await sign_in_as(await granted(Role.VERIFIER, PLAIN_COMMUNE))
    [doubt] = _ANSWER_FORM.findall((await other.get("/doubts")).text)

    answers = [
        await one.post(f"/doubts/{doubt}", data={"outcome": "kept", "answer": "Đúng."})
        for one in (paid, reporter, doubting)
    ]

    assert [one.status_code for one in answers] == [409] * 3
    assert _ANSWER_FORM.findall((await paid.get("/doubts")).text) == []
    assert (await other.post(f"/doubts/{doubt}", data={"outcome": "kept", "answer": "Đúng."})).is_redirect


async def test_one_asks_once_until_one_is_answered(sign_in_as: SignIn) -> None:
    member, address = await a_paid_session(sign_in_as)

    told = [
        await member.post(f"{address}/doubt", data={"said": said}) for said in (SAID, SAID, "  ", "x" * 1001)
    ]

    assert [one.status_code for one in told] == [303, 409, 422, 422]
    assert "đang chờ trả lời" in text_of(told[1])


async def test_nobody_doubts_or_answers_what_is_beyond_them(sign_in_as: SignIn) -> None:
    member, address = await a_paid_session(sign_in_as)
    await member.post(f"{address}/doubt", data={"said": SAID})
    stranger = await sign_in_as(Role.MEMBER, person=await somebody(unit=MOUNTAIN_COMMUNE))
    far = await sign_in_as(await granted(Role.VERIFIER, MOUNTAIN_COMMUNE))
    async with connection() as acquired:
        doubt = await acquired.fetchval(
            "SELECT id FROM activity_doubt WHERE activity = $1", UUID(address[-36:])
        )

    answers = [
        await stranger.get(f"{address}/doubt"),
        await stranger.post(f"{address}/doubt", data={"said": SAID}),
        await far.post(f"/doubts/{doubt}", data={"outcome": "kept", "answer": "Đúng."}),
        await far.post(f"/doubts/{uuid4()}", data={"outcome": "kept", "answer": "Đúng."}),
    ]

    assert [one.status_code for one in answers] == [404] * 4
    assert SAID not in (await far.get("/doubts")).text
    assert (await stranger.get("/doubts")).status_code == 403
