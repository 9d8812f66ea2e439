"""What proves the ledger: the seal of an entry, the signed roots, and every hash computed again."""

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

import asyncpg
import msgspec

from thidua.infra.database import Connection
from thidua.ledger.seal import ROWS_MAX, DayRoot, SignedRoot

# Finds the block of the entry `e`: few blocks overlap, and only their lists are looked through.
SEAL_OF_ENTRY = """
LEFT JOIN LATERAL (
    SELECT block, root, previous FROM ledger_seal
    WHERE int8range(first_entry, last_entry, '[]') @> e.id AND e.id = ANY(entries) LIMIT 1
) s ON true
"""
# The words of `entry_hash`, but for the parameters, whose canonical form PostgreSQL cannot write.
HASHED = """
id, hash, tx, params::text AS params,
id || '|' || subject || '|' || subject_kind || '|' || coalesce(team::text, '') || '|' || unit || '|'
    || coalesce(festival, '') || '|' || category || '|' || rule || '|' || rulebook_version || '|'
    || points || '|' || units || '|' || activity || '|' || act || '|' || kind || '|'
    || (extract(epoch FROM occurred_at) * 1000000)::bigint || '|'
    || (extract(epoch FROM posted_at) * 1000000)::bigint || '|' || sentence || '|' AS words
"""
_BY_NUMBER = f"SELECT {HASHED} FROM ledger_entry WHERE id = ANY($1::bigint[])"  # noqa: S608 -- as above
_UNSEALED = f"""
SELECT {HASHED} FROM ledger_entry
LEFT JOIN (SELECT unnest(entries) AS sealed FROM ledger_seal) s ON s.sealed = ledger_entry.id
WHERE s.sealed IS NULL ORDER BY id
"""  # noqa: S608 -- as above
_ROOTS = "SELECT day, block, root, signature, key_id, signed_at FROM ledger_root ORDER BY day"

_encode = msgspec.json.Encoder(order="deterministic").encode
_PARAMS_KEPT = 65_536


async def roots(connection: Connection) -> list[SignedRoot]:
    """Return every signed root, the oldest day first."""
    rows = await connection.fetch(_ROOTS)
    return [
        SignedRoot(
            DayRoot(row["day"], row["block"], row["root"]), row["signature"], row["key_id"], row["signed_at"]
        )
        for row in rows
    ]


def is_true(row: Mapping[str, Any]) -> bool:
    """Whether the stored hash of an entry is that of its columns; the row holds `HASHED`."""
    return bool(hash_again(row) == row["hash"])


def hash_again(row: Mapping[str, Any]) -> bytes:
    """Return the hash computed anew from an entry's columns; the row holds `HASHED`."""
    return sha256(row["words"].encode() + canonical(row["params"])).digest()


@lru_cache(maxsize=_PARAMS_KEPT)
def canonical(params: str) -> bytes:
    """Return the canonical JSON of parameters as PostgreSQL words them: sorted keys, no spaces, UTF-8."""
    return _encode(msgspec.json.decode(params))


async def hashed_entries(connection: Connection, entries: Sequence[int]) -> list[asyncpg.Record]:
    """Return what the hashes of those of the entries that exist are made of."""
    found: list[asyncpg.Record] = await connection.fetch(_BY_NUMBER, entries)
    return found


async def unsealed_entries(connection: Connection) -> AsyncIterator[Sequence[asyncpg.Record]]:
    """Yield, some at a time, what the hashes of the entries in no block are made of."""
    cursor = await connection.cursor(_UNSEALED)
    while rows := await cursor.fetch(ROWS_MAX):
        yield rows


async def entries_count(connection: Connection) -> int:
    """Return how many entries there are."""
    return int(await connection.fetchval("SELECT count(*) FROM ledger_entry"))
