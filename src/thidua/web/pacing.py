"""Large bodies come in no faster than everybody else can be answered meanwhile.

Taking in ten megabytes at once keeps a process from all others for as long as several pages take. What a
body holds beyond its first mebibyte comes in by turns, at a rate that all bodies of the process share; until
its turn is over it waits, and its sender with it. Where turns are too far off, the sender is turned away.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import cast

from litestar.types import HTTPRequestEvent, Receive

from thidua.web.admission import OverloadedError

_FREE_BYTES = 1 << 20
_BYTES_A_SECOND = 16_000_000
_WAIT_SECONDS_MAX = 5.0

_limit: ContextVar[asyncio.Timeout | None] = ContextVar("senders_limit", default=None)


class SharedRate:
    """So many bytes a second, whoever sends them."""

    def __init__(self, bytes_a_second: float) -> None:
        """Begin with nobody waiting."""
        self._bytes_a_second = bytes_a_second
        self._free_at = 0.0

    def turn(self, size: int, *, at: float) -> float:
        """The seconds from the moment `at` until these bytes have had their turn.

        OverloadedError, and no turn, where too many others have theirs before.
        """
        begins = max(self._free_at, at)
        if begins - at > _WAIT_SECONDS_MAX:
            raise OverloadedError
        self._free_at = begins + size / self._bytes_a_second
        return self._free_at - at


_rate = SharedRate(_BYTES_A_SECOND)


@asynccontextmanager
async def senders_time(seconds: float) -> AsyncIterator[None]:
    """TimeoutError when the sender takes longer; waiting for its turns does not count."""
    async with asyncio.timeout(seconds) as limit:
        before = _limit.set(limit)
        try:
            yield
        finally:
            _limit.reset(before)


def paced(receive: Receive) -> Receive:
    """A `receive` that waits its turn with each piece of a large body."""
    taken = 0

    async def received() -> HTTPRequestEvent:
        nonlocal taken
        message = cast("HTTPRequestEvent", await receive())  # or a disconnect, which has no body
        size = len(message.get("body", b""))
        taken += size
        if taken > _FREE_BYTES:
            await _wait(_rate.turn(size, at=time.monotonic()))
        return message

    return cast("Receive", received)


async def _wait(seconds: float) -> None:
    """Wait; the sender has as much time afterwards as before."""
    limit, clock = _limit.get(), asyncio.get_running_loop().time
    until = limit.when() if limit else None
    if limit is None or until is None:
        await asyncio.sleep(seconds)
        return
    left = until - clock()
    limit.reschedule(None)
    await asyncio.sleep(seconds)
    limit.reschedule(clock() + left)
