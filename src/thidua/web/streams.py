"""The hub of this process: what is shown live, its newest frame, and the viewers who wait for the next.

A board that is watched is read when word comes that it may have moved, and rendered once for everyone who
sees it in the same form and language. A viewer who is slow is given the newest frame when it can take one:
a board is a state, not a log. With its last viewer a showing ends, and nothing of it stays.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

import asyncpg
import structlog
from prometheus_client import Gauge

from thidua.boards.live import Listener
from thidua.boards.model import BoardKey
from thidua.infra.cursor import instance_of
from thidua.infra.database import connection, pool
from thidua.infra.errors import ServiceUnavailableError
from thidua.infra.settings import settings

PING_SECONDS = 15.0
# Looks at one board are at least so far apart; with very many viewers farther, so that others are served.
_GAP_SECONDS = 0.3
_GAP_SECONDS_A_VIEWER = 0.0002
# After a word: what Redis or a dear standing may hide for a moment is there by then.
_SOON_SECONDS = 0.03
_AGAIN_SECONDS = 1.0
# Without a word: while we hear, and while we do not.
_LOOK_SECONDS, _LOOK_OFTEN_SECONDS = 4.0, 1.0
# A viewer costs little, what nobody else sees is read for them alone: an address has fewer of those.
_STREAMS_A_SHOWING = 10

_viewers = Gauge("thidua_streams", "Viewers of live boards", multiprocess_mode="livesum")
_showings = Gauge("thidua_showings", "Boards shown live, by form and language", multiprocess_mode="livesum")
_log = structlog.get_logger("thidua.web")


@dataclass(frozen=True, slots=True)
class Frame:
    """A board in one state, ready to be sent: as it is, or packed."""

    version: str
    plain: bytes
    packed: bytes


# What is shown now, given what was shown before; the same frame when nothing has changed.
Make = Callable[[Frame | None], Coroutine[None, None, Frame]]


class FullError(Exception):
    """No more streams, for this address or at all."""


class Viewer:
    """One open stream."""

    __slots__ = ("_waiter", "address", "is_over", "showing")

    def __init__(self, showing: "Showing", address: str | None) -> None:
        """Begin to watch."""
        self.showing = showing
        self.address = address
        self.is_over = False
        self._waiter: asyncio.Future[None] | None = None

    async def moved(self, seconds: float) -> bool:
        """Wait for a newer frame or the end; False when neither came in time."""
        self._waiter = waiter = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            return False
        finally:
            self._waiter = None
        return True

    def wake(self) -> None:
        """Let it look at its showing again."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def end(self) -> None:
        """Let it end."""
        self.is_over = True
        self.wake()


