"""Whole answers, kept per address for as long as the board behind them stands as it stood."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from litestar.response.base import ASGIResponse

from thidua.boards.model import Stamp

Name = TypeVar("Name", bound=Hashable)

_BYTES_MAX = 64 << 20


class AnswerCache(Generic[Name]):
    """The last answer per address; an answer of another stamp is never given."""

    def __init__(self) -> None:
        """Begin empty."""
        self._kept: OrderedDict[Name, tuple[Stamp, ASGIResponse]] = OrderedDict()
        self._bytes = 0

    async def get(
        self, name: Name, stamp: Stamp, make: Callable[[], Awaitable[tuple[Stamp, ASGIResponse]]]
    ) -> ASGIResponse:
        """The answer that belongs to `stamp`, made anew if there is none."""
        kept = self._kept.get(name)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        made = await make()
        self._keep(name, made)
        return made[1]

    def _keep(self, name: Name, made: tuple[Stamp, ASGIResponse]) -> None:
        before = self._kept.pop(name, None)
        self._bytes += _size(made) - (_size(before) if before else 0)
        self._kept[name] = made
        while self._bytes > _BYTES_MAX:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= _size(dropped)


def _size(kept: tuple[Stamp, ASGIResponse]) -> int:
    return len(kept[1].body)
