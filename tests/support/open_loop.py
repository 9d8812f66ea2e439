"""Requests at an even pace, whether the answers come or not: what a crowd does to a server."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_LENGTH = b"content-length:"
_GIVEN_UP_SECONDS = 20.0
_OPEN_MAX = 2_000


class _CrowdedError(Exception):
    """As many callers wait as this process can hold connections for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status (0: nothing), after how long, and whether it says when to come again."""

    kind: str
    status: int
    seconds: float
    says_when: bool


@dataclass(slots=True)
class Crowd:
    """Callers with kept connections; each request finds a free one or opens one more."""

    port: int
    answers: list[Answer] = field(default_factory=list)
    _free: deque[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=deque)
    _open: int = 0

    async def come(self, requests: Iterator[tuple[str, bytes]], *, a_second: float, seconds: float) -> None:
        """Send at that pace for so long, then wait for the last answers."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as asking:
            for nth in range(int(a_second * seconds)):
                await asyncio.sleep(max(0.0, began + nth / a_second - time.monotonic()))
                asking.create_task(self._ask(*next(requests)))

    async def crowd(self, requests: Iterator[tuple[str, bytes]], *, at_once: int, seconds: float) -> float:
        """Ask, so many at once, each again as soon as it was answered; how many a second were answered."""
        began, before = time.monotonic(), len(self.answers)

        async def go() -> None:
            while time.monotonic() < began + seconds:
                await self._ask(*next(requests))

        await asyncio.gather(*(go() for _ in range(at_once)))
        good = sum(one.status == 200 for one in self.answers[before:])
        return good / (time.monotonic() - began)

    async def leave(self) -> None:
        """Close every connection."""
        for _, writer in self._free:
            writer.close()

    async def _ask(self, kind: str, request: bytes) -> None:
        began = time.monotonic()
        status, says_when = 0, False
        try:
            async with asyncio.timeout(_GIVEN_UP_SECONDS):
                status, says_when = await self._asked(request)
        except _CrowdedError:
            return  # nobody was asked anything
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass
        self.answers.append(Answer(kind, status, time.monotonic() - began, says_when))

    async def _asked(self, request: bytes) -> tuple[int, bool]:
        reader, writer = self._free.popleft() if self._free else await self._opened()
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            size = head.partition(_LENGTH)[2].partition(b"\r\n")[0]
            await reader.readexactly(int(size or 0))
        except BaseException:
            self._open -= 1
            writer.close()
            raise
        self._free.append((reader, writer))
        return int(head.split(b" ", 2)[1]), b"\r\nretry-after:" in head

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._open >= _OPEN_MAX:
            raise _CrowdedError
        self._open += 1
        return await asyncio.open_connection("127.0.0.1", self.port)


def share(seconds: Sequence[float], of: float, *, digits: int = 3) -> float:
    """The time that so many stay below; 0 of none."""
    ordered = sorted(seconds)
    return round(ordered[min(int(len(ordered) * of), len(ordered) - 1)], digits) if ordered else 0.0
