"""Boards in Redis equal SQL, whatever is posted and whatever happens to Redis."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from tests.boards.builders import (
    COMMUNE,
    COUNTRY,
    NOON,
    OTHER_COMMUNE,
    PROVINCE,
    Award,
    people,
    post,
    put_unit,
    put_units,
)  # fmt: skip
from tests.boards.comparing import in_redis, in_sql, store_here
from thidua.boards.following import Follower
from thidua.boards.loading import load
from thidua.boards.model import BoardKey
from thidua.boards.wanted import wanted
from thidua.infra.database import connection, owner_connection, transaction

KEYS = (
    BoardKey("people-total", "all", COUNTRY),
    BoardKey("people-total", "2026-Q4", COMMUNE),
    BoardKey("people-mentoring", "2026-10", PROVINCE),
    BoardKey("people-total", "all", COUNTRY, None, "urban"),
    BoardKey("people-total", "festival:so-hoa", COUNTRY),
    BoardKey("teams-total", "2026", COUNTRY),
)


@pytest_asyncio.fixture
async def follower(database: str, redis_client: Redis) -> AsyncIterator[Follower]:
    assert database
    await redis_client.ping()
    async with transaction() as writing:
        await put_units(writing)
    yield Follower(await store_here())


@pytest_asyncio.fixture
async def direct(database: str) -> AsyncIterator[asyncpg.Connection]:
    assert database
    opened = await owner_connection()
    yield opened
    await opened.close()


async def take(follower: Follower, *keys: BoardKey) -> None:
    for key in keys:
        follower.take(key, await load(follower.store, key))


async def commit(*awards: Award) -> None:
    async with transaction() as writing:
        await post(writing, awards)


awards = st.builds(
    Award,
    subject=st.sampled_from(people(12)),
    points=st.integers(-3, 4),
    team=st.sampled_from([None, *people(14)[12:]]),
    unit=st.sampled_from([COMMUNE, OTHER_COMMUNE]),
    festival=st.sampled_from([None, "so-hoa"]),
    category=st.sampled_from(["mentoring", "learning"]),
    occurred_at=st.integers(0, 40).map(lambda days: NOON + timedelta(days=days)),
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(st.lists(awards, min_size=1, max_size=8), min_size=1, max_size=6))
async def test_boards_in_redis_equal_sql_after_any_history(
    follower: Follower, direct: asyncpg.Connection, history: list[list[Award]]
) -> None:
    await take(follower, *KEYS)

    for batch in history:
        await commit(*batch)
        await follower.step(direct)

    for key in KEYS:
        assert await in_redis(follower.store, key, at_once=3) == await in_sql(key)


async def test_a_slow_commit_is_not_skipped_and_does_not_hold_others_up(
    follower: Follower, direct: asyncpg.Connection, database: str
) -> None:
    lan, mai = people(2)
    key = KEYS[0]
    await take(follower, key)
    slow = await asyncpg.connect(database)
    held = slow.transaction()
    await held.start()
    await post(slow, [Award(subject=lan, points=7)])

    await commit(Award(subject=mai, points=3))
    await follower.step(direct)
    before = [(place.subject, place.points) for place in await in_redis(follower.store, key)]
    await held.commit()
    await slow.close()
    await follower.step(direct)
    after = [(place.subject, place.points) for place in await in_redis(follower.store, key)]

    assert before == [(mai, 3)]
    assert after == [(lan, 7), (mai, 3)]


async def test_an_emptied_redis_is_noticed_and_the_board_is_not_followed_on(
    follower: Follower, direct: asyncpg.Connection, redis_client: Redis
) -> None:
    key = KEYS[0]
    await commit(Award(subject=people(1)[0]))
    await take(follower, key)
    await redis_client.flushdb()

    seen = await follower.store.look(key)
    await commit(Award(subject=people(1)[0]))
    await follower.step(direct)

    assert seen is None
    assert key not in follower.boards
    assert not await follower.adopt(direct, key)


async def test_a_board_restored_from_an_older_state_reads_on_from_there(
    follower: Follower, direct: asyncpg.Connection, redis_client: Redis
) -> None:
    key = KEYS[0]
    await commit(*(Award(subject=person) for person in people(20)))
    await take(follower, key)
    old = {name: await redis_client.dump(name) or b"" for name in follower.store.keys(key)}
    await commit(Award(subject=people(1)[0], points=50))
    await follower.step(direct)

    for name, value in old.items():
        await redis_client.restore(name, 0, value, replace=True)
    await commit(Award(subject=people(2)[1], points=60))
    await follower.step(direct)
    lost = key not in follower.boards
    adopted = await follower.adopt(direct, key)
    await follower.step(direct)

    assert lost
    assert adopted
    assert await in_redis(follower.store, key) == await in_sql(key)


async def test_a_stale_leader_cannot_set_anything(follower: Follower, direct: asyncpg.Connection) -> None:
    key = KEYS[0]
    await take(follower, key)
    stale = Follower(follower.store)
    assert await stale.adopt(direct, key)
    await commit(Award(subject=people(1)[0]))
    await follower.step(direct)
    await commit(Award(subject=people(1)[0]))

    await stale.step(direct)

    assert key not in stale.boards
    assert (await in_redis(follower.store, key))[0].points == 5


async def test_a_part_thrown_away_by_a_full_server_is_never_served(
    follower: Follower, direct: asyncpg.Connection, redis_client: Redis
) -> None:
    key = KEYS[0]
    await commit(*(Award(subject=person) for person in people(20)))
    await take(follower, key)
    await follower.step(direct)

    await redis_client.delete(follower.store.keys(key)[2])

    assert await follower.store.look(key) is None
    assert await follower.store.page(key, start=0, behind=b"", rows=5) is None


async def test_a_unit_with_points_that_moves_away_takes_the_board_out(
    follower: Follower, direct: asyncpg.Connection
) -> None:
    key = BoardKey("people-total", "all", COMMUNE)
    branch, empty = people(2)
    async with transaction() as writing:
        await put_unit(writing, branch, code="B-1")
    await commit(Award(subject=people(1)[0], unit=branch))
    await take(follower, key)

    async with transaction() as writing:
        await put_unit(writing, empty, code="B-2")
    await follower.step(direct)
    after_an_empty_one = key in follower.boards
    async with transaction() as writing:
        await writing.execute("DELETE FROM unit_within WHERE unit = $1 AND ancestor = $2", branch, COMMUNE)
        await writing.execute("UPDATE organisation_version SET mark = gen_random_uuid()")
    await follower.step(direct)

    assert after_an_empty_one
    assert key not in follower.boards


async def test_a_total_too_large_for_redis_is_left_to_sql(
    follower: Follower, direct: asyncpg.Connection
) -> None:
    key = KEYS[0]
    await take(follower, key)
    await commit(Award(subject=people(1)[0]))
    async with connection() as writing:
        await writing.execute("UPDATE tally SET points = 9007199254740993")

    await follower.step(direct)

    assert key not in follower.boards
    assert await follower.store.look(key) is None


async def test_around_a_row_redis_tells_what_sql_tells(
    follower: Follower, direct: asyncpg.Connection
) -> None:
    key = KEYS[0]
    await commit(*(Award(subject=person, points=1 + number // 3) for number, person in enumerate(people(30))))
    await take(follower, key)
    await follower.step(direct)
    rows = await in_sql(key)

    near = await follower.store.around(key, [row.subject for row in rows], span=2)

    assert near is not None
    for index, one in enumerate(near):
        assert one is not None
        assert one.own == index
        assert list(one.places) == rows[max(index - 2, 0) : index + 3]
        better = [row.points for row in rows if row.points > rows[index].points]
        assert one.better_points == (min(better) if better else None)
    assert await follower.store.ranks(key, [rows[4].subject, people(99)[98]]) == [rows[4].rank, None]


async def test_around_a_row_redis_tells_the_ranks_of_another_period(
    follower: Follower, direct: asyncpg.Connection
) -> None:
    key = KEYS[0]
    other = BoardKey(key.slug, "2026", key.scope)
    await commit(*(Award(subject=person, points=1 + number // 3) for number, person in enumerate(people(30))))
    await take(follower, key, other)
    await follower.step(direct)
    rows = await in_sql(key)
    subjects = [rows[9].subject, people(99)[98]]

    near = await follower.store.around(key, subjects, span=2, earlier=other)
    alone = await follower.store.around(key, subjects, span=2, earlier=KEYS[1])

    assert near is not None
    assert near[0] is not None
    assert near[0].earlier == tuple(row.rank for row in rows[7:12])
    assert near[1] is None
    assert alone is not None
    assert alone[0] is not None
    assert alone[0].earlier is None


async def test_what_cannot_be_understood_in_redis_counts_as_not_there(
    follower: Follower, direct: asyncpg.Connection, redis_client: Redis
) -> None:
    key = KEYS[0]
    await take(follower, key)
    await redis_client.hset(follower.store.keys(key)[0], "cursor", "of/another/version")
    await redis_client.zadd(follower.store.wanted_key, {"people-total|all|no-uuid||": 2_000_000_000})

    assert not await follower.adopt(direct, key)
    assert await wanted(follower.store) == []
