"""Who watches which board, and the word that it may have moved.

A web process subscribes to one Redis channel a watched board. The relay asks Redis which of them have a
listener, and says a word there when the ledger has news for that board: boards that nobody watches cost
nothing, and a process that dies leaves nothing behind. A word carries no figures. Whoever hears it reads the
board by the one reading policy; a word too many is harmless, and one that is lost is made good by looking
again now and then.
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection
from typing import cast
from uuid import UUID

import asyncpg
import structlog
from redis.asyncio.client import PubSub

from thidua.boards.following import MOMENT_SQL, concerns, news_since
from thidua.boards.gate import AWAY
from thidua.boards.loading import units_of
from thidua.boards.model import BoardKey, key_of
from thidua.infra.cursor import Position
from thidua.infra.redis import client

_STEM = "thidua:{instance}:live:"
# Our own channel: a listener must have one, and this one is no board's.
_QUIET = "thidua:{instance}:listening"
_HEAR_SECONDS = 0.1
_TRY_AGAIN_SECONDS = 1.0
_log = structlog.get_logger("thidua.boards")


class Teller:
    """The relay's side: says a word for each watched board that new entries may concern."""

    def __init__(self, instance: str) -> None:
        """Speak for one instance; nobody is known to listen yet."""
        self._stem = _STEM.format(instance=instance)
        self._watched: dict[BoardKey, frozenset[UUID] | None] = {}
        self._position: Position | None = None
        self._organisation: UUID | None = None
        self._moved: set[BoardKey] = set()

    async def look(self) -> None:
        """Find out which boards are watched; one that is new to us gets a word at once."""
        names = cast("list[bytes]", await client().pubsub_channels(f"{self._stem}*"))
        keys = {key for name in names if (key := key_of(name.decode().removeprefix(self._stem))) is not None}
        self._moved |= keys - self._watched.keys()
        self._watched = {key: self._watched.get(key) for key in keys}

    async def read(self, connection: asyncpg.Connection) -> None:
        """Note whom the news since the last time concerns."""
        if not self._watched:
            self._position = None
            return
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            row = await connection.fetchrow(MOMENT_SQL)
            now = Position.parse(row["position"])
            news = () if self._position is None else await news_since(connection, self._position, now)
            if row["organisation"] != self._organisation:  # a name or a unit may be another
                self._watched = dict.fromkeys(self._watched)
                self._moved |= self._watched.keys()
            if news:
                await self._place(connection)
        self._position, self._organisation = now, row["organisation"]
        if news is None:  # too much, or another history
            self._moved |= self._watched.keys()
        elif news:
            self._moved |= {key for key, units in self._watched.items() if concerns(key, units or (), news)}

    async def tell(self) -> None:
        """Say what was noted; call it when boards in Redis stand at least where `read` has read."""
        if not self._moved:
            return
        async with client().pipeline(transaction=False) as line:
            for key in self._moved:
                _ = line.publish(f"{self._stem}{key.text}", b"")
            await line.execute()
        self._moved = set()

    async def _place(self, connection: asyncpg.Connection) -> None:
        """Look up the units of boards that lack them; boards of one place share them."""
        places: dict[tuple[UUID, str | None], frozenset[UUID]] = {
            (key.scope, key.division): units for key, units in self._watched.items() if units is not None
        }
        for key, units in self._watched.items():
            if units is not None:
                continue
            if (key.scope, key.division) not in places:
                places[key.scope, key.division] = await units_of(connection, key)
            self._watched[key] = places[key.scope, key.division]


class Listener:
    """A web process's side: hears the words for the boards it watches, over one connection."""

    def __init__(self, instance: str, hear: Callable[[BoardKey], None]) -> None:
        """Call `hear` with each board that may have moved."""
        self._stem, self._quiet = _STEM.format(instance=instance), _QUIET.format(instance=instance)
        self._hear = hear
        self._wanted: set[BoardKey] = set()
        self._listening: asyncio.Task[None] | None = None
        self.is_hearing = False

    def watch(self, key: BoardKey) -> None:
        """Listen for this board from now on; what was missed until then is made good by a word of our own."""
        self._wanted.add(key)
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())

    def unwatch(self, key: BoardKey) -> None:
        """Listen for it no longer; with the last board the connection goes."""
        self._wanted.discard(key)

    async def close(self) -> None:
        """Stop listening."""
        self._wanted.clear()
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening

    async def _listen(self) -> None:
        try:
            while self._wanted:
                try:
                    async with client().pubsub(ignore_subscribe_messages=True) as line:
                        await self._hear_from(line)
                except AWAY as error:
                    _log.warning("live boards hear nothing", error=repr(error))
                    self.is_hearing = False
                    await asyncio.sleep(_TRY_AGAIN_SECONDS)
        finally:
            self.is_hearing, self._listening = False, None

    async def _hear_from(self, line: PubSub) -> None:
        heard: set[BoardKey] = set()
        await line.subscribe(self._quiet)
        while self._wanted:
            fresh, stale = self._wanted - heard, heard - self._wanted
            await self._change(line, fresh, stale)
            heard = (heard | fresh) - stale
            self.is_hearing = True
            message = await line.get_message(timeout=_HEAR_SECONDS)
            if message is not None:
                self._told(cast("bytes", message["channel"]))

    async def _change(self, line: PubSub, fresh: Collection[BoardKey], stale: Collection[BoardKey]) -> None:
        if stale:
            await line.unsubscribe(*(f"{self._stem}{key.text}" for key in stale))
        if fresh:
            await line.subscribe(*(f"{self._stem}{key.text}" for key in fresh))
            for key in fresh:
                self._hear(key)

    def _told(self, channel: bytes) -> None:
        key = key_of(channel.decode().removeprefix(self._stem))
        if key is not None:
            self._hear(key)
