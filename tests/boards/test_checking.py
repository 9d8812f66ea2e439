"""Totals and boards are checked against the ledger, and made again from it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import cast
from uuid import UUID

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from tests.boards.builders import COMMUNE, NOON, OTHER_COMMUNE, Award, people, post, put_units
from tests.boards.comparing import in_redis, in_sql, store_here
from thidua.boards.loading import load
from thidua.boards.rebuild import rebuild, standing_keys, unequal
from thidua.boards.store import Store
from thidua.infra.database import connection, transaction
from thidua.ledger.standing import differing_tallies

_EVERYBODY = (UUID(int=0), None)
awards = st.builds(
    Award,
    subject=st.sampled_from(people(9)),
    points=st.integers(1, 4),
    unit=st.sampled_from([COMMUNE, OTHER_COMMUNE]),
    occurred_at=st.integers(0, 40).map(lambda days: NOON + timedelta(days=days)),
)


@pytest_asyncio.fixture
async def store(database: str, redis_client: Redis) -> AsyncIterator[Store]:
    assert database
    await redis_client.ping()
    async with transaction() as writing:
        await put_units(writing)
    yield await store_here()


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(awards, min_size=1, max_size=20))
@pytest.mark.usefixtures("store")
async def test_boards_made_again_from_the_entries_equal_those_that_lived(history: list[Award]) -> None:
    async with transaction() as writing:
        await post(writing, history)

    made = await rebuild()

    assert unequal(made) == []
    async with connection() as reading:
        assert await differing_tallies(reading, _EVERYBODY) == []


@pytest.mark.usefixtures("store")
async def test_a_total_changed_behind_our_back_is_found_and_named() -> None:
    lan, mai = people(2)
    async with transaction() as writing:
        await post(writing, [Award(subject=lan), Award(subject=mai)])
    async with connection() as writing:
        await writing.execute("UPDATE tally SET points = points + 1 WHERE subject = $1", lan)

        found = await differing_tallies(writing, _EVERYBODY)
    made = await rebuild()

    assert [row["subject"] for row in found] == [lan]
    assert {"people-total", "people-mentoring", "units-total"} <= {one.key.slug for one in unequal(made)}


async def test_a_row_changed_in_redis_is_found_and_mended_by_rebuilding(
    store: Store, redis_client: Redis
) -> None:
    async with transaction() as writing:
        await post(writing, [Award(subject=person) for person in people(30)])
    async with connection() as reading:
        key = (await standing_keys(reading))[0]
    await store.want(key)
    await load(store, key)
    rows = cast("list[bytes]", await redis_client.zrange(store.keys(key)[1], 3, 3))
    await redis_client.zadd(store.keys(key)[1], {rows[0]: -99})

    wrong = await in_redis(store, key)
    await rebuild()

    assert wrong != await in_sql(key)
    assert await in_redis(store, key) == await in_sql(key)
