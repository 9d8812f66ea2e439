"""The relay: one process, the leader, tells the boards in Redis what the ledger says, many times a second.

It also says which watched boards may have moved, kept in Redis or not (`boards.live`).
"""

import asyncio
import time

import asyncpg
import structlog

from thidua.boards.following import Follower
from thidua.boards.gate import AWAY
from thidua.boards.live import Teller
from thidua.boards.loading import TooManyPointsError, load
from thidua.boards.model import BoardKey
from thidua.boards.store import Store
from thidua.boards.wanted import wanted
from thidua.engine.figures import note_relayed
from thidua.engine.leading import LOST, TRY_AGAIN_SECONDS, lead_in_turn, pause
from thidua.infra.cursor import instance_of

# "boards" in ASCII: the lock that only the leader holds, for as long as its connection lives.
LEADER_LOCK = 0x62_6F61_7264_73
TICK_SECONDS = 0.04
# A plan made for any subjects reads every tally: 300 ms where those that moved take less than one.
_PLANS = "SET plan_cache_mode = force_custom_plan"
_WANTED_EVERY_SECONDS = 0.2
_log = structlog.get_logger()


async def announce(stopping: asyncio.Event) -> None:
    """Lead, or wait to lead, until told to stop; what goes away is waited for."""

    async def lead(connection: asyncpg.Connection) -> None:
        await _Relay(connection, await instance_of(connection)).lead(stopping)

    await lead_in_turn(stopping, lead, lock=LEADER_LOCK, settings=_PLANS, what="relay")


class _Relay:
    """The leader's work on one connection."""

    def __init__(self, connection: asyncpg.Connection, instance: str) -> None:
        self._connection = connection
        self._follower = Follower(Store(instance))
        self._teller = Teller(instance)
        self._loading: asyncio.Task[None] | None = None
        self._refused: set[BoardKey] = set()
        self._asked_at = float("-inf")

    async def lead(self, stopping: asyncio.Event) -> None:
        """Tick until told to stop; leave when PostgreSQL is lost, stay while Redis is."""
        try:
            while not stopping.is_set():
                try:
                    await self._tick()
                except AWAY as error:
                    if self._connection.is_closed():
                        return
                    _log.warning("relay lost Redis", error=repr(error))
                    self._follower.boards.clear()
                    await pause(stopping, TRY_AGAIN_SECONDS)
                await pause(stopping, TICK_SECONDS)
        finally:
            if self._loading is not None:
                self._loading.cancel()

    async def _tick(self) -> None:
        if time.monotonic() - self._asked_at >= _WANTED_EVERY_SECONDS:
            await self._look_for_work()
            self._asked_at = time.monotonic()
        await self._teller.read(self._connection)
        await self._follower.step(self._connection)
        note_relayed()
        await self._teller.tell()

    async def _look_for_work(self) -> None:
        await self._teller.look()
        asked = await wanted(self._follower.store)
        for key in set(self._follower.boards) - set(asked):
            del self._follower.boards[key]
        for key in asked:
            if key in self._follower.boards or key in self._refused:
                continue
            if self._loading is None and not await self._follower.adopt(self._connection, key):
                self._loading = asyncio.create_task(self._load(key))

    async def _load(self, key: BoardKey) -> None:
        began = time.monotonic()
        try:
            loaded = await load(self._follower.store, key)
        except TooManyPointsError:
            self._refused.add(key)
        except (*AWAY, *LOST) as error:
            _log.warning("board not loaded", board=key.text, error=repr(error))
        else:
            self._follower.take(key, loaded)
            _log.info("board loaded", board=key.text, seconds=round(time.monotonic() - began, 3))
        finally:
            self._loading = None
