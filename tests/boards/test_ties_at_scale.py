"""Ten thousand equal scores stand in one order everywhere (T19)."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from tests.boards.builders import COUNTRY, NOON, Award, people, post, put_units
from tests.boards.comparing import in_redis, in_sql, store_here
from tests.support.promises import Promise
from thidua.boards.export import csv_of
from thidua.boards.loading import load
from thidua.boards.model import BoardKey, BoardQuery
from thidua.boards.question import Words
from thidua.boards.reading import Reader
from thidua.boards.standing import position_of
from thidua.boards.store import Store
from thidua.infra.database import transaction

KEY = BoardKey("people-total", "all", COUNTRY)
EQUALS = 10_000


@pytest_asyncio.fixture
async def store(database: str, redis_client: Redis) -> AsyncIterator[Store]:
    assert database
    await redis_client.ping()
    subjects = people(EQUALS)
    async with transaction() as writing:
        await put_units(writing)
        # Every third moment is shared too, so that only the id decides there.
        await post(writing, (
            Award(subject=one, points=5, occurred_at=NOON - timedelta(microseconds=number // 3))
            for number, one in enumerate(reversed(subjects))
        ))  # fmt: skip
    yield await store_here()


@pytest.mark.timeout(120)
async def test_equal_scores_stand_in_one_order_on_every_surface(store: Store, promise: Promise) -> None:
    await load(store, KEY)
    reader = Reader(store)

    sql, redis = await in_sql(KEY), await in_redis(store, KEY, at_once=997)
    paged, after = [], None
    while True:
        page = await reader.page(BoardQuery(KEY, rows_max=100, after=after))
        paged += [row.place for row in page.rows]
        after = page.after
        if after is None:
            break
    shelved, question = await reader.standing(KEY), await reader.understand(Words("people-total"))
    text = b"".join([part async for part in csv_of(reader, question, shelved)]).decode("utf-8-sig")
    rows = list(
        csv.reader(io.StringIO("".join(line for line in text.splitlines(keepends=True) if line[0] != "#")))
    )

    assert len(sql) == EQUALS
    assert {(place.rank, place.is_tied) for place in sql} == {(1, True)}
    assert redis == sql
    assert paged == sql
    assert [row[2] for row in rows[1:]] == [str(place.subject) for place in sql]
    promise("ties", figure=len(sql), target=EQUALS)


async def test_a_page_begins_right_behind_any_row_in_sql_and_in_redis(store: Store) -> None:
    await load(store, KEY)
    rows = await in_sql(KEY)
    standing = (await Reader(store).standing(KEY)).standing

    for index in range(0, EQUALS, 613):
        part = await store.page(KEY, start=None, behind=position_of(rows[index]), rows=3)
        assert part is not None
        assert (part.start, list(part.places)) == (index + 1, rows[index + 1 : index + 4])
        assert standing.after(position_of(rows[index])) == index + 1
        assert standing.places(index + 1, index + 4) == rows[index + 1 : index + 4]
