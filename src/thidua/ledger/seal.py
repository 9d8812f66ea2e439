"""Seals: entries in blocks, each block bound to the one before it, and the signed root of each day."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import msgspec

from thidua.infra.database import Connection
from thidua.ledger.merkle import root_of

ROWS_MAX = 4096
NO_BLOCK = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_COLUMNS = "block, first_entry, last_entry, count, entries, root, previous, hash, tx_from, tx_to, sealed_at"
_LAST = f"SELECT {_COLUMNS} FROM ledger_seal ORDER BY block DESC LIMIT 1"  # noqa: S608 -- our own column names
_FROM = f"SELECT {_COLUMNS} FROM ledger_seal WHERE block >= $1 ORDER BY block LIMIT $2"  # noqa: S608 -- as above
# A dump restored elsewhere keeps the old server's transaction numbers, which begin again there.
_HAS_MOVED = "SELECT $1::bigint >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
# What is below the horizon is decided for good; what is above the snapshot is the old server's.
_OPEN = """
SELECT id, hash, tx FROM ledger_entry
WHERE tx >= $1 AND (tx > $1 OR id > $2) AND {decided} ORDER BY tx, id
"""
_DECIDED = _OPEN.format(decided="tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_OLD_SERVERS = _OPEN.format(decided="tx >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
_SINCE_THE_MOVE = """
SELECT id, hash, tx FROM ledger_entry
WHERE id > (SELECT max(last_entry) FROM ledger_seal)
    AND tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY tx, id
"""
_SEALED = """
SELECT unnest(entries) AS id FROM ledger_seal
WHERE int8range(first_entry, last_entry, '[]') && int8range($1, $2, '[]')
"""
_ADD = f"INSERT INTO ledger_seal ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"  # noqa: S608 -- our own column names
_SPANS = """
SELECT (sealed_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, max(block) AS block FROM ledger_seal
WHERE block > coalesce((SELECT max(block) FROM ledger_root), 0) AND sealed_at < $1 GROUP BY 1 ORDER BY 1
"""
_HASH = "SELECT hash FROM ledger_seal WHERE block = $1"
_SIGN = (
    "INSERT INTO ledger_root (day, block, root, signature, key_id, signed_at) VALUES ($1, $2, $3, $4, $5, $6)"
)


class Block(msgspec.Struct, frozen=True, gc=False):
    """One row of seals; entries stand in the order of (transaction, number)."""

    block: int
    first_entry: int
    last_entry: int
    count: int
    entries: Sequence[int]
    root: bytes
    previous: bytes
    hash: bytes
    tx_from: int
    tx_to: int
    sealed_at: datetime


class OpenEntry(msgspec.Struct, frozen=True, gc=False):
    """An entry not yet sealed: its number, its hash and the transaction that wrote it."""

    id: int
    hash: bytes
    tx: int


class DayRoot(msgspec.Struct, frozen=True, gc=False):
    """What is signed of a day: its last block and the hash that binds every block up to it."""

    day: date
    block: int
    root: bytes

    @property
    def message(self) -> bytes:
        """The very bytes that are signed."""
        return f"thidua-ledger-root|{self.day.isoformat()}|{self.block}|{self.root.hex()}".encode()


class SignedRoot(msgspec.Struct, frozen=True, gc=False):
    """A day's root as it is kept and published."""

    told: DayRoot
    signature: bytes
    key_id: str
    signed_at: datetime


def block_of(entries: Sequence[OpenEntry], last: Block | None, *, at: datetime) -> Block:
    """Return the block that seals the entries and follows `last`."""
    numbers = [one.id for one in entries]
    sealed_at = max(at, last.sealed_at) if last else at
    unbound = Block(
        block=last.block + 1 if last else 1,
        first_entry=min(numbers),
        last_entry=max(numbers),
        count=len(numbers),
        entries=numbers,
        root=root_of([one.hash for one in entries]),
        previous=last.hash if last else NO_BLOCK,
        hash=b"",
        tx_from=entries[0].tx,
        tx_to=entries[-1].tx,
        sealed_at=sealed_at,
    )
    return msgspec.structs.replace(unbound, hash=hash_of(unbound))


def hash_of(block: Block) -> bytes:
    """Return the SHA-256 that binds the block, and through `previous` all before it."""
    moment = (block.sealed_at - _EPOCH) // _MICROSECOND
    span = f"{block.first_entry}|{block.last_entry}|{block.count}|{block.tx_from}|{block.tx_to}"
    words = f"{block.block}|{span}|{moment}|"
    return sha256(words.encode() + block.root + block.previous).digest()


async def last_block(connection: Connection) -> Block | None:
    """Return the block that no other follows."""
    row = await connection.fetchrow(_LAST)
    return Block(*row.values()) if row is not None else None


async def blocks_from(connection: Connection, block: int, *, rows_max: int) -> list[Block]:
    """Return blocks from that number on, in order."""
    return [Block(*row.values()) for row in await connection.fetch(_FROM, block, rows_max)]


async def has_moved(connection: Connection, last: Block) -> bool:
    """Whether the ledger lives on another server than the one whose transactions the block names."""
    return bool(await connection.fetchval(_HAS_MOVED, last.tx_to))


def open_entries(
    connection: Connection, last: Block | None, *, rows_max: int, of_old_server: bool = False
) -> AsyncIterator[list[OpenEntry]]:
    """Yield, so many at a time, the entries behind the block whose transactions are decided for good."""
    after = (last.tx_to, last.entries[-1]) if last is not None else (0, 0)
    return _portions(connection, _OLD_SERVERS if of_old_server else _DECIDED, *after, rows_max=rows_max)


def entries_since_move(connection: Connection, *, rows_max: int) -> AsyncIterator[list[OpenEntry]]:
    """Yield what this server wrote, after a dump with seals was restored here."""
    return _portions(connection, _SINCE_THE_MOVE, rows_max=rows_max)


async def _portions(
    connection: Connection, query: str, *arguments: int, rows_max: int
) -> AsyncIterator[list[OpenEntry]]:
    cursor = await connection.cursor(query, *arguments)
    while rows := await cursor.fetch(rows_max):
        yield [OpenEntry(*row.values()) for row in rows]


async def sealed_between(connection: Connection, first: int, last: int) -> set[int]:
    """Return the sealed entries of every block whose numbers overlap that span."""
    return {row["id"] for row in await connection.fetch(_SEALED, first, last)}


async def add_block(connection: Connection, block: Block) -> None:
    """Add the block; a second block after the same one is refused by the table."""
    await connection.execute(_ADD, *msgspec.structs.astuple(block))


async def unsigned_days(connection: Connection, *, before: datetime) -> list[DayRoot]:
    """Return, for each local day since the last signed root on which blocks were made, its last block."""
    rows = await connection.fetch(_SPANS, before)
    return [DayRoot(row["day"], row["block"], await connection.fetchval(_HASH, row["block"])) for row in rows]


async def add_root(connection: Connection, root: SignedRoot) -> None:
    """Keep a signed root for good."""
    told = root.told
    await connection.execute(
        _SIGN, told.day, told.block, told.root, root.signature, root.key_id, root.signed_at
    )
