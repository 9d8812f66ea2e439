"""Whole answers, kept per address for as long as the board behind them stands as it stood."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Generic, TypeVar

from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, Receive, Scope, Send

from thidua.boards.model import Stamp

Name = TypeVar("Name", bound=Hashable)

_BYTES_MAX = 64 << 20


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


class AnswerCache(Generic[Name]):
    """The last answer per address; an answer of another stamp is never given."""

    def __init__(self) -> None:
        """Begin empty."""
        self._kept: OrderedDict[Name, tuple[Stamp, ReadyAnswer]] = OrderedDict()
        self._bytes = 0

    async def get(
        self, name: Name, stamp: Stamp, make: Callable[[], Awaitable[tuple[Stamp, ReadyAnswer]]]
    ) -> ReadyAnswer:
        """The answer that belongs to `stamp`, made anew if there is none."""
        kept = self._kept.get(name)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        made = await make()
        self._keep(name, made)
        return made[1]

    def _keep(self, name: Name, made: tuple[Stamp, ReadyAnswer]) -> None:
        before = self._kept.pop(name, None)
        self._bytes += _size(made) - (_size(before) if before else 0)
        self._kept[name] = made
        while self._bytes > _BYTES_MAX:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= _size(dropped)


def _size(kept: tuple[Stamp, ReadyAnswer]) -> int:
    return len(kept[1].body)
