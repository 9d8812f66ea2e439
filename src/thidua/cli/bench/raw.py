"""The bare machine: the rows of a run inserted again, without scoring, checks or answers."""

import asyncio
import io
import time
from collections.abc import Sequence
from typing import Any

import asyncpg

from thidua.activities.actions import INSERTED_COLUMNS

# An activity and its entries, without what the table fills in by itself.
_ACTIVITY = INSERTED_COLUMNS
_ENTRY = (
    *(
        "subject",
        "subject_kind",
        "team",
        "unit",
        "festival",
        "category",
        "rule",
        "rulebook_version",
        "points",
    ),
    *("units", "activity", "act", "kind", "occurred_at", "posted_at", "sentence", "params", "hash"),
)
_ENTRIES_OF = "SELECT {columns} FROM ledger_entry WHERE activity = ANY($1::uuid[])"
_ACTIVITIES = "SELECT {columns} FROM activity WHERE id = ANY($1::uuid[])"
_IDS = "SELECT id FROM activity ORDER BY recorded_at DESC, id LIMIT $1"

Batch = tuple[bytes, bytes]


async def batches_of(url: str, *, count: int, size: int) -> list[Batch]:
    """The last activities of a database and their entries, in batches as PostgreSQL itself encodes them."""
    connection = await asyncpg.connect(url)
    try:
        ids = [row["id"] for row in await connection.fetch(_IDS, count)]
        chunks = [sorted(ids[start : start + size]) for start in range(0, len(ids), size)]
        return [await _encoded(connection, chunk) for chunk in chunks]
    finally:
        await connection.close()


async def copied_a_second(url: str, batches: Sequence[Batch], *, size: int, connections: int) -> float:
    """How many activities a second those connections insert with COPY, one transaction a batch."""
    left = list(reversed(batches))

    async def insert(connection: asyncpg.Connection) -> None:
        while left:
            activities, entries = left.pop()
            async with connection.transaction():
                await _copy(connection, "activity", _ACTIVITY, activities)
                await _copy(connection, "ledger_entry", _ENTRY, entries)

    opened = [await asyncpg.connect(url) for _ in range(connections)]
    try:
        return len(batches) * size / await _seconds([insert(connection) for connection in opened])
    finally:
        await asyncio.gather(*(connection.close() for connection in opened))


async def inserted_a_second(url: str, from_url: str, *, count: int, connections: int) -> float:
    """How many activities a second those connections insert one by one, each its own durable transaction."""
    source = await asyncpg.connect(from_url)
    rows = await source.fetch(f"SELECT {', '.join(_ACTIVITY)} FROM activity LIMIT $1", count)  # noqa: S608 -- own words
    await source.close()
    places = ", ".join(f"${number}" for number in range(1, len(_ACTIVITY) + 1))
    statement = f"INSERT INTO activity ({', '.join(_ACTIVITY)}) VALUES ({places})"  # noqa: S608 -- as above
    left = [tuple(row.values()) for row in rows]
    count = len(left)

    async def insert(connection: asyncpg.Connection) -> None:
        prepared = await connection.prepare(statement)
        while left:
            await prepared.fetch(*left.pop())

    opened = [await asyncpg.connect(url) for _ in range(connections)]
    try:
        return count / await _seconds([insert(connection) for connection in opened])
    finally:
        await asyncio.gather(*(connection.close() for connection in opened))


async def _encoded(connection: asyncpg.Connection, ids: Sequence[object]) -> Batch:
    columns = ((_ACTIVITIES, _ACTIVITY), (_ENTRIES_OF, _ENTRY))
    texts = [statement.format(columns=", ".join(names)) for statement, names in columns]
    buffers = [io.BytesIO(), io.BytesIO()]
    for text, buffer in zip(texts, buffers, strict=True):
        await connection.copy_from_query(text, ids, output=buffer, format="binary")
    activities, entries = (buffer.getvalue() for buffer in buffers)
    return activities, entries


async def _copy(connection: asyncpg.Connection, table: str, columns: Sequence[str], encoded: bytes) -> None:
    await connection.copy_to_table(table, source=io.BytesIO(encoded), columns=columns, format="binary")


async def _seconds(working: Sequence[Any]) -> float:
    began = time.perf_counter()
    await asyncio.gather(*working)
    return time.perf_counter() - began
