"""Probes, figures and who is let in: T46 and T47 in the small, inside one process."""

import asyncio
import time
from contextlib import AsyncExitStack

import httpx
import pytest

from tests.web.conftest import Token
from thidua.infra.database import connection
from thidua.infra.settings import settings
from thidua.web.admission import Gate, OverloadedError, Passage, gate_of

FAR = {"x-forwarded-for": "203.0.113.7"}


async def test_a_probe_is_answered_though_every_connection_is_in_use(web: httpx.AsyncClient) -> None:
    async with AsyncExitStack() as held:
        for _ in range(settings().pool_max):
            await held.enter_async_context(connection())
        began = time.monotonic()

        live, ready = await web.get("/health/live"), await web.get("/health/ready")

        assert (live.status_code, ready.status_code) == (200, 200)
        assert time.monotonic() - began < 1


async def test_figures_are_for_this_machine_and_for_a_token(web: httpx.AsyncClient, bearer: Token) -> None:
    near, far = await web.get("/metrics"), await web.get("/metrics", headers=FAR)
    by_token = await web.get("/metrics", headers=FAR | await bearer("metrics:read", name="prometheus"))
    by_other = await web.get("/metrics", headers=FAR | await bearer("boards:read", name="other"))

    assert [one.status_code for one in (near, far, by_token, by_other)] == [200, 404, 200, 404]


async def test_answers_are_counted_by_route_never_by_address(web: httpx.AsyncClient) -> None:
    await web.get("/people/019a0000-0000-7000-8000-00000000dead")
    await web.get("/no/such/place")

    told = (await web.get("/metrics")).text

    assert "00000000dead" not in told
    assert "/no/such" not in told
    assert 'thidua_http_seconds_count{route="/health/live"}' in told or "thidua_http_seconds" in told
    assert "thidua_record_group_rows_bucket" in told


async def test_every_answer_names_its_request(web: httpx.AsyncClient) -> None:
    first, second = await web.get("/health/live"), await web.get("/nothing")

    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_a_gate_lets_in_in_turn_and_turns_away_at_once_when_full() -> None:
    gate = Gate("test", active_max=1, waiting_max=2, wait_seconds=5)
    entered: list[int] = []

    async def come(number: int) -> bool:
        if await gate.enter():
            entered.append(number)
            return True
        return False

    assert await come(0)
    waiting = [asyncio.create_task(come(number)) for number in (1, 2)]
    await asyncio.sleep(0)
    assert not await come(3)

    gate.leave()
    await waiting[0]
    gate.leave()
    await waiting[1]

    assert entered == [0, 1, 2]


async def test_who_waits_too_long_is_turned_away_and_who_gives_up_takes_no_place() -> None:
    gate = Gate("test", active_max=1, waiting_max=5, wait_seconds=0.02)
    assert await gate.enter()
    given_up = asyncio.create_task(gate.enter())
    await asyncio.sleep(0)
    given_up.cancel()

    assert not await gate.enter()
    gate.leave()
    assert await gate.enter()


@pytest.mark.parametrize(
    ("method", "path", "is_gated"),
    [
        ("GET", "/health/ready", False),
        ("GET", "/boards/people-total/stream", False),
        ("GET", "/boards/people-total", True),
        ("POST", "/api/v1/activities", True),
    ],
)
def test_probes_and_streams_pass_by_the_gates(method: str, path: str, *, is_gated: bool) -> None:
    scope = {"type": "http", "method": method, "path": path}

    assert (gate_of(scope) is not None) is is_gated  # type: ignore[arg-type]  # as much of a scope as is read


async def test_who_sends_slowly_keeps_no_place_and_who_is_too_many_is_told_when_to_come_again() -> None:
    gate = Gate("test", active_max=1, waiting_max=0, wait_seconds=1)
    slow, quick, late = Passage(gate), Passage(gate), Passage(gate)
    parts = iter([True, True, True])

    async def still_sending() -> object:
        return {"type": "http.request", "body": b"x", "more_body": next(parts)}

    async def all_sent() -> object:
        return {"type": "http.request", "body": b"x", "more_body": False}

    await slow.with_body(still_sending)()  # type: ignore[arg-type]  # a message is a dict
    await quick.with_body(all_sent)()  # type: ignore[arg-type]  # as above
    with pytest.raises(OverloadedError) as refused:
        await late.with_body(all_sent)()  # type: ignore[arg-type]  # as above

    assert refused.value.problem.headers["retry-after"]
    quick.leave()
    assert await late.enter()


async def test_a_place_is_given_back_as_soon_as_the_answer_begins() -> None:
    gate = Gate("test", active_max=1, waiting_max=0, wait_seconds=1)
    first = Passage(gate)
    sent: list[object] = []

    async def send(message: object) -> None:
        sent.append(message)

    assert await first.enter()
    await first.until_answered(send)({"type": "http.response.start", "status": 200, "headers": []})

    assert await Passage(gate).enter()
    assert len(sent) == 1


async def test_a_report_is_turned_away_with_a_time_to_come_again_when_too_much_waits(
    web: httpx.AsyncClient, bearer: Token
) -> None:
    gate = gate_of({"type": "http", "method": "POST", "path": "/"})  # type: ignore[typeddict-item]  # as much as is read
    assert gate is not None
    headers = await bearer("activities:write", name="crowd")
    places = [Passage(gate) for _ in range(gate.room)]
    coming = [asyncio.create_task(one.enter()) for one in places]
    await asyncio.sleep(0)
    try:
        answer = await web.post("/api/v1/activities", json={"activities": []}, headers=headers)
    finally:
        for task in coming:
            task.cancel()
        await asyncio.gather(*coming, return_exceptions=True)
        for one in places:
            one.leave()

    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert answer.headers["retry-after"]


def test_writing_is_turned_away_after_reading() -> None:
    reading = gate_of({"type": "http", "method": "GET", "path": "/"})  # type: ignore[typeddict-item]  # as above
    writing = gate_of({"type": "http", "method": "POST", "path": "/"})  # type: ignore[typeddict-item]  # as above

    assert reading is not None
    assert writing is not None
    assert writing.room > reading.room
