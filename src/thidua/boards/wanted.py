"""Which boards Redis is to hold: those that somebody read within the last hour."""

from typing import cast

from thidua.boards.loading import redis_moment
from thidua.boards.model import BoardKey, key_of
from thidua.boards.store import Store
from thidua.infra.redis import client

UNREAD_SECONDS_MAX = 3_600


async def wanted(store: Store) -> list[BoardKey]:
    """The boards asked for, the longest unread last; those no longer asked for are dropped on the way."""
    now = await redis_moment() // 1_000_000
    unread = await client().zrangebyscore(store.wanted_key, "-inf", now - UNREAD_SECONDS_MAX)
    for text in cast("list[bytes]", unread):
        await drop(store, text)
    asked = cast("list[bytes]", await client().zrevrange(store.wanted_key, 0, -1))
    keys = (key_of(text.decode(errors="replace")) for text in asked)
    return [key for key in keys if key is not None]


async def drop(store: Store, text: bytes) -> None:
    """Take a board out of Redis."""
    key = key_of(text.decode(errors="replace"))
    await client().zrem(store.wanted_key, text)
    if key is not None:
        await client().unlink(*store.keys(key))
