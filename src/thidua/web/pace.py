"""How often one address may ask this process for something dear that nobody signs in for."""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from thidua.web.addresses import address_behind
from thidua.web.language import AnyRequest
from thidua.web.problems import ProblemError

_ADDRESSES_MAX = 10_000
_WAIT_SECONDS = 3.0


class Pace:
    """At most so many from one address within so many seconds, and so many at the same time from all."""

    def __init__(self, *, count_max: int, within_seconds: float, at_once_max: int) -> None:
        """Begin with nobody having asked."""
        self._count_max, self._within = count_max, within_seconds
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._room = asyncio.Semaphore(at_once_max)

    @asynccontextmanager
    async def keep(self, request: AnyRequest) -> AsyncIterator[None]:
        """Go on if the address has not asked too often and there is room; else the problem says so."""
        self._count(address_behind(request))
        try:
            await asyncio.wait_for(self._room.acquire(), _WAIT_SECONDS)
        except TimeoutError:
            raise ProblemError(503, "busy") from None
        try:
            yield
        finally:
            self._room.release()

    def _count(self, address: str | None) -> None:
        """Count one more; a school behind one address has as many as the limit allows a crowd."""
        if address is None:
            return
        at = time.monotonic()
        asked = self._asked.setdefault(address, deque())
        self._asked.move_to_end(address)
        while asked and asked[0] <= at - self._within:
            asked.popleft()
        if len(asked) >= self._count_max:
            raise ProblemError(429, "too_often")
        asked.append(at)
        while len(self._asked) > _ADDRESSES_MAX:
            self._asked.popitem(last=False)
