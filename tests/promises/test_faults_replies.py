"""T03, T04: a lost answer is not a lost activity, and an id means one thing for ever."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio

from tests.builders import an_id
from tests.support.callers import ACTIVITIES, Given, caller, case, put_people, report, token
from tests.support.history import History
from tests.support.processes import Server
from tests.support.promises import Promise
from tests.support.proxy import Proxy

pytestmark = pytest.mark.timeout(300)

PEOPLE = [an_id(f"replied {number}") for number in range(100)]
CLIENTS, RETRIES_MAX = 8, 5


@dataclass(frozen=True, slots=True)
class Sources:
    """A server, and two sources that report to it."""

    server: Server
    ours: httpx.AsyncClient
    theirs: httpx.AsyncClient
    secret: str


@pytest_asyncio.fixture
async def sources(server: Server) -> AsyncIterator[Sources]:
    """Two programs with tokens of their own, and people known to the server."""
    environ = {"THIDUA_DATABASE_URL": server.dsn}
    secret = token(environ, "ours")
    async with (
        caller(server.address, secret) as ours,
        caller(server.address, token(environ, "theirs")) as theirs,
    ):
        await put_people(ours, PEOPLE)
        yield Sources(server, ours, theirs, secret)


@pytest.mark.parametrize("posts", [200, pytest.param(2_000, marks=pytest.mark.long)])
async def test_activities_sent_again_after_lost_answers_are_there_once(
    sources: Sources, promise: Promise, posts: int
) -> None:
    port = urlsplit(sources.server.address).port
    assert port is not None
    bodies = [case(PEOPLE[number % len(PEOPLE)]) for number in range(posts)]
    history = History()

    async with Proxy(port, lost_share=0.5).listening() as proxy:
        waiting = iter(bodies)
        async with caller(f"http://127.0.0.1:{proxy.port}", sources.secret) as api:
            await asyncio.gather(*(_send_all(api, waiting, history) for _ in range(CLIENTS)))
    results = [result for body in bodies for result in await report(sources.ours, [body])]

    assert {(one["status"], one["state"], one["points"]) for one in results} == {("duplicate", "verified", 2)}
    assert await history.faults(sources.server.dsn) == []
    assert proxy.lost > posts // 2
    promise(
        f"T03 entries of {posts} POSTs, {proxy.lost} answers lost", figure=len(results), target=str(posts)
    )


async def _send_all(api: httpx.AsyncClient, waiting: Iterator[Given], history: History) -> None:
    for body in waiting:
        for _ in range(1 + RETRIES_MAX):
            if await history.send(api, [body]):
                break


async def test_an_id_twice_in_one_batch_is_recorded_once(sources: Sources) -> None:
    told = case(PEOPLE[0], at="2026-09-01T09:00:00+07:00", quantity=2)

    first, second = await report(sources.ours, [told, dict(reversed(told.items()))])

    assert [(one["status"], one["points"]) for one in (first, second)] == [("recorded", 4), ("duplicate", 4)]


async def test_two_meanings_of_an_id_in_one_batch_record_neither(sources: Sources) -> None:
    told = case(PEOPLE[1], at="2026-09-02T09:00:00+07:00")

    answer = await sources.ours.post(ACTIVITIES, json={"activities": [told, told | {"quantity": 2}]})

    assert (answer.status_code, answer.json()["code"]) == (409, "id_reused")
    assert [(one["index"], one["code"]) for one in answer.json()["errors"]] == [(1, "id_reused")]
    assert (await sources.ours.get(f"{ACTIVITIES}/{told['id']}")).status_code == 404


async def test_a_repeat_is_told_the_state_and_points_of_today(sources: Sources) -> None:
    told = case(PEOPLE[2], at="2026-09-03T09:00:00+07:00")
    await report(sources.ours, [told])
    await sources.ours.post(f"{ACTIVITIES}/{told['id']}/withdraw", json={"reason": "ghi trùng"})

    [again] = await report(sources.ours, [told])

    assert (again["status"], again["state"], again["points"]) == ("duplicate", "withdrawn", 0)


async def test_whoever_uses_the_id_of_another_source_learns_nothing_of_it(sources: Sources) -> None:
    told = case(PEOPLE[3], at="2026-09-04T09:00:00+07:00")
    await report(sources.theirs, [told])

    answers = [await sources.ours.post(ACTIVITIES, json=body) for body in (told, told | {"quantity": 9})]

    problems = [answer.json() for answer in answers]
    assert {(problem["status"], problem["code"]) for problem in problems} == {(409, "id_taken")}
    assert problems[0] == problems[1]


@pytest.mark.parametrize("bad", [None, "", "x" * 300, 7, "0192"])
async def test_an_id_that_is_none_is_named(sources: Sources, bad: object) -> None:
    told = case(PEOPLE[4])
    body = told | {"id": bad} if bad is not None else {key: told[key] for key in told if key != "id"}

    answer = await sources.ours.post(ACTIVITIES, json=body)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["id"]


@pytest.mark.parametrize("rounds", [10, pytest.param(200, marks=pytest.mark.long)])
async def test_of_two_sources_at_once_one_gets_the_id(
    sources: Sources, rounds: int, promise: Promise
) -> None:
    told = [
        case(PEOPLE[5 + number % 20], at=f"2026-08-{1 + number // 20:02}T09:00:00+07:00")
        for number in range(rounds)
    ]

    pairs = [
        await asyncio.gather(*(api.post(ACTIVITIES, json=body) for api in (sources.ours, sources.theirs)))
        for body in told
    ]

    for pair in pairs:
        [won] = [answer.json() for answer in pair if answer.status_code == 200]
        [lost] = [answer.json() for answer in pair if answer.status_code != 200]
        assert (won["results"][0]["status"], won["results"][0]["points"]) == ("recorded", 2)
        assert (lost["status"], lost["code"]) == (409, "id_taken")
    promise("T04 ids sent by two sources at once, one got it", figure=len(pairs), target=str(rounds))


async def test_of_two_meanings_of_an_id_at_once_one_is_recorded(sources: Sources) -> None:
    for number in range(20):
        told = case(PEOPLE[30], at=f"2026-07-{1 + number:02}T09:00:00+07:00")
        bodies = [told | {"quantity": 1 + part % 2} for part in range(4)]

        answers = await asyncio.gather(*(sources.ours.post(ACTIVITIES, json=body) for body in bodies))

        codes = sorted(
            answer.json().get("code") or answer.json()["results"][0]["status"] for answer in answers
        )
        assert codes == ["duplicate", "id_reused", "id_reused", "recorded"]
