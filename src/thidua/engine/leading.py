"""One process of many leads: it holds a lock of PostgreSQL for as long as its connection lives."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import structlog

from thidua.infra.database import owner_connection
from thidua.infra.errors import ServiceUnavailableError

TRY_AGAIN_SECONDS = 0.5
LOST = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ServiceUnavailableError,
)

_log = structlog.get_logger()


async def lead_in_turn(
    stopping: asyncio.Event,
    lead: Callable[[asyncpg.Connection], Awaitable[None]],
    *,
    lock: int,
    settings: str,
    what: str,
) -> None:
    """Lead, or wait to lead, until told to stop; what goes away is waited for.

    Whoever holds `lock` calls `lead` on a connection under `settings` (SET statements); `what` is told to the
    log when PostgreSQL is lost.
    """
    while not stopping.is_set():
        try:
            await _connected(stopping, lead, lock=lock, settings=settings)
        except LOST as error:
            _log.warning(f"{what} lost PostgreSQL", error=repr(error))
        await pause(stopping, TRY_AGAIN_SECONDS)


async def _connected(
    stopping: asyncio.Event,
    lead: Callable[[asyncpg.Connection], Awaitable[None]],
    *,
    lock: int,
    settings: str,
) -> None:
    connection = await owner_connection()
    try:
        await connection.execute(settings)
        while not stopping.is_set():
            if await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock):
                await lead(connection)
            await pause(stopping, TRY_AGAIN_SECONDS)
    finally:
        connection.terminate()


async def pause(stopping: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until told to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
