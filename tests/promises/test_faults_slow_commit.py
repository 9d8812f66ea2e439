"""T09, T17: a slow commit is not skipped, a killed relay begins again, a board always comes back equal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import httpx
import pytest
import pytest_asyncio

from tests.builders import an_id, reported
from tests.support.callers import caller, case, put_people, report, thidua, token
from tests.support.faults import Stack
from tests.support.promises import Promise
from tests.support.waiting import eventually_async
from tests.support.watching import BoardWatch, until_equal
from thidua.engine.group import record_group
from thidua.engine.intake import known_to, prepare
from thidua.engine.rulebooks import shelf
from thidua.infra.clock import now
from thidua.infra.cursor import oldest_writer
from thidua.infra.database import close_pool, engine, open_pool, point_at, transaction

pytestmark = pytest.mark.timeout(600)

PEOPLE = [an_id(f"slow {number}") for number in range(1_100)]  # enough for a board that is kept in Valkey
SLOW = an_id("slow, the one who waits")


@dataclass(frozen=True, slots=True)
class Field:
    """An instance whose board of all people is in Valkey, and a client of it."""

    stack: Stack
    api: httpx.AsyncClient


@pytest_asyncio.fixture(scope="module")
async def field(running: Stack) -> AsyncIterator[Field]:
    """The instance, in which everybody but one has points already."""
    async with running.tended(), caller(running.address, token(running.environ, "writer")) as api:
        await put_people(api, [SLOW, *PEOPLE])
        for start in range(0, len(PEOPLE), 550):
            await report(api, [case(one) for one in PEOPLE[start : start + 550]])
        await api.get("/api/v1/boards/people-total")
        await until_equal(api, running.dsn, source="redis", seconds=20)
        yield Field(running, api)


@asynccontextmanager
async def slow_commit(dsn: str, *, name: object) -> AsyncIterator[None]:
    """An activity recorded by the engine in a transaction that stays open meanwhile."""
    point_at(dsn)
    await open_pool()
    told = reported("PUBLIC_SERVICE_CASE", SLOW, name=name)
    async with transaction() as connection:
        known = await known_to(connection, [told], await shelf(connection, at=now()))
        prepared, faults = prepare([told], known, at=now())
        assert faults == []
        await record_group(connection, prepared, known.shelf.registry, at=now())
        yield
    await close_pool()
    engine().config.clear()


@pytest.mark.parametrize(
    ("rounds", "seconds", "others"), [(1, 1, 200), pytest.param(20, 5, 1_000, marks=pytest.mark.long)]
)
async def test_what_commits_late_is_on_the_board_though_the_relay_was_killed(
    field: Field, promise: Promise, rounds: int, seconds: int, others: int
) -> None:
    watch = BoardWatch(field.api, field.stack.dsn)

    async with field.stack.tended(), watch.watching():
        for number in range(rounds):
            await field.stack.until_relay_leads()
            async with slow_commit(field.stack.dsn, name=f"slow {rounds} {number}"):
                for start in range(0, others, 100):
                    await report(field.api, [case(PEOPLE[start + place]) for place in range(100)])
                await watch.wait_for_more(1 + number % 3)
                field.stack.kill("work")
                await _until_open_for(seconds, field.stack.dsn)
        took = await until_equal(field.api, field.stack.dsn, source="redis")

    assert watch.wrong() == []
    assert watch.failed == []
    assert thidua(field.stack.environ, "verify").endswith("0 differences")
    name = f"T17 seconds until the board equals the ledger, commits {seconds} s late, relay killed {rounds} x"
    promise(name, figure=round(took, 2), target="<= 10")


async def _until_open_for(seconds: int, dsn: str) -> None:
    direct = await asyncpg.connect(dsn)

    async def is_old_enough() -> bool:
        holder = await oldest_writer(direct)
        return holder is not None and holder.seconds >= seconds

    await eventually_async(is_old_enough, seconds=30)
    await direct.close()


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=pytest.mark.long)])
async def test_a_board_whose_loading_is_cut_off_anywhere_is_loaded_again(
    field: Field, promise: Promise, times: int
) -> None:
    watch = BoardWatch(field.api, field.stack.dsn)

    async with field.stack.tended(), watch.watching(), field.stack.valkey() as direct:
        for number in range(times):
            await field.stack.until_relay_leads()
            await direct.flushall()
            await watch.wait_for_more(1 + number % 4)
            field.stack.kill("work")
        took = await until_equal(field.api, field.stack.dsn, source="redis")

    assert watch.wrong() == []
    assert watch.failed == []
    name = f"T09 seconds until the board is whole, emptied and the relay killed {times} x"
    promise(name, figure=round(took, 2), target="<= 10")
