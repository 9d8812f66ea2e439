"""The relay as it runs in the worker: what is committed reaches the boards, whoever dies (T16, T17)."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import asyncpg
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from tests.boards.builders import COUNTRY, Award, people, post, put_units
from tests.boards.comparing import in_sql, store_here
from tests.support.promises import Promise
from tests.support.waiting import eventually_async
from thidua.boards.model import BoardKey, BoardQuery, Place
from thidua.boards.reading import Reader, reader
from thidua.boards.sample import sampled_differences
from thidua.engine.announce import announce
from thidua.engine.sampling import run_samples
from thidua.infra.database import transaction

# Who is killed in the middle of a sentence cannot close the line.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
KEY = BoardKey("people-total", "all", COUNTRY)
MANY = people(1_200)
HEALED_SECONDS = 10.0


@asynccontextmanager
async def relay() -> AsyncIterator[asyncio.Task[None]]:
    """A relay, which dies without a word at the end."""
    stopping = asyncio.Event()
    running = asyncio.create_task(announce(stopping))
    try:
        yield running
    finally:
        running.cancel()
        stopping.set()  # a library below may take the cancellation for a timeout of its own
        await asyncio.gather(running, return_exceptions=True)
        gc.collect()  # what a killed relay leaves open is noticed here, not in some later test


@pytest_asyncio.fixture
async def here(database: str, redis_client: Redis) -> Reader:
    """A reader of a board large enough for Redis."""
    assert database
    await redis_client.ping()
    async with transaction() as writing:
        await put_units(writing)
        await post(writing, [Award(subject=one, points=1 + number % 7) for number, one in enumerate(MANY)])
    return await reader()


async def commit(*awards: Award) -> None:
    async with transaction() as writing:
        await post(writing, awards)


async def source(here: Reader) -> str:
    return (await here.stamp(KEY)).source


async def top(here: Reader) -> list[Place]:
    return [row.place for row in (await here.page(BoardQuery(KEY, rows_max=50))).rows]


async def is_from_redis(here: Reader) -> bool:
    return await source(here) == "redis"


async def is_right_from_redis(here: Reader) -> bool:
    return await is_from_redis(here) and await top(here) == (await in_sql(KEY))[:50]


async def test_a_board_is_answered_from_sql_until_it_is_loaded_and_then_follows(here: Reader) -> None:
    before = await source(here)
    async with relay():
        await eventually_async(lambda: is_from_redis(here))
        await commit(Award(subject=MANY[600], points=99))

        await eventually_async(lambda: is_right_from_redis(here))

    assert before == "sql"
    assert (await top(here))[0].subject == MANY[600]


async def test_a_board_nobody_keeps_up_to_date_is_answered_from_sql(here: Reader) -> None:
    async with relay():
        await eventually_async(lambda: is_from_redis(here))
    await commit(Award(subject=MANY[700], points=99))

    async def is_from_sql() -> bool:
        return await source(here) == "sql"

    await eventually_async(is_from_sql)
    assert (await top(here))[0].subject == MANY[700]


async def test_an_emptied_redis_heals_by_itself_and_no_rank_is_wrong_meanwhile(
    here: Reader, redis_client: Redis, promise: Promise
) -> None:
    wrong = 0
    async with relay():
        await eventually_async(lambda: is_from_redis(here))
        await redis_client.flushall()
        for _ in range(20):
            wrong += await top(here) != (await in_sql(KEY))[:50]
        await eventually_async(lambda: is_right_from_redis(here), seconds=HEALED_SECONDS)

    assert wrong == 0
    promise("redis_loss", figure=wrong, target=0)


async def test_who_is_second_takes_over_when_the_leader_dies(here: Reader) -> None:
    async with relay() as first, relay():
        await eventually_async(lambda: is_from_redis(here))

        first.cancel()
        await commit(Award(subject=MANY[800], points=99))

        await eventually_async(lambda: is_right_from_redis(here), seconds=HEALED_SECONDS)


async def slow_commit_with_restarts(here: Reader, database: str, *, commits: int, restarts: int) -> None:
    """Commit many while one transaction stays open, and let the relay die again and again."""
    slow = await asyncpg.connect(database)
    held = slow.transaction()
    await held.start()
    await post(slow, [Award(subject=MANY[-1], points=500)])
    for nth in range(restarts):
        async with relay():
            share = MANY[nth * commits // restarts : (nth + 1) * commits // restarts]
            for one in share:
                await commit(Award(subject=one, points=3))
    async with relay():
        await eventually_async(lambda: is_right_from_redis(here), seconds=HEALED_SECONDS)
        await held.commit()
        await slow.close()
        await eventually_async(lambda: is_right_from_redis(here), seconds=HEALED_SECONDS)
        delivered = [row.place for row in (await here.page(BoardQuery(KEY, rows_max=len(MANY)))).rows]
    assert delivered == await in_sql(KEY)


async def test_what_is_delivered_is_what_was_committed(here: Reader, database: str, promise: Promise) -> None:
    await slow_commit_with_restarts(here, database, commits=120, restarts=4)

    promise("outbox_gap", figure=0, target=0)


@pytest.mark.long
@pytest.mark.timeout(180)
async def test_what_is_delivered_is_what_was_committed_in_full(here: Reader, database: str) -> None:
    await slow_commit_with_restarts(here, database, commits=1_000, restarts=20)


async def test_a_board_that_differs_behind_our_back_is_found_by_sample_and_made_again(
    here: Reader, redis_client: Redis, promise: Promise
) -> None:
    async with relay():
        await eventually_async(lambda: is_right_from_redis(here), seconds=20)
        store = await store_here()
        before = await sampled_differences(store, KEY)
        members = await redis_client.zrange(store.keys(KEY)[1], 0, -1)
        await redis_client.zadd(store.keys(KEY)[1], dict.fromkeys(cast("list[bytes]", members)[::100], -99))
        assert not await is_right_from_redis(here)

        stopping = asyncio.Event()
        sampling = asyncio.create_task(run_samples(stopping, every_seconds=0.05))
        await eventually_async(lambda: is_right_from_redis(here), seconds=30)
        stopping.set()
        await sampling

        after = await sampled_differences(store, KEY)
    promise("T18 rows that differ after the sampler has found some", figure=len(after), target="0")
    assert before == after == []
