"""T48: a web process whose clock is wrong puts nothing into another period and shows no age below nothing."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from datetime import datetime, timedelta

import httpx
import pytest
import pytest_asyncio

from tests.builders import an_id
from tests.support.callers import ACTIVITIES, caller, case, put_people, report, thidua, token
from tests.support.processes import Server, serving
from tests.support.promises import Promise
from thidua.infra.clock import now
from thidua.infra.embedded import Servers

pytestmark = pytest.mark.timeout(120)

BOUNDARIES = {  # local moments just before and at the beginning of a quarter, and the quarters they lie in
    "2026-06-30T23:59:59.999999+07:00": "2026-Q2",
    "2026-07-01T00:00:00+07:00": "2026-Q3",
    "2026-09-30T23:59:59.999999+07:00": "2026-Q3",
    "2026-10-01T00:00:00+07:00": "2026-Q4",
}
SKEWS = (10, *(pytest.param(minutes, marks=pytest.mark.long) for minutes in (-10, -60)))


@pytest.fixture(scope="module", params=SKEWS)
def both(
    request: pytest.FixtureRequest,
    servers: Servers,
    module_dsn: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[list[Server]]:
    """A server whose clock is right, and one whose clock is so many minutes wrong, over one database."""
    wrong = {"THIDUA_APP": "tests.support.skewed_app:app", "SKEW_MINUTES": str(request.param)}
    log, redis_url = tmp_path_factory.mktemp("clock") / "log", f"{servers.redis_url}?db=4"
    with ExitStack() as started:
        yield [
            started.enter_context(serving(module_dsn, redis_url, log=log, environ=environ))
            for environ in ({}, wrong)
        ]


@pytest_asyncio.fixture
async def clients(both: list[Server]) -> AsyncIterator[list[httpx.AsyncClient]]:
    """A client of each."""
    secret = token({"THIDUA_DATABASE_URL": both[0].dsn}, "ours")
    async with AsyncExitStack() as opened:
        yield [await opened.enter_async_context(caller(one.address, secret)) for one in both]


async def test_a_wrong_clock_moves_nothing_into_another_period(
    both: list[Server], clients: list[httpx.AsyncClient], promise: Promise
) -> None:
    people = [an_id(f"clock {both[1].address} {number}") for number in range(2)]
    await put_people(clients[0], people)

    for at in BOUNDARIES:
        results = [
            await report(client, [case(one, at=at)]) for one, client in zip(people, clients, strict=True)
        ]
        assert [one["points"] for [one] in results] == [2, 2]

    for period in set(BOUNDARIES.values()):
        due = 2 * list(BOUNDARIES.values()).count(period)
        for client in clients:
            answer = (await client.get(f"/api/v1/boards/people-total?period={period}")).json()
            scores = {row["subject"]["id"]: row["score"] for row in answer["rows"]}
            assert [scores.get(str(one)) for one in people] == [due, due]
            assert datetime.fromisoformat(answer["as_of"]) <= now()
    assert thidua({"THIDUA_DATABASE_URL": both[0].dsn}, "verify").endswith("0 differences")
    promise("T48 entries in a wrong period", figure=0, target="0")


async def test_what_a_slow_clock_refuses_as_future_is_not_written(
    both: list[Server], clients: list[httpx.AsyncClient]
) -> None:
    one = an_id(f"clock, just now, {both[1].address}")
    await put_people(clients[0], [one])
    told = case(one, at=(now() + timedelta(minutes=4)).isoformat())

    wrongly = await clients[1].post(ACTIVITIES, json=told)
    [rightly] = await report(clients[0], [told])

    if wrongly.status_code == 422:
        assert [fault["code"] for fault in wrongly.json()["errors"]] == ["in_the_future"]
    assert rightly["status"] == ("recorded" if wrongly.status_code == 422 else "duplicate")
    assert rightly["points"] == 2
