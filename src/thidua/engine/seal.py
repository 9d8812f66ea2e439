"""Sealing: once a second what was committed is bound into the chain; after each day its root is signed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import asyncpg
import structlog

from thidua.engine.figures import note_sealed
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.infra.errors import ServiceUnavailableError
from thidua.infra.keys import ledger_key
from thidua.kernel.period import local_day, midnight_of
from thidua.ledger import seal
from thidua.ledger.seal import Block, OpenEntry, SignedRoot

# "seal" in ASCII: whoever holds this lock is the one that seals.
LEADER_LOCK = 0x7365_616C
EVERY_SECONDS = 1.0
# So much is committed at once; a large import is sealed in several transactions.
_BLOCKS_MAX = 256
# Sorting what one huge import wrote takes longer than a request may.
_PATIENT = "SET LOCAL statement_timeout = '120s'"
_LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ServiceUnavailableError)

_log = structlog.get_logger()


async def run_seal(stopping: asyncio.Event, *, data_dir: Path) -> None:
    """Seal and sign until told to stop; any number may run, one of them works at a time."""
    signed_on = None
    while not stopping.is_set():
        at = now()
        try:
            while await seal_once(at=at) == _BLOCKS_MAX and not stopping.is_set():
                pass
            note_sealed()
            if signed_on != local_day(at):
                await sign_days(at=at, data_dir=data_dir)
                signed_on = local_day(at)
        except _LOST as error:
            _log.warning("not sealed", error=repr(error))
        await _pause(stopping)


async def seal_once(*, at: datetime, rows_max: int = seal.ROWS_MAX) -> int:
    """Seal what is committed for good, up to some blocks; return how many blocks were made."""
    made = 0
    async with transaction() as connection:
        if not await _is_leader(connection):
            return 0
        await connection.execute(_PATIENT)
        last = await seal.last_block(connection)
        async for entries in _portions(connection, last, rows_max):
            last = seal.block_of(entries, last, at=at)
            await seal.add_block(connection, last)
            made += 1
            if made == _BLOCKS_MAX:
                break
    return made


async def sign_days(*, at: datetime, data_dir: Path) -> int:
    """Sign the last block of every local day that has ended since; return how many days were signed."""
    async with transaction() as connection:
        if not await _is_leader(connection):
            return 0
        days = await seal.unsigned_days(connection, before=midnight_of(local_day(at)))
        if not days:
            return 0
        key = ledger_key(data_dir)
        for day in days:
            await seal.add_root(connection, SignedRoot(day, key.sign(day.message), key.key_id, at))
    return len(days)


async def _is_leader(connection: Connection) -> bool:
    return bool(await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", LEADER_LOCK))


async def _portions(
    connection: Connection, last: Block | None, rows_max: int
) -> AsyncIterator[Sequence[OpenEntry]]:
    """Yield the entries of one block after the other, in order."""
    if last is not None and await seal.has_moved(connection, last):
        # First what the old server left open, then what this one wrote, whose numbers begin again.
        async for entries in seal.open_entries(connection, last, rows_max=rows_max, of_old_server=True):
            yield entries
        async for entries in seal.entries_since_move(connection, rows_max=rows_max):
            yield entries
        return
    async for entries in seal.open_entries(connection, last, rows_max=rows_max):
        if fresh := await _fresh(connection, entries):
            yield fresh


async def _fresh(connection: Connection, found: Sequence[OpenEntry]) -> Sequence[OpenEntry]:
    """Leave out what is sealed: on a server whose numbers began again, old entries come by once more."""
    numbers = [one.id for one in found]
    sealed = await seal.sealed_between(connection, min(numbers), max(numbers))
    return [one for one in found if one.id not in sealed] if sealed else found


async def _pause(stopping: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(EVERY_SECONDS):
            await stopping.wait()
    except TimeoutError:
        return
