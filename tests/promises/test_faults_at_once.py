"""T01, T05: 32 clients on two server processes at once: each fact paid once, no ceiling passed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from itertools import chain, cycle, islice

import asyncpg
import httpx
import pytest
import pytest_asyncio

from tests.builders import MOUNTAIN_COMMUNE, an_id
from tests.support.callers import ACTIVITIES, Given, caller, case, put_people, thidua, token
from tests.support.processes import Server, serving
from tests.support.promises import Promise
from thidua.infra.embedded import Servers

pytestmark = pytest.mark.timeout(1200)

CLIENTS = 32
PEOPLE = [an_id(f"at once {number}") for number in range(300)]
MENTEE = an_id("at once, a mentee")
_POINTS = "SELECT coalesce(sum(points), 0)::int FROM ledger_entry WHERE activity = ANY($1::uuid[])"
_UNITS = "SELECT sum(units)::int FROM ledger_entry WHERE subject = $1 AND rule = 'vneid_support'"


@pytest.fixture(scope="module")
def two_servers(
    servers: Servers, module_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Server]]:
    """Two servers, each with a worker, over one database."""
    log = tmp_path_factory.mktemp("servers") / "log"
    with ExitStack() as started:
        redis_url = f"{servers.redis_url}?db=2"
        yield [started.enter_context(serving(module_dsn, redis_url, log=log)) for _ in range(2)]


@pytest_asyncio.fixture(scope="module")
async def clients(two_servers: list[Server]) -> AsyncIterator[list[httpx.AsyncClient]]:
    """A client of each, with the same token."""
    secret = token({"THIDUA_DATABASE_URL": two_servers[0].dsn}, "ours")
    async with AsyncExitStack() as opened:
        both = [await opened.enter_async_context(caller(one.address, secret)) for one in two_servers]
        await put_people(both[0], [MENTEE, *PEOPLE[:150]])
        await put_people(both[0], PEOPLE[150:], unit=MOUNTAIN_COMMUNE)
        yield both


async def at_once(
    clients: Sequence[httpx.AsyncClient], requests: Sequence[Sequence[Given]]
) -> list[list[Given]]:
    """Send every request at once, in turn to each server; the results of each."""
    answers = await asyncio.gather(
        *(
            client.post(ACTIVITIES, json={"activities": list(bodies)})
            for client, bodies in zip(cycle(clients), requests, strict=False)
        )
    )
    assert [answer.text for answer in answers if answer.status_code != 200] == []
    return [answer.json()["results"] for answer in answers]


async def _value(server: Server, query: str, *values: object) -> int:
    direct = await asyncpg.connect(server.dsn)
    try:
        found: int = await direct.fetchval(query, *values)
        return found
    finally:
        await direct.close()


@pytest.mark.parametrize("rounds", [10, pytest.param(200, marks=pytest.mark.long)])
async def test_the_same_activity_from_everybody_at_once_is_recorded_once(
    two_servers: list[Server], clients: list[httpx.AsyncClient], rounds: int, promise: Promise
) -> None:
    told = [
        case(PEOPLE[number % 100], at=f"2026-03-{1 + number // 100:02}T09:00:00+07:00")
        for number in range(rounds)
    ]

    rounds_of_results = [await at_once(clients, [[body]] * CLIENTS) for body in told]

    for results in rounds_of_results:
        statuses = Counter(one["status"] for [one] in results)
        assert statuses == {"recorded": 1, "duplicate": CLIENTS - 1}
        assert {(one["state"], one["points"]) for [one] in results} == {("verified", 2)}
    assert await _value(two_servers[0], _POINTS, [body["id"] for body in told]) == 2 * rounds
    promise("T01 rounds with one entry for 32 senders", figure=rounds, target=str(rounds))


@pytest.mark.parametrize("rounds", [5, pytest.param(200, marks=pytest.mark.long)])
async def test_a_ceiling_of_the_day_is_never_passed(
    two_servers: list[Server], clients: list[httpx.AsyncClient], rounds: int, promise: Promise
) -> None:
    for number in range(rounds):
        actor, day = PEOPLE[100 + number % 50], 1 + number // 50
        told = [_support(actor, at=f"2026-04-{day:02}T09:00:{client:02}+07:00") for client in range(CLIENTS)]

        await at_once(clients, [[body] for body in told])

        ids = [body["id"] for body in told]
        assert await _value(two_servers[1], _POINTS, ids) == 10 * 3
        assert await _value(two_servers[0], _UNITS, actor) == 10 * day
    promise("rounds of 32 clients against one day cap, never overpaid", figure=rounds, target=str(rounds))


def _support(actor: object, *, at: str) -> Given:
    return case(actor, at=at, type="VNEID_SUPPORT")


@pytest.mark.parametrize("rounds", [2, pytest.param(50, marks=pytest.mark.long)])
async def test_the_same_thousand_forwards_and_backwards_at_once_are_each_recorded_once(
    two_servers: list[Server], clients: list[httpx.AsyncClient], rounds: int, promise: Promise
) -> None:
    for number in range(rounds):
        actors = islice(cycle(PEOPLE), number * 37, number * 37 + 250)
        bodies = list(chain.from_iterable(_four_of(actor, number) for actor in actors))

        there, back = await asyncio.gather(
            _in_batches(clients[0], bodies, size=(1_000, 250, 7)[number % 3]),
            _in_batches(clients[1], bodies[::-1], size=(1_000, 250, 250)[number % 3]),
        )

        told = Counter(one["status"] for one in chain(there, back))
        assert told == {"recorded": len(bodies), "duplicate": len(bodies)}
        points = await _value(two_servers[0], _POINTS, [body["id"] for body in bodies])
        assert points == sum(one["points"] for one in await _in_batches(clients[0], bodies))
    assert thidua({"THIDUA_DATABASE_URL": two_servers[0].dsn}, "verify").endswith("0 differences")
    promise("rounds of 1,000 ids forwards and backwards at once", figure=rounds, target=str(rounds))


def _four_of(actor: object, number: int) -> list[Given]:
    at = f"2026-05-{1 + number % 28:02}T09:00:00+07:00"
    helped = [{"subject": str(MENTEE), "role": "mentee"}]
    merchant = {"merchant": f"m {number} {actor}"[:20]}
    return [
        case(actor, at=at),
        _support(actor, at=at),
        case(actor, at=at, type="MERCHANT_QR", attributes=merchant),
        case(
            actor,
            at=at,
            type="MENTEE_GRADUATED",
            attributes={"skill": f"{number} {str(actor)[:4]}"},
            participants=helped,
        ),
    ]


async def _in_batches(client: httpx.AsyncClient, bodies: Sequence[Given], *, size: int = 250) -> list[Given]:
    answers = await asyncio.gather(
        *(
            client.post(ACTIVITIES, json={"activities": bodies[start : start + size]})
            for start in range(0, len(bodies), size)
        )
    )
    assert [answer.text for answer in answers if answer.status_code != 200] == []
    return [result for answer in answers for result in answer.json()["results"]]


async def test_a_mentee_told_twice_under_fresh_ids_is_paid_once_in_the_whole_country(
    two_servers: list[Server], clients: list[httpx.AsyncClient], promise: Promise
) -> None:
    for number in range(10):
        helped = [{"subject": str(PEOPLE[200 + number]), "role": "mentee"}]
        told = [
            case(
                PEOPLE[client],
                at="2026-06-01T09:00:00+07:00",
                type="MENTEE_GRADUATED",
                attributes={"skill": f"vneid {number}"},
                participants=helped,
            )
            for client in range(CLIENTS)
        ]

        await at_once(clients, [[body] for body in told])

        assert await _value(two_servers[0], _POINTS, [body["id"] for body in told]) == 20
    promise("T05 mentees told by 32 at once under fresh ids, paid once", figure=10, target="10")