class Showing:
    """One board in one form and language: its newest frame and who sees it."""

    def __init__(self, hub: "Hub", key: BoardKey, make: Make, asked_from: str | None) -> None:
        """Show nothing yet."""
        self.key, self.frame, self.asked_from = key, None, asked_from
        self.viewers: set[Viewer] = set()
        self._hub, self._make = hub, make
        self._word = asyncio.Event()
        self._first: asyncio.Task[Frame] | None = None
        self._following: asyncio.Task[None] | None = None
        self._looked_at = float("-inf")

    frame: Frame | None

    async def now(self) -> Frame:
        """The newest frame; the first one is made once, however many wait for it."""
        if self.frame is None:
            if self._first is None or (self._first.done() and self._first.exception() is not None):
                self._first = asyncio.create_task(self._make(None))
            self.frame = await asyncio.shield(self._first)
        if self._following is None and self.viewers:
            self._following = asyncio.create_task(self._follow())
        return self.frame

    def hear(self) -> None:
        """Take the word that the board may have moved."""
        self._word.set()

    def end(self) -> None:
        """Follow the board no longer."""
        for task in (self._first, self._following):
            if task is not None:
                task.cancel()

    async def _follow(self) -> None:
        seconds = _SOON_SECONDS  # a frame made by another viewer's first look may be a moment old
        while True:
            is_heard = await self._heard(seconds)
            await asyncio.sleep(self._pause())
            if is_heard:
                self._word.clear()
            self._looked_at = time.monotonic()
            try:
                await self._look()
            except (ServiceUnavailableError, asyncpg.PostgresError, OSError) as error:
                _log.warning("live board not read", board=self.key.text, error=repr(error))
            seconds = _AGAIN_SECONDS if is_heard else self._hub.look_seconds

    async def _heard(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._word.wait()
        except TimeoutError:
            return False
        return True

    def _pause(self) -> float:
        gap = max(_GAP_SECONDS, _GAP_SECONDS_A_VIEWER * self._hub.count)
        return max(_SOON_SECONDS, self._looked_at + gap - time.monotonic())

    async def _look(self) -> None:
        frame = await self._make(self.frame)
        if frame is self.frame:
            return
        self.frame = frame
        for viewer in self.viewers:
            viewer.wake()


class Hub:
    """All that is shown live by this process."""

    def __init__(self, instance: str) -> None:
        """Show nothing, hear nothing."""
        self._showings: dict[Hashable, Showing] = {}
        self._of_board: dict[BoardKey, set[Hashable]] = {}
        self._addresses: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._listener = Listener(instance, self._hear)
        self._is_closed = False
        self.count = 0

    @property
    def look_seconds(self) -> float:
        """After how long to look at a board of which no word came."""
        return _LOOK_SECONDS if self._listener.is_hearing else _LOOK_OFTEN_SECONDS

    def enter(self, name: Hashable, key: BoardKey, make: Make, *, address: str | None) -> Viewer:
        """Let somebody in; `FullError` when this process, or their address, has as many as it may."""
        place = None if address is None else _place(address)
        if self._is_closed or self.count >= settings().streams_max:
            raise FullError
        if place is not None and self._addresses[place] >= settings().streams_per_address:
            raise FullError
        showing = self._showings.get(name)
        if showing is None:
            self._ask(place)
            showing = self._showings[name] = Showing(self, key, make, place)
            self._of_board.setdefault(key, set()).add(name)
            self._listener.watch(key)
        viewer = Viewer(showing, place)
        showing.viewers.add(viewer)
        self._count(place, 1)
        return viewer

    def leave(self, name: Hashable, viewer: Viewer) -> None:
        """Let somebody out; the last one takes the showing along."""
        showing = viewer.showing
        showing.viewers.discard(viewer)
        self._count(viewer.address, -1)
        if showing.viewers or self._showings.get(name) is not showing:
            return
        showing.end()
        del self._showings[name]
        self._asked -= Counter([showing.asked_from] if showing.asked_from else ())
        names = self._of_board[showing.key]
        names.discard(name)
        if not names:
            del self._of_board[showing.key]
            self._listener.unwatch(showing.key)
        _showings.set(len(self._showings))

    def end_all(self) -> None:
        """End every stream, and let nobody in."""
        self._is_closed = True
        for showing in self._showings.values():
            for viewer in showing.viewers:
                viewer.end()

    async def close(self) -> None:
        """End every stream and stop listening."""
        self.end_all()
        await self._listener.close()

    def _ask(self, place: str | None) -> None:
        if place is None:
            return
        if self._asked[place] >= max(1, settings().streams_per_address // _STREAMS_A_SHOWING):
            raise FullError
        self._asked[place] += 1

    def _hear(self, key: BoardKey) -> None:
        for name in self._of_board.get(key, ()):
            self._showings[name].hear()

    def _count(self, place: str | None, change: int) -> None:
        self.count += change
        _viewers.set(self.count)
        _showings.set(len(self._showings))
        if place is not None:
            self._addresses[place] += change
            if not self._addresses[place]:
                del self._addresses[place]


@dataclass(slots=True)
class _Here:
    pool: asyncpg.Pool | None = None
    hub: Hub | None = None
    is_leaving: bool = False


_here = _Here()


async def hub() -> Hub:
    """The hub of this process, for the database its pool is open on."""
    if _here.hub is None or _here.pool is not pool():
        async with connection() as reading:
            instance = await instance_of(reading)
        if _here.hub is None or _here.pool is not pool():
            _here.pool, _here.hub = pool(), Hub(instance)
        if _here.is_leaving:
            _here.hub.end_all()
    return _here.hub


def end_streams() -> None:
    """End every stream of this process and let nobody in, were it the first: it is about to stop."""
    _here.is_leaving = True
    if _here.hub is not None:
        _here.hub.end_all()


async def close_streams() -> None:
    """End every stream and forget the hub."""
    if _here.hub is not None:
        await _here.hub.close()
        _here.pool = _here.hub = None
    _here.is_leaving = False


def _place(address: str) -> str:
    """What counts as one address: of version 6 the network, which is one household's."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address) or found.ipv4_mapped is not None:
        return str(getattr(found, "ipv4_mapped", None) or found)
    return str(IPv6Address(int(found) >> 64 << 64))
