"""Puts whole boards into Redis, each from one snapshot and together with its cursor."""

import hashlib
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from thidua.boards.model import BoardKey
from thidua.boards.standing import RECORD_BYTES
from thidua.boards.store import Store, run
from thidua.boards.truth import Computed, compute, largest
from thidua.infra import clock
from thidua.infra.cursor import Position
from thidua.infra.database import Connection, transaction
from thidua.infra.redis import client

# A sorted set's scores are doubles: beyond this, neighbours would be rounded together.
POINTS_MAX = 1 << 53
_ROWS_AT_ONCE = 1_000
_FORM_VERSION = b"2"
# What a load that was cut short leaves behind goes by itself.
_LEFT_BEHIND_SECONDS = 900
_LOAD_TIMEOUT = "SET LOCAL statement_timeout = '120s'"
_UNITS = """
SELECT w.unit FROM unit_within w JOIN unit u ON u.id = w.unit
WHERE w.ancestor = $1 AND ($2::text IS NULL OR u.area_group = $2)
"""
_ORGANISATION = "SELECT mark FROM organisation_version"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A board in Redis as the follower knows it; `stored` is the cursor that stands beside its rows there."""

    position: Position
    stored: str
    units: frozenset[UUID]
    organisation: UUID


class TooManyPointsError(Exception):
    """A total is beyond what Redis keeps exactly: the board is answered from SQL."""


async def load(store: Store, key: BoardKey) -> Loaded:
    """Load a board into new keys, then let them take its place."""
    beat = await redis_moment()
    async with transaction(isolation="repeatable_read") as reading:
        await reading.execute(_LOAD_TIMEOUT)
        computed = await compute(reading, key, at=clock.now())
        units, organisation = await units_of(reading, key), await reading.fetchval(_ORGANISATION)
    return await put(store, key, computed, units, organisation, beat=beat)


async def put(
    store: Store,
    key: BoardKey,
    computed: Computed,
    units: frozenset[UUID],
    organisation: UUID,
    *,
    beat: int,
) -> Loaded:
    """Write a computed standing into new keys, then let them take the board's place."""
    if largest(computed.standing.records) >= POINTS_MAX:
        raise TooManyPointsError(key.text)
    mark = f":{secrets.token_hex(8)}"
    fresh = store.keys(key, mark)[1:]
    await _fill(fresh, computed.standing.records)
    await _swap(store.keys(key) + fresh, key, computed, units, beat)
    return Loaded(computed.position, computed.position.text, units, organisation)


async def adopted(
    store: Store, key: BoardKey, now: Position, units: frozenset[UUID], organisation: UUID
) -> Loaded | None:
    """What Redis still holds of a board, when it can be brought up to date from there."""
    cursor, shape = await stored_fields(store, key, "cursor", "shape")
    if cursor is None or shape != shape_of(key, units):
        return None
    try:
        position = Position.parse(cursor)
    except ValueError:  # not ours, or of another version: what Redis holds is never to be relied on
        return None
    return Loaded(position, cursor, units, organisation) if position.can_be_read_on_at(now) else None


async def stored_fields(store: Store, key: BoardKey, *names: str) -> list[str | None]:
    """Some of what stands beside a board's rows in Redis."""
    found = cast("list[bytes | None]", await client().hmget(store.keys(key)[0], list(names)))
    return [None if one is None else one.decode() for one in found]


async def units_of(connection: Connection, key: BoardKey) -> frozenset[UUID]:
    """The units whose points count on the board."""
    return frozenset(row["unit"] for row in await connection.fetch(_UNITS, key.scope, key.division))


def shape_of(key: BoardKey, units: Collection[UUID]) -> str:
    """Differs when the same key would mean other rows: another definition, other units, another form here."""
    digest = hashlib.blake2b(_FORM_VERSION + repr(key.board).encode(), digest_size=16)
    digest.update(b"".join(sorted(unit.bytes for unit in units)))
    return digest.hexdigest()


async def redis_moment() -> int:
    """Redis's own clock, in microseconds: the only one that readers compare with."""
    seconds, microseconds = await client().time()
    return int(seconds) * 1_000_000 + int(microseconds)


def microseconds_of(moment: datetime) -> int:
    """A moment in microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


async def _fill(fresh: tuple[str, ...], records: bytes) -> None:
    # The worst first: every row then goes to the head of the set, where there is nothing to search.
    for nth, chunk in enumerate(reversed(list(_chunks(records)))):
        await run("fill", fresh, (chunk,))
        if nth == 0:
            await _expire(fresh)


def _chunks(records: bytes) -> Iterator[bytes]:
    size = _ROWS_AT_ONCE * RECORD_BYTES
    return (records[start : start + size] for start in range(0, len(records), size))


async def _expire(fresh: tuple[str, ...]) -> None:
    for name in fresh:
        await client().expire(name, _LEFT_BEHIND_SECONDS)


async def _swap(
    keys: tuple[str, ...], key: BoardKey, computed: Computed, units: frozenset[UUID], beat: int
) -> None:
    fields: dict[str, str | bytes | int] = {
        "cursor": computed.position.text,
        "version": secrets.token_bytes(8),
        "as_of": microseconds_of(computed.as_of),
        "beat": beat,
        "shape": shape_of(key, units),
        "board": key.text,
    }
    flat: list[str | bytes | int] = [part for pair in fields.items() for part in pair]
    await run("swap", keys, (computed.standing.ranked, *flat))
