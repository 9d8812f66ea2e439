"""Live boards: what a stream begins with, what it goes on with, and how it ends."""

import asyncio
import json
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from tests.builders import MOUNTAIN_COMMUNE, PLAIN_COMMUNE
from tests.support.callers import put_people
from tests.support.streams import BOARD, ROWS, LiveServer, Viewer, give, live_server, streams_counted
from tests.support.waiting import eventually_async
from thidua.boards.model import BoardKey
from thidua.infra.embedded import Servers
from thidua.web.streams import Frame, FullError, close_streams, end_streams, hub

Watch = Callable[..., Awaitable[Viewer]]


@pytest.fixture(scope="module")
def live(servers: Servers, module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    log: Path = tmp_path_factory.mktemp("live") / "log"
    few = {"THIDUA_STREAMS_PER_ADDRESS": "2", "THIDUA_TRUSTED_PROXIES": "127.0.0.1/32"}
    with live_server(module_dsn, f"{servers.redis_url}?db=2", log=log, environ=few) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def api(live: LiveServer) -> AsyncIterator[httpx.AsyncClient]:
    async with live.api() as client:
        yield client


@pytest_asyncio.fixture(scope="module")
async def lan(api: httpx.AsyncClient) -> UUID:
    somebody = uuid4()
    await put_people(api, [somebody])
    await give(api, somebody, 10)
    return somebody


@pytest_asyncio.fixture
async def watch(live: LiveServer) -> AsyncIterator[Watch]:
    opened: list[Viewer] = []

    async def at(path: str = BOARD, **headers: str) -> Viewer:
        opened.append(await Viewer.open(live.address, path, **headers))
        return opened[-1]

    yield at
    for viewer in opened:
        await viewer.close()


async def test_a_stream_begins_with_the_board_and_goes_on_with_what_changes(
    watch: Watch, api: httpx.AsyncClient, lan: UUID
) -> None:
    viewer = await watch()
    await viewer.until(lambda one: one.frames)

    await give(api, lan, 7)

    await viewer.until(lambda one: len(one.frames) > 1)
    assert viewer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert (viewer.headers["cache-control"], viewer.headers["x-accel-buffering"]) == ("no-store", "no")
    assert 1_000 <= (viewer.retry_ms or 0) < 7_000
    assert f'data-subject="{lan}"' in viewer.frames[-1]
    assert viewer.frames[-1] != viewer.frames[0]
    assert len(set(viewer.ids)) == len(viewer.ids)


@pytest.mark.parametrize(
    "path",
    [
        "/boards/people-total/stream?period=2026-10-01",
        f"/boards/people-total/stream?scope={PLAIN_COMMUNE}&limit=3",
        "/boards/units-total/stream",
        "/boards/units-per-member/stream?period=2026-Q4",
    ],
)
async def test_boards_of_every_kind_are_live(
    watch: Watch, api: httpx.AsyncClient, lan: UUID, path: str
) -> None:
    viewer = await watch(path)
    await viewer.until(lambda one: one.frames)

    await give(api, lan, 5)

    await viewer.until(lambda one: len(one.frames) > 1)


async def test_a_board_that_nothing_concerns_is_left_alone(
    watch: Watch, api: httpx.AsyncClient, lan: UUID
) -> None:
    elsewhere = await watch(f"/boards/people-total/stream?scope={MOUNTAIN_COMMUNE}")
    here = await watch(f"/boards/people-total/stream?scope={PLAIN_COMMUNE}", **ROWS)
    await here.until(lambda one: one.frames)
    await elsewhere.until(lambda one: one.frames)
    before = here.rows[str(lan)]

    await give(api, lan, 5)

    await here.until(lambda one: one.rows[str(lan)] == before + 5)
    assert len(elsewhere.frames) == 1


async def test_all_who_see_a_board_alike_are_sent_the_same(
    watch: Watch, api: httpx.AsyncClient, lan: UUID
) -> None:
    some = [await watch() for _ in range(5)]
    english = await watch(accept_language="en")
    await give(api, lan, 3)
    await asyncio.gather(*(one.until(lambda each: len(each.frames) > 1) for one in [*some, english]))

    assert len({one.frames[-1] for one in some}) == 1
    assert len({one.ids[-1] for one in some}) == 1
    assert english.frames[-1] != some[0].frames[-1]
    assert english.headers["content-language"] == "en"


@pytest.mark.usefixtures("lan")
async def test_who_comes_back_is_told_at_once_that_nothing_has_changed(watch: Watch) -> None:
    before = await watch()
    await before.until(lambda one: one.frames)

    again = await watch(last_event_id=before.ids[-1])

    await again.until(lambda one: one.beats)
    assert (again.frames, again.pings) == ([], 1)


@pytest.mark.parametrize("known", ["invented", "0" * 18, "", "a\tb"])
async def test_an_id_that_tells_nothing_brings_the_whole_board_at_once(
    watch: Watch, lan: UUID, known: str
) -> None:
    viewer = await watch(last_event_id=known)

    await viewer.until(lambda one: one.frames)
    assert f'data-subject="{lan}"' in viewer.frames[0]


@pytest.mark.usefixtures("lan")
async def test_the_id_of_a_state_is_the_same_in_every_process(watch: Watch, live: LiveServer) -> None:
    before = await watch()
    await before.until(lambda one: one.frames)

    live.stop()
    live.start()
    after = await watch()

    await after.until(lambda one: one.frames)
    assert after.ids == before.ids[-1:]


async def test_programs_are_sent_the_rows_of_the_api(watch: Watch, api: httpx.AsyncClient, lan: UUID) -> None:
    viewer = await watch(f"{BOARD}?period=2026-Q4&limit=2", **ROWS)
    await viewer.until(lambda one: one.frames)

    page = (await api.get("/api/v1/boards/people-total?period=2026-Q4&limit=2")).json()

    told = json.loads(viewer.frames[-1])
    assert told["rows"] == page["rows"]
    assert told.keys() == page.keys()
    assert str(lan) in viewer.rows


async def test_a_packed_stream_unpacks_though_frames_were_left_out(
    live: LiveServer, api: httpx.AsyncClient, lan: UUID
) -> None:
    headers = {"accept-encoding": "gzip"}
    async with (
        httpx.AsyncClient(base_url=live.address) as client,
        client.stream("GET", BOARD, headers=headers) as answer,
    ):
        came = aiter(answer.aiter_raw())
        first = await anext(came)
        await give(api, lan, 1)
        raw = first[:10] + await anext(came)

    told = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(raw).decode()
    assert answer.headers["content-encoding"] == "gzip"
    assert f'data-subject="{lan}"' in told
    assert len(raw) < len(told) / 2


async def test_an_address_has_only_so_many_streams_and_is_told_when_to_come_back(watch: Watch) -> None:
    here, there = {"x_forwarded_for": "203.0.113.9"}, {"x_forwarded_for": "2001:db8::1"}
    some = [await watch(**here), await watch(**here)]

    refused, other = await watch(**here, accept_language="en"), await watch(**there)

    assert [one.status for one in some] == [200, 200]
    assert (refused.status, other.status) == (503, 200)
    assert 5 <= int(refused.headers["retry-after"]) < 25
    assert refused.headers["content-type"] == "application/problem+json"


async def test_an_address_alone_has_fewer_boards_read_for_it_than_it_has_streams(watch: Watch) -> None:
    here = {"x_forwarded_for": "203.0.113.11"}
    own = await watch(f"{BOARD}?limit=7", **here)
    refused = await watch(f"{BOARD}?limit=8", **here)
    other = await watch(f"{BOARD}?limit=8", x_forwarded_for="203.0.113.12")
    shared = await watch(f"{BOARD}?limit=8", **here)
    assert [one.status for one in (own, refused, other, shared)] == [200, 503, 200, 200]
    await own.close()
    await shared.close()

    async def is_let_in() -> bool:
        return (await watch(f"{BOARD}?limit=9", **here)).status == 200

    await eventually_async(is_let_in)


async def test_a_place_is_free_again_when_somebody_leaves(watch: Watch) -> None:
    here = {"x_forwarded_for": "203.0.113.10"}
    some = [await watch(**here), await watch(**here)]
    await some[0].close()

    async def is_let_in() -> bool:
        return (await watch(**here)).status == 200

    await eventually_async(is_let_in)


async def test_nothing_stays_of_viewers_who_left(live: LiveServer, watch: Watch) -> None:
    for nth in range(30):
        one = await watch(f"{BOARD}?limit={1 + nth % 3}")
        await one.until(lambda each: each.frames)
        await one.close()

    async def is_empty() -> bool:
        return await streams_counted(live.address) == 0

    await eventually_async(is_empty)


async def test_asked_for_its_head_alone_a_stream_ends(live: LiveServer) -> None:
    async with httpx.AsyncClient(base_url=live.address, timeout=5) as client:
        assert (await client.head(BOARD)).status_code == 200

    async def is_empty() -> bool:
        return await streams_counted(live.address) == 0

    await eventually_async(is_empty)


@pytest.mark.parametrize("path", ["/boards/nothing/stream", f"{BOARD}?period=sometimes", f"{BOARD}?limit=0"])
async def test_a_question_that_cannot_be_answered_is_a_problem_not_a_stream(watch: Watch, path: str) -> None:
    viewer = await watch(path)

    assert viewer.status in {400, 404}
    assert viewer.headers["content-type"].startswith("application/problem+json")


async def test_streams_end_within_a_second_when_the_server_is_told_to_stop(
    live: LiveServer, watch: Watch
) -> None:
    some = [await watch(f"{BOARD}?limit={nth}") for nth in range(1, 6)]
    await asyncio.gather(*(one.until(lambda each: each.frames) for one in some))

    began = time.monotonic()
    stopping = asyncio.create_task(asyncio.to_thread(live.stop))
    await asyncio.gather(*(one.until(lambda each: each.is_over, seconds=1.0) for one in some))
    await stopping

    assert time.monotonic() - began < 10
    live.start()


@pytest.mark.usefixtures("bootstrapped_database")
async def test_who_comes_to_the_first_stream_of_a_process_that_is_leaving_is_turned_away() -> None:
    async def never(_before: Frame | None) -> Frame:
        raise AssertionError("nothing is shown any more")

    await close_streams()
    end_streams()
    try:
        with pytest.raises(FullError):
            (await hub()).enter("late", BoardKey("people-total", "all", uuid4()), never, address=None)
    finally:
        await close_streams()
