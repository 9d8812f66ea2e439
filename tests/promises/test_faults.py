"""T02, T16, T18: kill anything under load: nothing acknowledged is lost or paid twice, no board is wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from tests.builders import an_id
from tests.support.callers import caller, case, put_people, thidua, token
from tests.support.faults import Stack
from tests.support.history import History
from tests.support.promises import Promise
from tests.support.waiting import eventually_async
from tests.support.watching import BoardWatch, until_equal

pytestmark = pytest.mark.timeout(600)

PEOPLE = [an_id(f"killed {number}") for number in range(1_100)]  # enough for a board that is kept in Valkey
WRITERS = 8
SENT_A_DAY = 1_000  # so that nobody reports more than two hundred a day
ACKNOWLEDGED_BETWEEN, ANSWERS_BETWEEN = 100, 15


@dataclass(frozen=True, slots=True)
class Field:
    """A whole instance, somebody who writes, somebody who looks, and what was sent."""

    stack: Stack
    api: httpx.AsyncClient
    reading: httpx.AsyncClient
    history: History


@pytest_asyncio.fixture(scope="module")
async def field(running: Stack) -> AsyncIterator[Field]:
    """The instance, in which everybody has points already."""
    secret, history = token(running.environ, "writer"), History()
    async with (
        caller(running.address, secret, timeout=5) as api,
        caller(running.address, timeout=5) as reading,
    ):
        await put_people(api, PEOPLE)
        for start in range(0, len(PEOPLE), 550):
            assert await history.send(api, [case(one) for one in PEOPLE[start : start + 550]])
        await reading.get("/api/v1/boards/people-total")
        await until_equal(reading, running.dsn, source="redis", seconds=20)
        yield Field(running, api, reading, history)


@asynccontextmanager
async def load(api: httpx.AsyncClient, history: History) -> AsyncIterator[None]:
    """Writers that report one or some activities at a time, and send again what was not answered."""
    writing = [asyncio.create_task(_write(api, history, name)) for name in range(WRITERS)]
    try:
        yield
    finally:
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)


async def _write(api: httpx.AsyncClient, history: History, name: int) -> None:
    for number in count():
        day = date(2026, 1, 1) + timedelta(days=len(history.sent) // SENT_A_DAY)
        bodies = [case(actor, at=f"{day}T09:00:00+07:00") for actor in _actors(name, number)]
        await eventually_async(partial(history.send, api, bodies), seconds=60)


def _actors(name: int, number: int) -> Sequence[UUID]:
    """One to four people; one in three soon reaches the ceiling of the day."""
    start = name * 137 + number * 31
    ordinary = [PEOPLE[(start + place) % len(PEOPLE)] for place in range(1 + number % 4)]
    return [PEOPLE[number % 7], *ordinary] if number % 3 == 0 else ordinary


Fault = Callable[[Field, Path], Awaitable[None]]


async def server_killed(field: Field, folder: Path) -> None:
    field.stack.kill("serve")


async def web_process_killed(field: Field, folder: Path) -> None:
    field.stack.kill_a_web_process()


async def worker_killed(field: Field, folder: Path) -> None:
    field.stack.kill("work")


async def postgres_killed(field: Field, folder: Path) -> None:
    field.stack.kill("postgres")


async def everything_killed(field: Field, folder: Path) -> None:
    for name in ("postgres", "valkey", "work", "serve"):
        field.stack.kill(name)


async def valkey_killed(field: Field, folder: Path) -> None:
    field.stack.kill("valkey")


async def valkey_emptied(field: Field, folder: Path) -> None:
    async with field.stack.valkey() as direct:
        await direct.flushall()


async def valkey_rolled_back(field: Field, folder: Path) -> None:
    copy = field.stack.copy_valkey(folder / str(len(field.history.sent)))
    await field.history.wait_for_more(ACKNOWLEDGED_BETWEEN)
    field.stack.kill_valkey_and_put_back(copy)


async def valkey_hanging(field: Field, folder: Path) -> None:
    with field.stack.valkey_hanging():
        await field.history.wait_for_more(ACKNOWLEDGED_BETWEEN)


async def valkey_full(field: Field, folder: Path) -> None:
    async with field.stack.valkey() as direct:
        await direct.config_set("maxmemory", "1mb")
        await field.history.wait_for_more(ACKNOWLEDGED_BETWEEN)
        await direct.config_set("maxmemory", "0")


OF_PROCESSES = (server_killed, web_process_killed, worker_killed, postgres_killed, everything_killed)
OF_VALKEY = (valkey_killed, valkey_emptied, valkey_rolled_back, valkey_hanging, valkey_full)

# Quickly: every fault once, one after the other under one load. In full: each five times.
CASES = [
    pytest.param(OF_PROCESSES, 1, id="processes"),
    pytest.param(OF_VALKEY, 1, id="valkey"),
    *(
        pytest.param((fault,), 5, id=fault.__name__, marks=pytest.mark.long)
        for fault in (*OF_PROCESSES, *OF_VALKEY)
    ),
]


@pytest.mark.parametrize(("faults", "times"), CASES)
async def test_nothing_is_lost_or_paid_twice_and_no_board_is_wrong(
    field: Field, tmp_path: Path, promise: Promise, faults: Sequence[Fault], times: int
) -> None:
    watch, history = BoardWatch(field.reading, field.stack.dsn), field.history

    async with field.stack.tended():
        async with watch.watching():
            async with load(field.api, history):
                for fault in (*faults,) * times:
                    await history.wait_for_more(ACKNOWLEDGED_BETWEEN)
                    await fault(field, tmp_path)
                    await watch.wait_for_more(ANSWERS_BETWEEN)
                await history.wait_for_more(ACKNOWLEDGED_BETWEEN)
            seconds = await until_equal(field.reading, field.stack.dsn, source="redis")
        assert await history.faults(field.stack.dsn) == [], field.stack.failures()
        await history.settle(field.api)

    assert await history.faults(field.stack.dsn) == [], field.stack.failures()
    assert history.acknowledged == history.sent.keys()
    assert watch.wrong() == []
    assert watch.failed == [] or faults[0] in OF_PROCESSES
    assert thidua(field.stack.environ, "verify").endswith("0 differences")
    name = f"{', '.join(fault.__name__.replace('_', ' ') for fault in faults)}: {times} x"
    promise(f"T02 lost or paid twice, {name}", figure=0, target="0")
    promise(f"T16 seconds until boards equal the ledger, {name}", figure=round(seconds, 2), target="<= 10")
    promise(f"T18 wrong answers of {watch.sources().total()}, {name}", figure=0, target="0")
