"""Thirty-two clients on two server processes at once: nothing paid twice, nothing overpaid, nobody stuck."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from msgspec.structs import replace

from tests.builders import MOUNTAIN_COMMUNE, PLAIN_COMMUNE, TENTH, a_team, reported, some_people
from tests.support.promises import Promise
from thidua.activities.model import ActivityReport
from thidua.engine.moderate import withdraw
from thidua.engine.record import Recorder
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.infra.errors import ServiceUnavailableError

CLIENTS = 32
LINE_BYTES_MAX = 1 << 26
Request = Sequence[ActivityReport]
_rounds = count()
_KINDS = """
SELECT count(*), sum(points) FROM ledger_entry WHERE activity = ANY($1) AND rule = 'news_approved'
GROUP BY kind ORDER BY kind
"""


@pytest_asyncio.fixture(scope="module")
async def servers_of_two(module_database: str) -> AsyncIterator[list[Process]]:
    """Two processes that record into one database."""
    racer = str(Path(__file__).parent / "racer.py")
    command = (sys.executable, racer, module_database)
    running = [
        await create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=LINE_BYTES_MAX)
        for _ in range(2)
    ]
    yield running
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
        assert await process.wait() == 0


@pytest_asyncio.fixture(scope="module")
async def people(module_database: str) -> list[UUID]:
    """Forty people of the plain and the mountains, half of them in one team."""
    assert module_database
    plain = await some_people(20, unit=PLAIN_COMMUNE)
    await a_team(plain)
    return [*plain, *await some_people(20, unit=MOUNTAIN_COMMUNE)]


async def raced(processes: Sequence[Process], requests: Sequence[Sequence[Request]]) -> list[Any]:
    """Send each process its requests, all at once; return every answer."""
    for process, asked in zip(processes, requests, strict=True):
        assert process.stdin is not None
        placed = [[replace(one, index=index) for index, one in enumerate(reports)] for reports in asked]
        process.stdin.write(msgspec.json.encode(placed) + b"\n")
    answers: list[Any] = []
    for process in processes:
        assert process.stdout is not None
        answers += msgspec.json.decode(await process.stdout.readline())
    return answers


async def against_one_day_cap(processes: Sequence[Process], person: UUID) -> int:
    """Let every client report three cases of one new day, where twenty are paid; return the points paid."""
    day = TENTH - timedelta(days=next(_rounds))
    asked = [
        [reported("PUBLIC_SERVICE_CASE", person, at=day, quantity=3, name=(day, n))] for n in range(CLIENTS)
    ]

    answers = await raced(processes, [asked[::2], asked[1::2]])

    assert [answer[0][0] for answer in answers] == ["recorded"] * CLIENTS
    async with connection() as acquired:
        entries = "SELECT sum(points) FROM ledger_entry WHERE subject = $1 AND occurred_at = $2"
        tally = "SELECT sum(points) FROM tally WHERE subject = $1 AND day = $2"
        paid = int(await acquired.fetchval(entries, person, day))
        assert paid == await acquired.fetchval(tally, person, day.date())
    return paid


async def of_the_same_event(processes: Sequence[Process], person: UUID) -> Counter[str]:
    """Let every client send one and the same report; return the statuses they were answered."""
    at = TENTH - timedelta(days=next(_rounds))
    report = reported("PUBLIC_SERVICE_CASE", person, at=at, quantity=3, name=at)

    answers = await raced(processes, [[[report]] * (CLIENTS // 2)] * 2)

    assert all(answer[0][1] == answers[0][0][1] > 0 for answer in answers), "all are told the same points"
    async with connection() as acquired:
        assert (
            await acquired.fetchval("SELECT count(*) FROM ledger_entry WHERE activity = $1", report.id) == 1
        )
    return Counter(answer[0][0] for answer in answers)


async def forwards_and_backwards(processes: Sequence[Process], people: Sequence[UUID]) -> Counter[str]:
    """Let one process send a thousand reports forwards while the other sends them backwards."""
    at = TENTH - timedelta(days=next(_rounds))
    merchants = ("MERCHANT_QR", "PUBLIC_SERVICE_CASE", "FAMILY_GUIDED", "CLASS_TAUGHT")
    reports = [
        reported(
            merchants[n % 4],
            people[n * 7 % len(people)],
            at=at + timedelta(minutes=n % 13),
            name=(at, n),
            attributes={"merchant": f"{at.date()} {n % 50}"} if n % 4 == 0 else {},
        )
        for n in range(1000)
    ]
    backwards = reports[::-1]
    asked = (
        [reports[start : start + 100] for start in range(0, 1000, 100)],
        [backwards[start : start + 70] for start in range(0, 1000, 70)],
    )

    answers = await raced(processes, asked)

    errors = [answer for answer in answers if isinstance(answer, str)]
    assert not errors
    return Counter(status for answer in answers for status, _ in answer)


async def test_clients_of_two_processes_never_overpay_a_day_cap(
    servers_of_two: list[Process], people: list[UUID], promise: Promise
) -> None:
    paid = [await against_one_day_cap(servers_of_two, people[n]) for n in range(10)]

    promise(
        "T01 small: rounds against a day cap that paid 40 points", figure=paid.count(40), target="10 of 10"
    )
    assert paid == [40] * 10


async def test_one_event_sent_by_all_clients_at_once_is_recorded_once(
    servers_of_two: list[Process], people: list[UUID]
) -> None:
    for n in range(10):
        assert await of_the_same_event(servers_of_two, people[n]) == {"recorded": 1, "duplicate": CLIENTS - 1}


async def test_a_thousand_ids_sent_both_ways_at_once_are_each_recorded_once(
    servers_of_two: list[Process], people: list[UUID]
) -> None:
    for _ in range(3):
        assert await forwards_and_backwards(servers_of_two, people) == {"recorded": 1000, "duplicate": 1000}


async def withdrawn_twice(people: Sequence[UUID], entries: int) -> int:
    """Let twenty workers withdraw each of so many activities twice; return the reversals posted."""
    at = TENTH - timedelta(days=next(_rounds))
    reports = [
        replace(
            reported("NEWS_APPROVED", people[n % 20], at=at - timedelta(days=7 * (n // 20)), name=(at, n)),
            index=n,
        )
        for n in range(entries)
    ]
    recorder = Recorder()
    await recorder.start()
    await recorder.record(reports)
    await recorder.stop()
    twice = iter([*reports, *reports[::-1]])

    async def work() -> None:
        for report in twice:
            await _withdrawn(report)

    await asyncio.gather(*(work() for _ in range(20)))

    async with connection() as acquired:
        ids = [report.id for report in reports]
        awards, reversals = await acquired.fetch(_KINDS, ids)
        acts = await acquired.fetchval("SELECT count(*) FROM activity_act WHERE activity = ANY($1)", ids)
    assert awards["count"] == reversals["count"] == acts == entries
    assert awards["sum"] + reversals["sum"] == 0
    return int(reversals["count"])


async def _withdrawn(report: ActivityReport) -> None:
    """Withdraw it, again where on a busy machine too many waited for a connection: then nothing was done."""
    while True:
        try:
            await withdraw(report.id, by="tester", reason="twice", at=now())
        except ServiceUnavailableError:
            continue
        return


async def test_a_reversal_sent_twice_by_twenty_workers_happens_once(people: list[UUID]) -> None:
    assert await withdrawn_twice(people, 60) == 60


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_two_hundred_rounds_against_a_day_cap_are_never_overpaid(
    servers_of_two: list[Process], people: list[UUID], promise: Promise
) -> None:
    paid = [await against_one_day_cap(servers_of_two, people[n % 20]) for n in range(200)]

    promise("T01 rounds against a day cap that paid 40 points", figure=paid.count(40), target="200 of 200")
    assert paid == [40] * 200


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_two_hundred_rounds_of_one_event_are_each_recorded_once(
    servers_of_two: list[Process], people: list[UUID], promise: Promise
) -> None:
    once = [await of_the_same_event(servers_of_two, people[n % 20]) for n in range(200)]

    right = once.count(Counter({"recorded": 1, "duplicate": CLIENTS - 1}))
    promise(
        "T01 rounds of one event sent 32 times that were recorded once", figure=right, target="200 of 200"
    )
    assert right == 200


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_fifty_rounds_both_ways_know_no_deadlock(
    servers_of_two: list[Process], people: list[UUID], promise: Promise
) -> None:
    rounds = [await forwards_and_backwards(servers_of_two, people) for _ in range(50)]

    right = rounds.count(Counter({"recorded": 1000, "duplicate": 1000}))
    promise(
        "1,000 ids forwards and backwards: rounds without deadlock, each once",
        figure=right,
        target="50 of 50",
    )
    assert right == 50


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_five_hundred_reversals_sent_twice_happen_once(people: list[UUID], promise: Promise) -> None:
    reversals = await withdrawn_twice(people, 500)

    promise("T08 reversals of 500 activities withdrawn twice", figure=reversals, target="500")
    assert reversals == 500
