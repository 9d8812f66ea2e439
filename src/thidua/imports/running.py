"""Goes through the rows of imports, some at a time: checks them, writes them, takes them back.

Whoever takes a step holds the import for it, so any number of processes may try at once. A step that was
broken off is taken again: what it would write twice it finds written.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from thidua.accounts.actions import signing_secret
from thidua.imports import actions, queries
from thidua.imports.checking import check_rows
from thidua.imports.model import Stage
from thidua.imports.state import ImportState
from thidua.imports.undoing import undo_rows
from thidua.imports.writing import write_rows
from thidua.infra.clock import now
from thidua.infra.database import Connection, connection, transaction
from thidua.infra.errors import ServiceUnavailableError
from thidua.kernel.errors import BusyError

ROWS_A_STEP = 250
_EVERY_SECONDS = 1.0
_FORGET_EVERY = timedelta(hours=1)
_AGAIN_AFTER = timedelta(minutes=1)
# A step that records activities holds one connection and needs another.
_STEPS_AT_ONCE = 2
_NEXT = {Stage.CHECKING: Stage.READY, Stage.WRITING: Stage.DONE, Stage.UNDOING: Stage.UNDONE}
_log = structlog.get_logger()


class _Steps:
    """How many steps this process takes at a time, in the event loop that takes them."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.places = asyncio.Semaphore(_STEPS_AT_ONCE)

    def here(self) -> asyncio.Semaphore:
        if self.loop is not asyncio.get_running_loop():
            self.loop, self.places = asyncio.get_running_loop(), asyncio.Semaphore(_STEPS_AT_ONCE)
        return self.places


_STEPS = _Steps()


async def go_on(one: UUID, *, seconds_max: float | None = None) -> None:
    """Take steps until all rows are gone through, the time is over, or somebody else is at it."""
    clock = asyncio.get_running_loop().time
    started = clock()
    while await step(one, at=now()):
        if seconds_max is not None and clock() - started > seconds_max:
            return


async def step(one: UUID, *, at: datetime) -> bool:
    """Go through some more rows; whether there may be more."""
    async with _STEPS.here(), transaction() as held:
        state = await queries.take(held, one)
        if state is None or not state.stage.is_at_work:
            return False
        reached = await _gone_through(held, state, at)
        if reached is None:
            came = (await queries.counts_of(held, one)).outcomes
            counts = {outcome.value: number for outcome, number in came.items()}
            await actions.arrive(held, state, _NEXT[state.stage], at=at, **counts)
        else:
            await actions.advance(held, one, reached=reached, at=at)
        return reached is not None


async def run_imports(stopping: asyncio.Event) -> None:
    """Go on with every import that is at work, and forget old files, until told to stop."""
    forgotten_at = now() - _FORGET_EVERY
    failed_at: dict[UUID, datetime] = {}
    while not stopping.is_set():
        try:
            if now() - forgotten_at >= _FORGET_EVERY:
                forgotten_at = now()
                await _forget()
            await _go_on_with_all(stopping, failed_at)
        except (BusyError, ServiceUnavailableError) as error:
            _log.warning("imports wait", why=str(error))
        with suppress(TimeoutError):
            async with asyncio.timeout(_EVERY_SECONDS):
                await stopping.wait()


async def _go_on_with_all(stopping: asyncio.Event, failed_at: dict[UUID, datetime]) -> None:
    async with connection() as acquired:
        waiting: Sequence[UUID] = await queries.at_work(acquired)
    for one in waiting:
        if one in failed_at and now() - failed_at[one] < _AGAIN_AFTER:
            continue
        try:
            while not stopping.is_set() and await step(one, at=now()):
                pass
        except (BusyError, ServiceUnavailableError):
            raise
        except Exception as error:  # noqa: BLE001 -- one import may not stop the others, nor what runs beside them
            failed_at[one] = now()
            _log.error("an import failed", imported=str(one), exc_info=error)


async def _forget() -> None:
    async with transaction() as held:
        await actions.forget_old(held, at=now())


async def _gone_through(held: Connection, state: ImportState, at: datetime) -> int | None:
    """Return the last row gone through, or None when none was left."""
    if state.stage is Stage.UNDOING:
        return await undo_rows(held, state, at=at, count_max=ROWS_A_STEP)
    secret = await signing_secret(held, "imports", at=at)
    if state.stage is Stage.CHECKING:
        return await check_rows(held, state, secret=secret, at=at, count_max=ROWS_A_STEP)
    return await write_rows(held, state, secret=secret, at=at, count_max=ROWS_A_STEP)
