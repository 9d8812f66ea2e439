"""How much is let in at once: what cannot be answered soon is told so at once, ledger writes last of all.

Reading waits its turn for a second at most, in a queue that is bounded; writing is let in as long as one
commit can still gather it. Probes, and streams, which are counted elsewhere, pass by. Who sends or takes
slowly keeps no place: a place is taken when all is sent, and given back when the answer begins.
"""

import asyncio
from collections import deque
from typing import cast

from litestar.types import HTTPReceiveMessage, HTTPScope, Message, Receive, Send
from prometheus_client import Counter

from thidua.web.problems import Problem, ProblemError

_READS_AT_ONCE, _READS_WAITING, _READ_WAIT_SECONDS = 32, 512, 1.0
_WRITES_AT_ONCE, _WRITES_WAITING, _WRITE_WAIT_SECONDS = 1024, 1024, 2.0
_PASS = ("/health/", "/metrics")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

BUSY = Problem(503, "overloaded", headers={"retry-after": "2"})
_shed = Counter("thidua_http_shed", "Requests turned away because too many were waiting", ["kind"])


class Gate:
    """So many at once, so many waiting, each for so long at most."""

    __slots__ = ("_active", "_active_max", "_shed", "_wait_seconds", "_waiting", "_waiting_max")

    def __init__(self, kind: str, *, active_max: int, waiting_max: int, wait_seconds: float) -> None:
        """Open it."""
        self._active_max, self._waiting_max, self._wait_seconds = active_max, waiting_max, wait_seconds
        self._active = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._shed = _shed.labels(kind)

    @property
    def room(self) -> int:
        """How many it holds, inside and waiting."""
        return self._active_max + self._waiting_max

    async def enter(self) -> bool:
        """Whether it is our turn; False at once when too many wait, or after waiting too long."""
        if self._active < self._active_max:
            self._active += 1
            return True
        if len(self._waiting) >= self._waiting_max:
            self._shed.inc()
            return False
        return await self._turn()

    def leave(self) -> None:
        """Give our place to whoever has waited longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._active -= 1

    async def _turn(self) -> bool:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._wait_seconds):
                await turn
        except TimeoutError:
            if turn.done() and not turn.cancelled():
                return True  # our turn came in the same moment
            self._shed.inc()
            return False
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise
        return True


_reads = Gate("read", active_max=_READS_AT_ONCE, waiting_max=_READS_WAITING, wait_seconds=_READ_WAIT_SECONDS)
_writes = Gate(
    "write", active_max=_WRITES_AT_ONCE, waiting_max=_WRITES_WAITING, wait_seconds=_WRITE_WAIT_SECONDS
)


class OverloadedError(ProblemError):
    """Too much waits already; nothing was begun."""

    def __init__(self) -> None:
        """Be the problem that says when to come again."""
        super().__init__(BUSY.status, BUSY.code)
        self.problem = BUSY


class Passage:
    """One request on its way through a gate: in once, and out once."""

    __slots__ = ("_gate", "_is_inside")

    def __init__(self, gate: Gate) -> None:
        """Stand before the gate."""
        self._gate, self._is_inside = gate, False

    async def enter(self) -> bool:
        """Whether we are let in."""
        self._is_inside = self._is_inside or await self._gate.enter()
        return self._is_inside

    def leave(self) -> None:
        """Give the place back, if we still have it."""
        if self._is_inside:
            self._is_inside = False
            self._gate.leave()

    def with_body(self, receive: Receive) -> Receive:
        """A `receive` that enters when the last of the body is there; OverloadedError if it may not."""

        async def received() -> HTTPReceiveMessage:
            message = cast("HTTPReceiveMessage", await receive())
            is_whole = message["type"] == "http.request" and not message.get("more_body", False)
            if is_whole and not await self.enter():
                raise OverloadedError
            return message

        return cast("Receive", received)

    def until_answered(self, send: Send) -> Send:
        """A `send` that leaves as soon as the answer begins."""

        async def sent(message: Message) -> None:
            self.leave()
            await send(message)

        return sent


def is_reading(scope: HTTPScope) -> bool:
    """Whether the request changes nothing."""
    return scope["method"] in _READING


def gate_of(scope: HTTPScope) -> Gate | None:
    """The gate through which the request goes; None for what is always let in."""
    if not is_reading(scope):
        return _writes
    path = scope["path"]
    return None if path.startswith(_PASS) or path.endswith("/stream") else _reads
