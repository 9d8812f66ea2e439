"""Large bodies come in no faster than everybody else can be answered meanwhile.

Taking in ten megabytes at once keeps a process from all others for as long as several pages take. What a
body holds beyond its first mebibyte comes in by turns, at a pace that all bodies of the process share; until
its turn is over it waits, and its sender with it.
"""

import asyncio
import time
from typing import cast

from litestar.types import HTTPRequestEvent, Receive

_FREE_BYTES = 1 << 20
_BYTES_A_SECOND = 16_000_000


class Pace:
    """So many bytes a second, whoever sends them."""

    def __init__(self, bytes_a_second: float) -> None:
        """Begin with nobody waiting."""
        self._bytes_a_second = bytes_a_second
        self._free_at = 0.0

    def turn(self, size: int, *, at: float) -> float:
        """The seconds from the moment `at` until these bytes have had their turn."""
        self._free_at = max(self._free_at, at) + size / self._bytes_a_second
        return self._free_at - at


_pace = Pace(_BYTES_A_SECOND)


def paced(receive: Receive) -> Receive:
    """A `receive` that waits its turn with each piece of a large body."""
    taken = 0

    async def received() -> HTTPRequestEvent:
        nonlocal taken
        message = cast("HTTPRequestEvent", await receive())  # or a disconnect, which has no body
        size = len(message.get("body", b""))
        taken += size
        if taken > _FREE_BYTES:
            await asyncio.sleep(_pace.turn(size, at=time.monotonic()))
        return message

    return cast("Receive", received)
