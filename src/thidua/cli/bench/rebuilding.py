"""How long it takes to make every board again from the entries alone."""

import asyncio
import time

import asyncpg

from thidua.boards.question import Words, understand
from thidua.boards.rebuild import Rebuilt, rebuild, unequal
from thidua.boards.store import Store
from thidua.cli.bench.figure import Figure
from thidua.cli.bench.ground import Ground, empty_redis
from thidua.cli.bench.sizes import Sizes
from thidua.cli.bench.usage import per_item
from thidua.infra.cursor import instance_of
from thidua.infra.database import close_pool, connection, open_pool
from thidua.infra.redis import close_client
from thidua.kernel.period import Period

_SUMS = "SELECT count(*) FROM (SELECT subject, sum(points) FROM ledger_entry GROUP BY subject) sums"


def rebuild_figure(ground: Ground, sizes: Sizes, database: str, *, period: Period, entries: int) -> Figure:
    """What `thidua rebuild-boards` takes, with the quarter's large board to be put into Redis."""
    before = _used(ground)
    made, seconds = asyncio.run(_rebuilt(period))
    after = _used(ground)
    return Figure(
        name="rebuild",
        figure=seconds,
        unit="s",
        limit=asyncio.run(_bare_seconds(database)),
        limit_is="one GROUP BY of the entries by subject",
        less_is_better=True,
        accept=60,
        goal=30,
        members=sizes.board_members,
        seed=sizes.seed,
        is_quick=sizes.is_quick,
        items=entries,
        cpu_us_per_item=per_item(before, after, entries),
        faults=tuple(f"{one.key.text} had differed" for one in unequal(made)),
        more={
            "entries": entries,
            "boards": len(made),
            "in_redis": sum(one.is_in_redis for one in made),
            "slowest": max((round(one.seconds, 2), one.key.text) for one in made),
        },
    )


def _used(ground: Ground) -> dict[str, float]:
    return ground.used() | {"command": time.process_time()}


async def _rebuilt(period: Period) -> tuple[list[Rebuilt], float]:
    await empty_redis()
    await open_pool()
    try:
        async with connection() as reading:
            key = (await understand(reading, Words("people-total", period=period.name))).key
            await Store(await instance_of(reading)).want(key)
        began = time.monotonic()
        return await rebuild(), time.monotonic() - began
    finally:
        await close_client()
        await close_pool()


async def _bare_seconds(database: str) -> float:
    direct = await asyncpg.connect(database)
    try:
        began = time.monotonic()
        await direct.fetchval(_SUMS)
        return time.monotonic() - began
    finally:
        await direct.close()
