"""The one reading policy: every surface (page, API, export) asks here who stands where.

A large board is read from Redis while it is whole there and at most two seconds old; anything else is read
from SQL, exact at the moment shown, and says so.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from thidua.boards import large
from thidua.boards.errors import NotOnBoardError
from thidua.boards.gather import Gather
from thidua.boards.large import Large
from thidua.boards.model import Around, BoardKey, BoardPage, BoardQuery, BoardRow, Place, Stamp
from thidua.boards.names import Names
from thidua.boards.question import Question, Words, understand
from thidua.boards.search import found
from thidua.boards.shelf import Shelf, Shelved
from thidua.boards.standing import position_of
from thidua.boards.store import Seen, Store, Vicinity
from thidua.infra.cursor import instance_of
from thidua.infra.database import connection, pool
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.names import ShownName

# From so many rows on a board is kept in Redis; smaller ones are as quick from SQL.
LARGE_ROWS = 1_000
_SMALL_SECONDS = 10.0
_QUESTIONS_MAX = 10_000

Lines: TypeAlias = dict[UUID, ShownName]
# One for each row; 0 or None: it has none.
Ranks: TypeAlias = Sequence[int | None]


class Reader:
    """Boards as this process reads them."""

    def __init__(self, store: Store) -> None:
        """Read from `store` and from the pool."""
        self._large = Large(store)
        self._shelf = Shelf()
        self._arounds: Gather[large.Around, tuple[large.Found, Lines]] = Gather(self._read_arounds)
        self._names = Names()
        self._small_until: dict[BoardKey, float] = {}
        self._questions: dict[Words, Question] = {}
        self._questions_version = b""
        self._indexing = asyncio.Lock()

    async def understand(self, words: Words) -> Question:
        """The board meant, or every fault of the question."""
        version = await self._names.version()
        if version != self._questions_version or len(self._questions) > _QUESTIONS_MAX:
            self._questions, self._questions_version = {}, version
        questions = self._questions
        if words not in questions:
            async with connection() as reading:
                questions[words] = await understand(reading, words)
        return questions[words]

    async def version(self) -> bytes:
        """Differs whenever a unit, a name or a team may differ; at most half a second old."""
        return await self._names.version()

    async def stamp(self, key: BoardKey) -> Stamp:
        """Which state of the board an answer would show now."""
        seen = await self._seen(key)
        if seen is not None:
            return await self._redis_stamp(seen)
        return await self._sql_stamp(await self._standing(key))

    async def page(self, query: BoardQuery) -> BoardPage:
        """A page of the board."""
        if query.search:
            return await self._found(query)
        if self._may_be_large(query.key):
            start = None if query.after else 0
            part = await self._large.page(
                query.key, start=start, behind=query.after or b"", rows=query.rows_max
            )
            if part is not None:
                self._large.want(query.key, every_seconds=60.0)
                is_last = part.start + len(part.places) >= part.total
                stamp = await self._redis_stamp(part.seen)
                return await self._shown(query.key, stamp, part.places, total=part.total, is_last=is_last)
        shelved = await self._standing(query.key)
        start = shelved.standing.after(query.after) if query.after else 0
        places = shelved.standing.places(start, start + query.rows_max)
        return await self._from_sql(
            query.key, shelved, places, is_last=start + len(places) >= shelved.standing.total
        )

    async def around(self, key: BoardKey, subject: UUID, *, span: int) -> Around:
        """The rows around a subject, and its gap to the next better score."""
        if self._may_be_large(key):
            near, lines = await self._arounds.ask((key, span, subject))
            if near is False:
                raise NotOnBoardError(subject=subject)
            if near is not None:
                return await self._around_large(key, near, lines)
        shelved = await self._standing(key)
        async with self._indexing:
            if shelved.standing.is_slow_to_find_in:
                await asyncio.to_thread(shelved.standing.make_index)
        index = shelved.standing.find(subject)
        if index is None:
            raise NotOnBoardError(subject=subject)
        low = max(index - span, 0)
        page = await self._from_sql(
            key, shelved, shelved.standing.places(low, index + span + 1), is_last=True
        )
        better = shelved.standing.better_than(index)
        return _around(page, index - low, None if better is None else better.hundredths)

    async def standing(self, key: BoardKey) -> Shelved:
        """The whole standing from SQL, for exports and checks."""
        return await self._standing(key)

    async def names(self, subjects: Sequence[UUID], who: SubjectKind) -> dict[UUID, ShownName]:
        """The shown names of subjects, all of one kind."""
        return await self._names.lines(subjects, who)

    async def _read_arounds(self, asked: Sequence[large.Around]) -> list[tuple[large.Found, Lines]]:
        """Rows, earlier ranks and names for all who ask at once: one question to Redis, one to PostgreSQL."""
        found = await self._large.arounds(asked)
        subjects: dict[SubjectKind, list[UUID]] = {}
        for (key, _, _), near in zip(asked, found, strict=True):
            if near:
                subjects.setdefault(key.board.who, []).extend([place.subject for place in near.places])
        lines: Lines = {}
        for who, some in subjects.items():
            lines |= await self._names.lines(some, who)
        return [(near, lines) for near in found]

    async def _around_large(self, key: BoardKey, near: Vicinity, lines: Lines) -> Around:
        stamp = await self._redis_stamp(near.seen)
        before = near.earlier or await self._ranks_before(key, [place.subject for place in near.places])
        page = _page(key, stamp, near.places, lines, before, total=near.total, is_last=True)
        better = None if near.better_points is None else near.better_points * 100
        return _around(page, near.own - near.start, better)

    async def _found(self, query: BoardQuery) -> BoardPage:
        shelved = await self._standing(query.key)
        standing, who = shelved.standing, query.key.board.who
        start = standing.after(query.after) if query.after else 0
        places = await found(
            standing, self._names, who=who, search=query.search or "", start=start, rows=query.rows_max + 1
        )
        is_last = len(places) <= query.rows_max
        return await self._from_sql(query.key, shelved, places[: query.rows_max], is_last=is_last)

    async def _from_sql(
        self, key: BoardKey, shelved: Shelved, places: Sequence[Place], *, is_last: bool
    ) -> BoardPage:
        stamp = await self._sql_stamp(shelved)
        page = await self._shown(key, stamp, places, total=shelved.standing.total, is_last=is_last)
        if key.board.is_per_member:
            standing = shelved.standing
            return msgspec.structs.replace(
                page, is_frozen=standing.is_frozen, denominator_on=standing.members_on
            )
        return page

    async def _shown(
        self,
        key: BoardKey,
        stamp: Stamp,
        places: Sequence[Place],
        *,
        total: int,
        is_last: bool,
    ) -> BoardPage:
        subjects = [place.subject for place in places]
        lines = await self._names.lines(subjects, key.board.who)
        before = await self._ranks_before(key, subjects)
        return _page(key, stamp, places, lines, before, total=total, is_last=is_last)

    async def _ranks_before(self, key: BoardKey, subjects: Sequence[UUID]) -> Ranks:
        earlier = key.earlier
        if earlier is None or not subjects:
            return [None] * len(subjects)
        if self._may_be_large(earlier):
            ranks = await self._large.ranks(earlier, subjects)
            if ranks is not None:
                return ranks
        return (await self._standing(earlier)).standing.ranks_of(subjects)

    def _may_be_large(self, key: BoardKey) -> bool:
        return key.board.may_be_large and self._small_until.get(key, 0.0) < time.monotonic()

    async def _seen(self, key: BoardKey) -> Seen | None:
        return await self._large.look(key) if self._may_be_large(key) else None

    async def _standing(self, key: BoardKey) -> Shelved:
        shelved = await self._shelf.standing(key)
        if not key.board.may_be_large:
            return shelved
        if shelved.standing.total >= LARGE_ROWS:
            self._small_until.pop(key, None)
            self._large.want(key)
        elif key not in self._small_until or self._small_until[key] < time.monotonic():
            self._small_until[key] = time.monotonic() + _SMALL_SECONDS
        return shelved

    async def _redis_stamp(self, seen: Seen) -> Stamp:
        return Stamp("redis", seen.version, seen.as_of, await self._names.version())

    async def _sql_stamp(self, shelved: Shelved) -> Stamp:
        return Stamp("sql", shelved.version, shelved.as_of, await self._names.version())


@dataclass(slots=True)
class _Here:
    pool: asyncpg.Pool | None = None
    reader: Reader | None = None


_here = _Here()


async def reader() -> Reader:
    """The reader of this process, for the database its pool is open on."""
    if _here.reader is None or _here.pool is not pool():
        async with connection() as reading:
            instance = await instance_of(reading)
        _here.pool, _here.reader = pool(), Reader(Store(instance))
    return _here.reader


def _page(  # noqa: PLR0913 -- what a page is made of
    key: BoardKey,
    stamp: Stamp,
    places: Sequence[Place],
    lines: Lines,
    before: Ranks,
    *,
    total: int,
    is_last: bool,
) -> BoardPage:
    rows = [
        BoardRow(place, _line(lines, place, key), _change(rank_before, place.rank))
        for place, rank_before in zip(places, before, strict=True)
    ]
    after = None if is_last or not places else position_of(places[-1])
    return BoardPage(key=key, stamp=stamp, total=total, rows=tuple(rows), after=after)


def _around(page: BoardPage, own: int, better_hundredths: int | None) -> Around:
    row = page.rows[own]
    is_without = row.place.rank is None or better_hundredths is None
    gap = None if is_without or better_hundredths is None else better_hundredths - row.place.hundredths
    return Around(page, row, gap)


def _line(lines: dict[UUID, ShownName], place: Place, key: BoardKey) -> ShownName:
    # What was paid and is no longer in the organisation still stands where it stood.
    return lines.get(place.subject) or ShownName(key.board.who, None, "?", "?", is_alias=True)


def _change(before: int | None, now: int | None) -> int | None:
    return None if not before or now is None else before - now
