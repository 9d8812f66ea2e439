"""Reads of large boards from Redis, gathered; None whenever Redis is not to be relied on, and SQL answers."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, TypeAlias
from uuid import UUID

from thidua.boards.gate import Gate
from thidua.boards.gather import Gather
from thidua.boards.model import BoardKey
from thidua.boards.store import Seen, Slice, Store, Vicinity
from thidua.infra.redis import client

_WANT_AGAIN_SECONDS = 60.0
_WANT_SOON_SECONDS = 1.0
# False: the subject is not on the board. None: Redis cannot say.
Found: TypeAlias = Vicinity | Literal[False] | None
# The relay itself looks at the ledger less often than this.
_LOOK_SECONDS = 0.01
_Page: TypeAlias = tuple[BoardKey, int | None, bytes, int]
Around: TypeAlias = tuple[BoardKey, int, UUID]


class Large:
    """The large boards as this process reads them."""

    def __init__(self, store: Store) -> None:
        """Read from `store`."""
        self._store = store
        self._gate = Gate(lambda: client().ping())
        self._looks: Gather[BoardKey, Seen | None] = Gather(self._look)
        self._pages: Gather[_Page, Slice | None] = Gather(self._page)
        self._looked: dict[BoardKey, tuple[float, Seen | None]] = {}
        self._wanted: dict[BoardKey, float] = {}
        self._asking: set[asyncio.Task[None]] = set()

    async def look(self, key: BoardKey) -> Seen | None:
        """The state of a board now."""
        if not self._gate.is_open:
            return None
        kept = self._looked.get(key)
        if kept is not None and time.monotonic() - kept[0] < _LOOK_SECONDS:
            return kept[1]
        began, seen = time.monotonic(), await self._looks.ask(key)
        self._looked[key] = began, seen
        if seen is not None:
            self.want(key, every_seconds=_WANT_AGAIN_SECONDS)
        return seen

    async def page(self, key: BoardKey, *, start: int | None, behind: bytes, rows: int) -> Slice | None:
        """Rows from `start`, or behind a record."""
        return await self._pages.ask((key, start, behind, rows)) if self._gate.is_open else None

    async def arounds(self, asked: Sequence[Around]) -> list[Found]:
        """The rows around each subject, one question a board."""
        together: dict[tuple[BoardKey, int], list[UUID]] = defaultdict(list)
        for key, span, subject in asked:
            together[key, span].append(subject)
        answers: dict[Around, Found] = {}
        for (key, span), subjects in together.items():
            answers |= await self._around_one_board(key, span, subjects)
        return [answers[one] for one in asked]

    async def ranks(self, key: BoardKey, subjects: Sequence[UUID]) -> list[int | None] | None:
        """The ranks of subjects."""
        ranks = await self._gate.through(lambda: self._store.ranks(key, subjects))
        if ranks is not None:
            self.want(key, every_seconds=_WANT_AGAIN_SECONDS)
        return ranks

    def want(self, key: BoardKey, *, every_seconds: float = _WANT_SOON_SECONDS) -> None:
        """Ask for the board to be loaded or kept, without waiting; not more often than said."""
        now = time.monotonic()
        if not self._gate.is_open or now - self._wanted.get(key, -every_seconds) < every_seconds:
            return
        self._wanted[key] = now
        asking = asyncio.create_task(self._ask_for(key))
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)

    async def _ask_for(self, key: BoardKey) -> None:
        await self._gate.through(lambda: self._store.want(key))

    async def _look(self, keys: Sequence[BoardKey]) -> Sequence[Seen | None]:
        return await asyncio.gather(*(self._one_look(key) for key in keys))

    async def _one_look(self, key: BoardKey) -> Seen | None:
        return await self._gate.through(lambda: self._store.look(key))

    async def _page(self, asked: Sequence[_Page]) -> Sequence[Slice | None]:
        return await asyncio.gather(*(self._one_page(*one) for one in asked))

    async def _one_page(self, key: BoardKey, start: int | None, behind: bytes, rows: int) -> Slice | None:
        return await self._gate.through(lambda: self._store.page(key, start=start, behind=behind, rows=rows))

    async def _around_one_board(self, key: BoardKey, span: int, subjects: list[UUID]) -> dict[Around, Found]:
        earlier = key.earlier
        found = await self._gate.through(
            lambda: self._store.around(key, subjects, span=span, earlier=earlier)
        )
        if found is None:
            return {(key, span, subject): None for subject in subjects}
        self.want(key, every_seconds=_WANT_AGAIN_SECONDS)
        if earlier and any(one and one.earlier is not None for one in found):
            self.want(earlier, every_seconds=_WANT_AGAIN_SECONDS)
        return {(key, span, subject): one or False for subject, one in zip(subjects, found, strict=True)}
