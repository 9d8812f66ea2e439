"""T46 and T47: probes tell the truth whatever is down; too many at once are turned away, writers last."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from tests.builders import an_id
from tests.support.callers import ACTIVITIES, caller, case, put_people, token
from tests.support.faults import Stack
from tests.support.promises import Promise
from tests.support.waiting import eventually_async

pytestmark = pytest.mark.timeout(300)

PEOPLE = [an_id(f"crowded {number}") for number in range(40)]
PAGE = b"GET /boards/people-total?q=lan HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
PROBE = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest_asyncio.fixture
async def api(running: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """A program that reports, at an instance with some people."""
    secret = await asyncio.to_thread(token, running.environ, "crowd")
    async with running.tended(), caller(running.address, secret) as client:
        await put_people(client, PEOPLE)
        yield client


async def test_ready_is_lost_with_postgresql_only_and_live_never(
    running: Stack, api: httpx.AsyncClient
) -> None:
    async def says(status: str) -> bool:
        assert (await api.get("/health/live")).status_code == 200
        answer = await api.get("/health/ready")
        told: str = answer.json()["status"]
        assert answer.status_code == (200 if told in {"ok", "degraded"} else 503)
        return told == status

    await eventually_async(lambda: says("ok"), seconds=20)
    with running.valkey_hanging():
        await eventually_async(lambda: says("degraded"), seconds=20)
    await eventually_async(lambda: says("ok"), seconds=20)
    with running.postgres_away():
        await eventually_async(lambda: says("unavailable"), seconds=20)
    await eventually_async(lambda: says("ok"), seconds=60)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and when."""

    status: int
    seconds: float
    says_when: bool


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(400, id="some"),
        pytest.param(4000, id="many", marks=(pytest.mark.long, pytest.mark.alone)),
    ],
)
async def test_a_crowd_is_answered_or_turned_away_and_every_report_is_taken(
    running: Stack, api: httpx.AsyncClient, promise: Promise, count: int
) -> None:
    readers = [asyncio.create_task(_ask(running.port, PAGE)) for _ in range(count)]
    reports = [asyncio.create_task(api.post(ACTIVITIES, json=case(one))) for one in PEOPLE]
    probes = [await _ask(running.port, PROBE) for _ in range(10)]
    written = [(await one).status_code for one in reports]
    answers = [await one for one in readers]

    statuses = Counter(one.status for one in answers)
    assert set(statuses) <= {200, 503}, statuses
    assert statuses[200] > 0
    assert all(one.says_when for one in answers if one.status == 503)
    assert set(written) == {200}
    assert {one.status for one in probes} == {200}
    assert (await _ask(running.port, PAGE)).status == 200
    promise(f"T47 share of {count} readers at once answered", figure=statuses[200] / count, target="bounded")
    promise(
        f"T46 slowest probe among {count} readers, s", figure=_slowest(probes), target="<= 0.1 on idle cores"
    )


def _slowest(answers: list[Answer]) -> float:
    return round(max(one.seconds for one in answers), 3)


async def _ask(port: int, request: bytes) -> Answer:
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read(-1)
    writer.close()
    head = answer.split(b"\r\n\r\n")[0].lower()
    return Answer(int(head.split(b" ")[1]), time.monotonic() - began, b"\r\nretry-after:" in head)
