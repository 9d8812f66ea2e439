"""Once a minute one board in Redis is compared with SQL by sample; one that differs is made again (T18)."""

import asyncio

import structlog

from thidua.boards.gate import AWAY
from thidua.boards.sample import sampled_differences
from thidua.boards.store import Store
from thidua.boards.wanted import drop, wanted
from thidua.engine.figures import note_board_differs
from thidua.infra.cursor import instance_of
from thidua.infra.database import connection
from thidua.infra.errors import ServiceUnavailableError

EVERY_SECONDS = 60.0

_log = structlog.get_logger()


async def run_samples(stopping: asyncio.Event, *, every_seconds: float = EVERY_SECONDS) -> None:
    """Look at the boards by turns until told to stop; while PostgreSQL or Redis is away, at none."""
    turn = 0
    while not stopping.is_set():
        try:
            async with asyncio.timeout(every_seconds):
                await stopping.wait()
        except TimeoutError:
            turn += 1
            await _sample(turn)


async def _sample(turn: int) -> None:
    try:
        async with connection() as reading:
            store = Store(await instance_of(reading))
        keys = await wanted(store)
        if not keys:
            return
        key = keys[turn % len(keys)]
        found = await sampled_differences(store, key)
        if not found:
            return
        note_board_differs(len(found))
        _log.error("board differs from the ledger, is made again", board=key.text, rows=len(found))
        await drop(store, key.text.encode())
        await store.want(key)
    except (*AWAY, ServiceUnavailableError) as error:
        _log.warning("no board sampled", error=repr(error))
