"""Live boards and many viewers: fresh (T20), resumed (T21), leaving nothing behind (T22), no herd (T23)."""

import asyncio
import secrets
import socket
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from tests.support.callers import put_people
from tests.support.promises import Promise
from tests.support.streams import (
    BOARD,
    ROWS,
    Fresh,
    LiveServer,
    Viewer,
    files_open,
    give,
    live_server,
    streams_counted,
)
from tests.support.usage import Using
from tests.support.waiting import eventually_async
from thidua.infra.embedded import Servers

PEOPLE = 20
GIVEN_A_DAY = 30  # to each: on the first day all tests here together keep below 200
LONG = (pytest.mark.long, pytest.mark.alone)
COLLECTED_S = 30  # two ping intervals


@pytest.fixture(scope="module")
def live(servers: Servers, module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    log: Path = tmp_path_factory.mktemp("streams") / "log"
    with live_server(module_dsn, f"{servers.redis_url}?db=3", log=log) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def api(live: LiveServer) -> AsyncIterator[httpx.AsyncClient]:
    async with live.api() as client:
        yield client


@pytest_asyncio.fixture(scope="module")
async def people(api: httpx.AsyncClient) -> list[UUID]:
    some = [uuid4() for _ in range(PEOPLE)]
    await put_people(api, some)
    for one in some:
        await give(api, one, 1)
    return some


@pytest.mark.parametrize(
    "size",
    [
        pytest.param((30, 10, 2), id="small"),
        pytest.param((500, 50, 60), id="a minute", marks=[*LONG, pytest.mark.timeout(300)]),
        pytest.param((500, 50, 600), id="full", marks=[*LONG, pytest.mark.timeout(1_500)]),
    ],
)
async def test_every_event_reaches_every_screen(
    live: LiveServer,
    api: httpx.AsyncClient,
    people: list[UUID],
    promise: Promise,
    size: tuple[int, int, int],
) -> None:
    viewers, a_second, seconds = size
    watching = [await Viewer.open(live.address, **ROWS) for _ in range(viewers)]
    await asyncio.gather(*(one.until(lambda each: each.frames, seconds=30) for one in watching))
    before = sum(watching[0].rows.values())
    before += len(await _send(api, people, a_second=a_second, seconds=seconds // 30, before=before))

    using = Using.now(live.pid())
    sent = await _send(api, people, a_second=a_second, seconds=seconds, before=before)
    await asyncio.gather(
        *(one.until(lambda each: sum(each.rows.values()) >= sent[-1][0], seconds=10) for one in watching)
    )
    using.tell(promise, f"{viewers} screens, {a_second} events a second")

    fresh = _fresh(sent, watching)
    for one in watching:
        await one.close()
    promise(
        f"T20 event to {viewers} screens, p95, seconds", figure=round(fresh.share(0.95), 3), target="<= 1"
    )
    promise(
        f"T20 event to {viewers} screens, p99, seconds", figure=round(fresh.share(0.99), 3), target="<= 2"
    )
    assert fresh.missed == 0


async def _send(
    api: httpx.AsyncClient, people: Sequence[UUID], *, a_second: int, seconds: int, before: int
) -> list[tuple[int, float]]:
    """One point after the other at an even pace; the sum of all points when each was sent, and the moment."""
    sent: list[tuple[int, float]] = []
    began = time.monotonic()
    async with asyncio.TaskGroup() as going:
        for nth in range(a_second * seconds):
            await asyncio.sleep(max(0.0, began + nth / a_second - time.monotonic()))
            sent.append((before + nth + 1, time.monotonic()))
            days_later = nth // (len(people) * GIVEN_A_DAY)
            going.create_task(give(api, people[nth % len(people)], 1, days_later=days_later))
    return sent


def _fresh(sent: Sequence[tuple[int, float]], watching: Sequence[Viewer]) -> Fresh:
    lags: list[float] = []
    missed = 0
    for viewer in watching:
        seen = iter(viewer.sums)
        total, moment = next(seen)
        for points, at in sent:
            while total < points and (following := next(seen, None)) is not None:
                total, moment = following
            missed += total < points
            lags.append(max(0.0, moment - at))
    return Fresh(lags, missed)


@pytest.mark.parametrize(
    "size",
    [
        pytest.param((20, 3, 1), id="small", marks=pytest.mark.timeout(60)),
        pytest.param((200, 10, 3), id="full", marks=[*LONG, pytest.mark.timeout(600)]),
    ],
)
async def test_viewers_cut_off_end_with_the_board_as_it_is(
    live: LiveServer,
    api: httpx.AsyncClient,
    people: list[UUID],
    promise: Promise,
    size: tuple[int, int, int],
) -> None:
    viewers, cuts, restarts = size
    watching = [_Resuming(live.address) for _ in range(viewers)]
    following = [asyncio.create_task(one.follow()) for one in watching]
    for nth in range(cuts * restarts):
        await give(api, people[nth % len(people)], 1)
        for one in watching:
            if secrets.randbelow(2):
                await one.cut()
        if nth % cuts == cuts - 1:
            await asyncio.to_thread(live.stop)
            await asyncio.to_thread(live.start)

    await give(api, people[0], 1)
    board = (await api.get("/api/v1/boards/people-total?limit=50")).json()
    truth = {row["subject"]["id"]: row["score"] for row in board["rows"]}

    async def all_are_right() -> bool:
        return all(one.rows == truth for one in watching)

    await eventually_async(all_are_right, seconds=30)
    for task in following:
        task.cancel()
    await asyncio.gather(*following, *(one.cut() for one in watching), return_exceptions=True)
    silent = sum(one.silent for one in watching)
    promise(f"T21 answers to {viewers} reconnecting viewers that said nothing", figure=silent, target="0")
    assert silent == 0


class _Resuming:
    """A viewer that is cut off now and then, and comes back with the last id it took."""

    def __init__(self, address: str) -> None:
        self.rows: dict[str, int] = {}
        self.silent = 0
        self._address, self._last = address, ""
        self._open: Viewer | None = None

    async def cut(self) -> None:
        if self._open is not None:
            await self._open.close()

    async def follow(self) -> None:
        while True:
            try:
                self._open = await Viewer.open(self._address, last_event_id=self._last, **ROWS)
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.05)
                continue
            await self._watch(self._open)

    async def _watch(self, viewer: Viewer) -> None:
        try:
            await viewer.until(lambda one: one.frames or one.beats or one.is_over, seconds=10)
        except AssertionError:
            self.silent += 1
        while not viewer.is_over:
            self._take(viewer)
            await asyncio.sleep(0.02)
        self._take(viewer)
        await viewer.close()

    def _take(self, viewer: Viewer) -> None:
        if viewer.ids:
            self.rows, self._last = viewer.rows, viewer.ids[-1]


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(100, id="small", marks=pytest.mark.timeout(60)),
        pytest.param(1_000, id="full", marks=[*LONG, pytest.mark.timeout(300)]),
    ],
)
async def test_viewers_who_leave_leave_nothing(
    live: LiveServer, people: list[UUID], promise: Promise, count: int
) -> None:
    assert people
    await _until_streams(live, 0)
    base = files_open(live.pid())

    watching = [await Viewer.open(live.address, f"{BOARD}?limit={1 + nth % 20}") for nth in range(count)]
    await asyncio.gather(*(one.until(lambda each: each.frames, seconds=30) for one in watching))
    assert await streams_counted(live.address) == count
    for one in watching:
        await one.close()
    began = time.monotonic()
    await _until_streams(live, 0)

    async def files_are_closed() -> bool:
        return files_open(live.pid()) <= base + 3

    await eventually_async(files_are_closed, seconds=COLLECTED_S)
    took = round(time.monotonic() - began, 2)
    promise(f"T22 seconds until {count} viewers who left are forgotten", figure=took, target="<= 30")


