"""Verifying looks at the boards that Redis holds."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from tests.boards.builders import Award, people, post, put_units
from tests.boards.comparing import in_redis, store_here
from tests.support.waiting import eventually_async
from thidua.boards.rebuild import standing_keys
from thidua.engine.announce import announce
from thidua.engine.findings import Findings
from thidua.engine.verify_boards import check_boards
from thidua.infra.database import connection, transaction


@pytest_asyncio.fixture
async def relay(database: str, redis_client: Redis) -> AsyncIterator[None]:
    """The relay at work, so that what Redis holds is fresh."""
    assert database
    assert await redis_client.ping()
    stopping = asyncio.Event()
    work = asyncio.create_task(announce(stopping))
    yield
    stopping.set()
    await work


@pytest.mark.usefixtures("relay")
async def test_a_board_that_redis_tells_otherwise_is_named(redis_client: Redis) -> None:
    async with transaction() as writing:
        await put_units(writing)
        await post(writing, [Award(subject=person) for person in people(5)])
    store = await store_here()
    async with connection() as reading:
        key = (await standing_keys(reading))[0]
    await store.want(key)
    await eventually_async(lambda: in_redis(store, key))
    before, after = Findings(), Findings()

    await check_boards(before)
    rows = cast("list[bytes]", await redis_client.zrange(store.keys(key)[1], 3, 3))
    await redis_client.zadd(store.keys(key)[1], {rows[0]: -99})
    await check_boards(after)

    assert (before.differences, before.looked_at["boards"]) == (0, 1)
    assert {one.code for one in after.named} == {"board_differs"}
