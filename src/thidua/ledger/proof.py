"""What proves the ledger: the seal of an entry, the signed roots, and every hash computed again."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec

from thidua.infra.database import Connection
from thidua.ledger.seal import DayRoot, SignedRoot

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
    || coalesce(festival, '') || '|' || category || '|' || rule || '|' || rulebook_version || '|' || points || '|'
    || units || '|' || activity || '|' || act || '|' || kind || '|'
    || (extract(epoch FROM occurred_at) * 1000000)::bigint || '|'
    || (extract(epoch FROM posted_at) * 1000000)::bigint || '|' || sentence || '|' AS words
"""
_SEAL = f"SELECT s.block, s.root, s.previous FROM (SELECT $1::bigint AS id) e {SEAL_OF_ENTRY}"  # noqa: S608 -- made of our own words
_ROOTS = "SELECT day, block, root, signature, key_id, signed_at FROM ledger_root ORDER BY day"

_encode = msgspec.json.Encoder(order="deterministic").encode
_PARAMS_KEPT = 65_536


class Seal(msgspec.Struct, frozen=True):
    """The block that seals an entry."""

    block: int
    root: bytes
    previous: bytes


async def seal_of(connection: Connection, entry: int) -> Seal | None:
    """Return the seal of the entry; None until it is sealed, about a second after its commit."""
    row = await connection.fetchrow(_SEAL, entry)
    return Seal(*row.values()) if row is not None and row["block"] is not None else None


async def roots(connection: Connection) -> list[SignedRoot]:
    """Return every signed root, the oldest day first."""
    rows = await connection.fetch(_ROOTS)
    return [
        SignedRoot(
            DayRoot(row["day"], row["block"], row["root"]), row["signature"], row["key_id"], row["signed_at"]
        )
        for row in rows
    ]


def false_hashes(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the numbers of the entries whose stored hash is not that of their columns; rows hold `HASHED`."""
    return [
        row["id"]
        for row in rows
        if sha256(row["words"].encode() + canonical(row["params"])).digest() != row["hash"]
    ]


@lru_cache(maxsize=_PARAMS_KEPT)
def canonical(params: str) -> bytes:
    """Return the canonical JSON of parameters as PostgreSQL words them: sorted keys, no spaces, UTF-8."""
    return _encode(msgspec.json.decode(params))