@pytest.mark.alone
@pytest.mark.long
@pytest.mark.timeout(180)
async def test_a_peer_that_takes_nothing_more_is_given_up(
    live: LiveServer, api: httpx.AsyncClient, people: list[UUID]
) -> None:
    with socket.socket() as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect((urlsplit(live.address).hostname, urlsplit(live.address).port))
        stuck.sendall(f"GET {BOARD} HTTP/1.1\r\nhost: a\r\n\r\n".encode())
        going = asyncio.create_task(_send(api, people, a_second=10, seconds=120, before=0))

        await _until_streams(live, 1)
        await _until_streams(live, 0, seconds=150)
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)


async def _until_streams(live: LiveServer, count: int, *, seconds: float = COLLECTED_S) -> None:
    async def holds() -> bool:
        return await streams_counted(live.address) == count

    await eventually_async(holds, seconds=seconds)


@pytest.mark.parametrize(
    "viewers",
    [
        pytest.param(200, id="small", marks=pytest.mark.timeout(60)),
        pytest.param(2_000, id="full", marks=[*LONG, pytest.mark.timeout(300)]),
    ],
)
async def test_a_herd_that_comes_back_at_once_is_answered(
    live: LiveServer, people: list[UUID], promise: Promise, viewers: int
) -> None:
    assert people
    await asyncio.to_thread(live.stop)
    await asyncio.to_thread(live.start)

    took = await asyncio.gather(*(_first_byte(live.address) for _ in range(viewers)))

    watching = [viewer for _, viewer in took]
    slowest = sorted(seconds for seconds, _ in took)[viewers * 99 // 100]
    retries = [one.retry_ms or 0 for one in watching]
    statuses = {one.status for one in watching}
    for one in watching:
        await one.close()
    promise(f"T23 first byte to {viewers} who come at once, p99", figure=round(slowest, 2), target="<= 5")
    assert statuses == {200}
    assert max(retries) - min(retries) >= 5_000


async def _first_byte(address: str) -> tuple[float, Viewer]:
    began = time.monotonic()
    viewer = await Viewer.open(address)
    await viewer.until(lambda one: one.frames, seconds=30)
    return time.monotonic() - began, viewer
