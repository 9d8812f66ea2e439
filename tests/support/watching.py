"""Looks at a board and at the ledger all the time: every answer must have been true a moment ago.

While points are only added, a row of an answer lies between what the ledger said before the moment that the
answer names and what it said after the answer had come.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg
import httpx

from tests.support.callers import Given
from tests.support.waiting import eventually_async

FRESH_SECONDS = 3.0
_LEDGER_EVERY_SECONDS, _BOARD_EVERY_SECONDS = 0.1, 0.02
_ROWS_MAX = 100
_TRUTH = """
SELECT subject::text, sum(points)::int AS score FROM ledger_entry
WHERE subject_kind = 1 GROUP BY 1 HAVING sum(points) <> 0
"""


@dataclass(frozen=True, slots=True)
class Truth:
    """What the ledger said at some moment between two."""

    began: float
    ended: float
    scores: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer of the board, and when it was asked and came."""

    began: float
    ended: float
    page: Given


@dataclass
class BoardWatch:
    """One board of all people, watched."""

    api: httpx.AsyncClient
    dsn: str
    address: str = "/api/v1/boards/people-total?limit=100"
    truths: list[Truth] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look on, from before to after what happens meanwhile."""
        await self._look_at_the_ledger()
        looking = asyncio.gather(
            _again(self._look_at_the_ledger, _LEDGER_EVERY_SECONDS),
            _again(self._look_at_the_board, _BOARD_EVERY_SECONDS),
        )
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
        await self._look_at_the_ledger()

    async def _look_at_the_ledger(self) -> None:
        began = time.time()
        try:
            scores = await truth(self.dsn)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            return
        self.truths.append(Truth(began, time.time(), scores))

    async def _look_at_the_board(self) -> None:
        began = time.time()
        try:
            answer = await self.api.get(self.address)
        except httpx.TransportError as error:
            self.failed.append(repr(error))
            return
        if answer.status_code == 200:
            self.shown.append(Shown(began, time.time(), answer.json()))
        else:
            self.failed.append(f"{answer.status_code} {answer.text}")

    async def wait_for_more(self, count: int, *, seconds: float = 60) -> None:
        """Wait until the board has answered so many times more."""
        goal = len(self.shown) + count

        async def enough() -> bool:
            return len(self.shown) >= goal

        await eventually_async(enough, seconds=seconds)

    def wrong(self) -> list[str]:
        """Every answer that was not true when it was given."""
        return [fault for shown in self.shown for fault in self._faults(shown)]

    def sources(self) -> Counter[str]:
        """How many answers came from where."""
        return Counter(shown.page["source"] for shown in self.shown)

    def _faults(self, shown: Shown) -> list[str]:
        as_of = datetime.fromisoformat(shown.page["as_of"]).timestamp()
        before = next((one.scores for one in reversed(self.truths) if one.ended < as_of), {})
        after = next(one.scores for one in self.truths if one.began > shown.ended)
        rows = [(row["subject"]["id"], row["score"]) for row in shown.page["rows"]]
        wrong = [
            f"{who} shown with {score}, had {before.get(who, 0)} to {after.get(who, 0)}"
            for who, score in rows
            if not before.get(who, 0) <= score <= after.get(who, 0)
        ]
        if shown.began - as_of > FRESH_SECONDS:
            wrong.append(f"{shown.began - as_of:.1f} s old")
        if not len(before) <= shown.page["total"] <= len(after):
            wrong.append(f"{shown.page['total']} listed, were {len(before)} to {len(after)}")
        if [row["rank"] for row in shown.page["rows"]] != ranks([score for _, score in rows]):
            wrong.append("wrong ranks")
        missing = before.keys() - {who for who, _ in rows}
        if rows and any(before[who] > rows[-1][1] for who in missing):
            wrong.append("somebody is missing")
        return [f"{shown.page['source']} at {shown.ended:.3f}: {one}" for one in wrong]


async def _again(look: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        await look()
        await asyncio.sleep(seconds)


def ranks(scores: Sequence[int]) -> list[int]:
    """The ranks of scores in the order shown: the best first, equal scores share one, the next is skipped."""
    return [1 + sum(other > score for other in scores) for score in scores]


async def truth(dsn: str) -> dict[str, int]:
    """Every person's points as the ledger has them now."""
    direct = await asyncpg.connect(dsn)
    try:
        return {row["subject"]: row["score"] for row in await direct.fetch(_TRUTH)}
    finally:
        await direct.close()


async def whole_board(api: httpx.AsyncClient, address: str = "/api/v1/boards/people-total") -> Given | None:
    """Every row of a board over all its pages, and their sources; None when a page was not answered."""
    pages: list[Given] = []
    while not pages or pages[-1]["next"]:
        cursor = {"cursor": pages[-1]["next"]} if pages else {}
        answer = await api.get(address, params={"limit": _ROWS_MAX} | cursor)
        if answer.status_code != 200:
            return None
        pages.append(answer.json())
    return {
        "sources": {page["source"] for page in pages},
        "rows": [row for page in pages for row in page["rows"]],
    }


async def until_equal(api: httpx.AsyncClient, dsn: str, *, source: str, seconds: float = 10) -> float:
    """Wait until the whole board, from that source, is what the ledger says; how long it took."""
    began = time.monotonic()
    seen = "no answer"

    async def is_equal() -> bool:
        nonlocal seen
        board = await whole_board(api)
        seen = "no answer" if board is None else _difference(board, await truth(dsn), source)
        return not seen

    try:
        await eventually_async(is_equal, seconds=seconds)
    except AssertionError as error:
        raise AssertionError(seen) from error
    return time.monotonic() - began


def _difference(board: Given, expected: Mapping[str, int], source: str) -> str:
    if board["sources"] != {source}:
        return f"answered from {board['sources']}"
    scores = {row["subject"]["id"]: row["score"] for row in board["rows"]}
    if scores != expected:
        other = {who for who in scores.keys() | expected.keys() if scores.get(who) != expected.get(who)}
        return f"{len(other)} of {len(expected)} have another score"
    shown = [row["rank"] for row in board["rows"]]
    return "" if shown == ranks([row["score"] for row in board["rows"]]) else "wrong ranks"
