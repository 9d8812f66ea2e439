"""Large boards kept sorted in Redis: read whole and exact, or not at all.

A board is a sorted set (score: points turned; member: reached_at and subject, so that bytes order what the
score leaves equal), a hash of reached_at by subject, and one with its cursor, version and moment: one slot.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec
from redis.exceptions import NoScriptError

from thidua.boards.model import BoardKey, Place
from thidua.boards.ranking import ranks_of, ties_of
from thidua.boards.standing import RECORD_BYTES, place_of, points_in
from thidua.infra.redis import client

AGE_MAX = timedelta(seconds=2)
_AGE = str(AGE_MAX // timedelta(microseconds=1))
_TURN = 1 << 63
_BEFORE = {
    "look": ("fresh",),
    "page": ("fresh",),
    "around": ("fresh", "ranks_of"),
    "ranks": ("fresh", "ranks_of"),
}
_KEYS_KEPT = 4_096


class Seen(msgspec.Struct, frozen=True, gc=False):
    """The state of a board in Redis."""

    version: bytes
    as_of: datetime


class Slice(msgspec.Struct, frozen=True, gc=False):
    """Rows of a board in one state; `start` is where the first stands, counted from 0."""

    seen: Seen
    total: int
    start: int
    places: tuple[Place, ...]


class Vicinity(msgspec.Struct, frozen=True, gc=False):
    """The rows around one subject, and the points of the next better score.

    `earlier` is each row's rank on the board of another period, 0 where it has none; None when it cannot be
    told.
    """

    seen: Seen
    total: int
    start: int
    own: int
    places: tuple[Place, ...]
    better_points: int | None
    earlier: tuple[int, ...] | None = None


@cache
def script(name: str) -> str:
    """The text of a script; those that read begin with the question whether they may."""
    folder = files("thidua.boards").joinpath("lua")
    parts = (*_BEFORE.get(name, ()), name)
    return "".join(folder.joinpath(f"{part}.lua").read_text(encoding="utf-8") for part in parts)


async def run(name: str, keys: Sequence[str], arguments: Sequence[bytes | str | int]) -> Any:  # noqa: ANN401 -- each script's own answer
    """Run a script by its hash; a server that does not know it yet is sent the text."""
    try:
        return await client().evalsha(_hash(name), len(keys), *keys, *arguments)
    except NoScriptError:
        return await client().eval(script(name), len(keys), *keys, *arguments)


@cache
def _hash(name: str) -> str:
    return hashlib.sha1(script(name).encode(), usedforsecurity=False).hexdigest()


class Store:
    """The large boards of one instance; several instances may share a server."""

    def __init__(self, instance: str) -> None:
        """Keep the boards of `instance` apart from all others."""
        self._stem = f"thidua:{instance}"

    def keys(self, key: BoardKey, mark: str = "") -> tuple[str, str, str]:
        """The names of a board's three keys: meta, sorted set, reached; in one slot for all its periods."""
        return _keys(self._stem, key, mark)

    async def look(self, key: BoardKey) -> Seen | None:
        """The state of a board; None when Redis does not hold it whole and fresh."""
        answer = await run("look", self.keys(key), (_AGE,))
        return None if answer is None else _seen(answer)

    async def page(self, key: BoardKey, *, start: int | None, behind: bytes, rows: int) -> Slice | None:
        """Rows from `start` on, or those behind a record when `start` is None."""
        score = str(-points_in(behind)) if behind else ""
        arguments = (_AGE, "" if start is None else start, score, behind[8:RECORD_BYTES], rows)
        answer = await run("page", self.keys(key), arguments)
        if answer is None:
            return None
        places = _places(answer[5], answer[3], answer[4])
        begin = answer[6] - answer[3]
        return Slice(_seen(answer), answer[2], answer[6], tuple(places[begin : begin + rows]))

    async def around(
        self, key: BoardKey, subjects: Sequence[UUID], *, span: int, earlier: BoardKey | None = None
    ) -> list[Vicinity | None] | None:
        """The rows around each subject, None for one that is not on the board; with ranks on `earlier`.

        `earlier` is the same board of another period.
        """
        keys = self.keys(key) + (self.keys(earlier) if earlier else ())
        answer = await run("around", keys, (_AGE, span, *(subject.bytes for subject in subjects)))
        if answer is None:
            return None
        seen, total = _seen(answer), answer[2]
        ranks = None if answer[3] is None else iter(answer[3])
        return [_vicinity(seen, total, span, found, ranks) if found else None for found in answer[4:]]

    async def ranks(self, key: BoardKey, subjects: Sequence[UUID]) -> list[int | None] | None:
        """The rank of each subject, None for one that is not on the board."""
        answer = await run("ranks", self.keys(key), (_AGE, *(subject.bytes for subject in subjects)))
        return None if answer is None else [rank or None for rank in answer]

    async def want(self, key: BoardKey) -> None:
        """Ask for a board to be loaded, or to stay loaded for another while."""
        seconds = int((await client().time())[0])
        await client().zadd(self.wanted_key, {key.text: seconds})

    @property
    def wanted_key(self) -> str:
        """The name of the list of boards that readers asked for, by the second of asking."""
        return f"{self._stem}:wanted"


def _seen(answer: Sequence[Any]) -> Seen:
    return Seen(answer[0], datetime.fromtimestamp(int(answer[1]) / 1_000_000, UTC))


@lru_cache(_KEYS_KEPT)
def _keys(stem: str, key: BoardKey, mark: str) -> tuple[str, str, str]:
    own = f"{stem}:{{{key.all_periods.digest}}}{key.period}{mark}"
    return f"{own}:meta", f"{own}:rows", f"{own}:reached"


def _vicinity(
    seen: Seen, total: int, span: int, found: Sequence[Any], ranks: Iterator[int] | None
) -> Vicinity:
    first, rank, own, better, rows = found
    places = _places(rows, first, rank)
    low, high = max(own - span, 0), own + span + 1
    shown = tuple(places[low - first : high - first])
    earlier = None if ranks is None else tuple(islice(ranks, len(places)))[low - first : high - first]
    return Vicinity(seen, total, low, own, shown, -int(float(better)) if better else None, earlier)


def _places(rows: Sequence[Any], first: int, rank: int) -> list[Place]:
    """Places of (member, score) pairs, the first of which stands at index `first` with that rank."""
    pairs = rows if rows and isinstance(rows[0], list) else list(zip(rows[::2], rows[1::2], strict=True))
    scores = [int(float(score)) for _, score in pairs]
    standing = ranks_of(scores, first_index=first, rank_before=rank)
    ties = ties_of(scores)
    return [
        place_of((_TURN + score).to_bytes(8, "big") + member, rank=own, is_tied=is_tied)
        for (member, _), score, own, is_tied in zip(pairs, scores, standing, ties, strict=True)
    ]
