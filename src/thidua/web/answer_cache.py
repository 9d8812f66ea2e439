"""Whole answers, kept per address for as long as the board behind them stands as it stood."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, Receive, Scope, Send

from thidua.boards.model import Stamp

Name = TypeVar("Name", bound=Hashable)

_BYTES_MAX = 64 << 20
_SERVES_TIMES, _SERVES_SECONDS_MAX = 4.0, 0.4
_STALE_SECONDS_MAX = 1.0


class ReadyAnswer:
    """An answer whose bytes are ready: sent as it is, as often as asked."""

    __slots__ = ("body", "headers")

    def __init__(self, body: bytes, media_type: str, headers: Mapping[str, str]) -> None:
        """Keep the bytes, and the headers as bytes."""
        self.body = body
        told = {"content-type": media_type, "content-length": str(len(body)), **headers}
        self.headers = [(name.encode(), value.encode()) for name, value in told.items()]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        start: HTTPResponseStartEvent = {
            "type": "http.response.start",
            "status": 200,
            "headers": self.headers,
        }
        body: HTTPResponseBodyEvent = {"type": "http.response.body", "body": self.body, "more_body": False}
        await send(start)
        await send(body)


@dataclass(slots=True)
class _Kept:
    """An answer, when it was made, and until when no newer one is made though its board has moved on."""

    stamp: Stamp
    answer: ReadyAnswer
    made: float
    serves_until: float


Make = Callable[[], Coroutine[None, None, tuple[Stamp, ReadyAnswer]]]


class AnswerCache(Generic[Name]):
    """The last answer per address; an answer of another stamp is not given, but for a moment.

    While a large board moves many times a second, its answer serves a few times as long as it took to make,
    and on while the next is being made, a second at most: it says of which moment it is, and a process that
    made one for every movement would answer nobody.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._kept: OrderedDict[Name, _Kept] = OrderedDict()
        self._making: dict[Name, tuple[Stamp, asyncio.Task[ReadyAnswer]]] = {}
        self._bytes = 0

    async def get(self, name: Name, stamp: Stamp, make: Make) -> ReadyAnswer:
        """The answer that belongs to `stamp`, made anew if there is none, once for all who ask."""
        kept, making = self._kept.get(name), self._making.get(name)
        if kept is not None and kept.stamp == stamp:
            return kept.answer
        if kept is not None and _may_serve(kept, stamp):
            if making is None and time.monotonic() >= kept.serves_until:
                self._begin(name, stamp, make)
            return kept.answer
        if making is None or making[0] != stamp:
            making = self._begin(name, stamp, make)
        # One who goes away must not take the answer from the others.
        return await asyncio.shield(making[1])

    def _begin(self, name: Name, stamp: Stamp, make: Make) -> tuple[Stamp, asyncio.Task[ReadyAnswer]]:
        making = self._making[name] = stamp, asyncio.create_task(self._make(name, stamp, make))
        return making

    async def _make(self, name: Name, asked: Stamp, make: Make) -> ReadyAnswer:
        began = time.monotonic()
        try:
            stamp, answer = await make()
        finally:
            if name in self._making and self._making[name][0] == asked:
                del self._making[name]
        ended = time.monotonic()
        serves = min((ended - began) * _SERVES_TIMES, _SERVES_SECONDS_MAX)
        self._keep(name, _Kept(stamp, answer, began, ended + serves))
        return answer

    def _keep(self, name: Name, made: _Kept) -> None:
        before = self._kept.pop(name, None)
        self._bytes += len(made.answer.body) - (len(before.answer.body) if before else 0)
        self._kept[name] = made
        while self._bytes > _BYTES_MAX:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped.answer.body)


def _may_serve(kept: _Kept, stamp: Stamp) -> bool:
    """Whether the answer is of the moment just past, of a board kept in Redis, and every name still right."""
    is_large = kept.stamp.source == stamp.source == "redis"
    is_recent = time.monotonic() - kept.made < _STALE_SECONDS_MAX
    return is_large and is_recent and kept.stamp.names_version == stamp.names_version
