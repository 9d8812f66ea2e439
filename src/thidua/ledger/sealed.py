"""What /trust shows of the seals: how much is sealed, the last block, and the signed roots."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from thidua.infra.database import Connection
from thidua.ledger.seal import DayRoot, SignedRoot

_SO_FAR = """
SELECT l.block, l.hash, l.root, l.previous, l.count, l.sealed_at,
    (SELECT sum(count) FROM ledger_seal)::bigint AS entries,
    (SELECT count(*) FROM rulebook) AS rulebooks
FROM ledger_seal l ORDER BY l.block DESC LIMIT 1
"""
_COLUMNS = "day, block, root, signature, key_id, signed_at"
_LATEST = f"SELECT {_COLUMNS} FROM ledger_root ORDER BY day DESC LIMIT $1"  # noqa: S608 -- our own column names
_OF_DAY = f"SELECT {_COLUMNS} FROM ledger_root WHERE day = $1"  # noqa: S608 -- as above


@dataclass(frozen=True, slots=True)
class SealedSoFar:
    """The last block, and how many entries all blocks hold."""

    block: int
    hash: bytes
    root: bytes
    previous: bytes
    count: int
    sealed_at: datetime
    entries: int
    rulebooks: int


async def sealed_so_far(connection: Connection) -> SealedSoFar | None:
    """Return where the chain stands; None before the first block."""
    row = await connection.fetchrow(_SO_FAR)
    return None if row is None else SealedSoFar(**row)


async def latest_roots(connection: Connection, *, rows_max: int) -> list[SignedRoot]:
    """Return the signed roots of the latest days, the latest first."""
    return [_root(row) for row in await connection.fetch(_LATEST, rows_max)]


async def root_of_day(connection: Connection, day: date) -> SignedRoot | None:
    """Return the signed root of that local day, if there is one."""
    rows = await connection.fetch(_OF_DAY, day)
    return _root(rows[0]) if rows else None


def _root(row: Any) -> SignedRoot:  # noqa: ANN401  asyncpg's records carry no types
    told = DayRoot(row["day"], row["block"], row["root"])
    return SignedRoot(told, row["signature"], row["key_id"], row["signed_at"])
