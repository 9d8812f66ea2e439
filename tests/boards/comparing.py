"""What a board holds, read every way there is."""

import asyncpg

from thidua.boards.model import BoardKey, Place
from thidua.boards.store import Store
from thidua.boards.truth import compute
from thidua.infra.clock import now
from thidua.infra.cursor import instance_of
from thidua.infra.database import connection, transaction


async def store_here() -> Store:
    """The boards in Redis of the database the pool is open on."""
    async with connection() as reading:
        return Store(await instance_of(reading))


async def in_sql(key: BoardKey) -> list[Place]:
    """The rows as SQL has them now."""
    async with transaction() as reading:
        return list((await compute(reading, key, at=now())).standing.rows())


async def in_redis(store: Store, key: BoardKey, *, at_once: int = 1_000) -> list[Place]:
    """The rows as Redis has them, page by page; none when it does not answer for the board."""
    rows: list[Place] = []
    part = await store.page(key, start=0, behind=b"", rows=at_once)
    while part is not None and part.places:
        rows += part.places
        part = await store.page(key, start=None, behind=rows[-1].record, rows=at_once)
    return rows


async def post_apart(dsn: str, *statements: str) -> None:
    """Run statements on a connection of their own."""
    direct = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await direct.execute(statement)
    finally:
        await direct.close()
