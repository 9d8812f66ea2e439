"""The connections to PostgreSQL: one pool a process, under a role that cannot edit history."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Literal, TypeAlias, TypeVar
from uuid import UUID

import asyncpg
from asyncpg.pgproto import pgproto
from piccolo.engine.postgres import PostgresEngine
from typing_extensions import override

from thidua.infra.errors import ServiceUnavailableError
from thidua.infra.instance import database_url
from thidua.infra.settings import settings

APP_ROLE = "thidua_app"
Isolation = Literal["read_committed", "repeatable_read", "serializable"]

_SESSION = {
    "application_name": "thidua",
    "idle_in_transaction_session_timeout": "10s",
    "lock_timeout": "5s",
    "statement_timeout": "10s",
    "timezone": "UTC",
}
_AWAY = (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)
# asyncpg reports "cannot switch to state" when a server dies inside a transaction.
_LOST = (asyncpg.InternalClientError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError)
_CONNECT_SECONDS = 3.0
_PROBE_SECONDS = 1.0
T = TypeVar("T")

# What a caller holds: a pooled connection behaves like a plain one.
Connection: TypeAlias = asyncpg.pool.PoolConnectionProxy


def quick_id(value: UUID) -> UUID:
    """The same identifier as the driver's own kind of UUID, which is hashed and compared in C.

    The standard library's is hashed in Python, a fifth of the price of recording an activity.
    """
    quick: UUID = pgproto.UUID(value.bytes)
    return quick


class _Engine(PostgresEngine):
    """Piccolo's engine, which by itself would connect as soon as it is imported."""

    @override
    async def check_version(self) -> None:
        """Ask nothing: migrations find out soon enough."""

    @override
    async def prep_database(self) -> None:
        """Create no extension: those we need stand in migrations."""


@cache
def engine() -> PostgresEngine:
    """The one engine of this process; its own connections are the owner's and serve migrations only."""
    return _Engine(config={})


def point_at(url: str) -> None:
    """Use the database at `url` from the next pool or connection on."""
    engine().config.clear()
    engine().config.update(dsn=url)


async def open_pool() -> None:
    """Open this process's pool; its sessions may add to history but not edit it."""
    if not engine().config:
        point_at(database_url())
    session = _SESSION | ({"role": APP_ROLE} if await _has_app_role() else {})
    await engine().start_connection_pool(
        min_size=0, max_size=settings().pool_max, server_settings=session, reset=_as_it_is
    )


async def close_pool() -> None:
    """Close the pool, waiting for what still runs."""
    _probe.forget()
    await engine().close_connection_pool()


def pool() -> asyncpg.Pool:
    """The open pool."""
    opened = engine().pool
    assert opened is not None, "open_pool() comes first"
    return opened


async def owner_connection() -> asyncpg.Connection:
    """A direct connection with the owner's rights and no time limits; the caller closes it."""
    if not engine().config:
        point_at(database_url())
    return await engine().get_new_connection()


class _Probe:
    """A connection beside the pool: whoever asks how we are need not queue behind the requests."""

    kept: asyncpg.Connection | None = None

    def forget(self) -> None:
        if self.kept is not None and not self.kept.is_closed():
            with suppress(RuntimeError):  # its loop is over already
                self.kept.terminate()
        self.kept = None


_probe = _Probe()


async def probed(ask: Callable[[Connection], Awaitable[T]]) -> T:
    """What the database answers a probe within a second; else `ServiceUnavailableError`. One at a time."""
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            if _probe.kept is None or _probe.kept.is_closed():
                _probe.kept = await asyncpg.connect(engine().config["dsn"], server_settings=_SESSION)
            return await ask(_probe.kept)
    except (*_AWAY, *_LOST, asyncpg.PostgresError) as error:
        _probe.forget()
        raise ServiceUnavailableError("PostgreSQL", error) from error


async def _as_it_is(_connection: object) -> None:
    """Give a connection back without RESET ALL: it costs more than most statements, and we set nothing.

    A transaction left open is rolled back all the same, by asyncpg itself.
    """


async def _has_app_role() -> bool:
    direct = await owner_connection()
    try:
        found = await direct.fetchval(
            "SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = $1", APP_ROLE
        )
    finally:
        await direct.close()
    return bool(found)


@asynccontextmanager
async def connection() -> AsyncIterator[Connection]:
    """A connection of the pool; a server that restarts meanwhile is `ServiceUnavailableError`."""
    acquired = await _acquire()
    try:
        yield acquired
    except Exception as error:
        if not _is_lost(acquired, error):
            raise
        raise ServiceUnavailableError("PostgreSQL", error) from error
    finally:
        await _release(acquired)


@asynccontextmanager
async def begun(connection: Connection, setting: str) -> AsyncIterator[None]:
    """A transaction on the connection, begun in one message with `setting`, a SET LOCAL statement."""
    await connection.execute(f"BEGIN; {setting}")
    try:
        yield
    except BaseException:
        if not connection.is_closed():
            await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")


@asynccontextmanager
async def transaction(
    *, isolation: Isolation = "read_committed", readonly: bool = False
) -> AsyncIterator[Connection]:
    """A connection inside one transaction: committed at the end, rolled back by any exception."""
    async with connection() as acquired, acquired.transaction(isolation=isolation, readonly=readonly):
        yield acquired


async def _acquire() -> Connection:
    deadline = asyncio.get_running_loop().time() + _CONNECT_SECONDS
    pause = 0.02
    while True:
        try:
            acquired: Connection = await pool().acquire(timeout=_CONNECT_SECONDS)
        except _AWAY as error:
            if asyncio.get_running_loop().time() + pause > deadline:
                raise ServiceUnavailableError("PostgreSQL", error) from error
        else:
            return acquired
        await asyncio.sleep(pause)
        pause *= 2


async def _release(acquired: Connection) -> None:
    # A dead connection cannot be tidied up: the pool drops it, and what was done on it is done.
    with suppress(*_AWAY, asyncpg.InternalClientError):
        await pool().release(acquired)


def _is_lost(acquired: Connection, error: Exception) -> bool:
    try:
        closed = acquired.is_closed()
    except asyncpg.InterfaceError:  # the pool has already taken the dead connection away
        return True
    if any(isinstance(one, _LOST) for one in _with_causes(error)):
        acquired.terminate()
        return True
    return bool(closed)


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    # Rolling back on a dead connection fails in a way of its own; what happened first tells.
    while error is not None:
        yield error
        error = error.__context__
