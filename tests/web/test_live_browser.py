"""Live boards and big screens in a real browser: nothing is reloaded, and a cut line is told."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.builders import PLAIN_COMMUNE
from tests.support.callers import put_people
from tests.support.streams import LiveServer, give, live_server
from thidua.infra.embedded import Servers
from thidua.organisation.names import alias_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]


@pytest.fixture(scope="module")
def live(servers: Servers, module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    log: Path = tmp_path_factory.mktemp("live") / "log"
    with live_server(module_dsn, f"{servers.redis_url}?db=4", log=log) as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def people(live: LiveServer) -> list[UUID]:
    some = [uuid4() for _ in range(10)]
    async with live.api() as api:
        await put_people(api, some, public_name=True)
        for nth, one in enumerate(some):
            await give(api, one, 100 - nth)
    return some


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    opened = await browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 720})
    yield opened
    await opened.close()


async def _open(context: BrowserContext, address: str) -> tuple[Page, list[str]]:
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto(address)
    await expect(page.locator("#live-dot")).to_be_visible()
    return page, said


async def test_points_appear_on_every_page_without_a_reload_and_rows_keep_their_elements(
    context: BrowserContext, live: LiveServer, people: list[UUID]
) -> None:
    board = f"{live.address}/boards/people-total?scope={PLAIN_COMMUNE}"
    pages = [await _open(context, board) for _ in range(2)]
    for page, _ in pages:
        await page.evaluate(
            "document.querySelectorAll('tr[data-subject]').forEach((row) => (row.isKept = true))"
        )

    async with live.api() as api:
        await give(api, people[9], 500)

    for page, said in pages:
        first = page.locator("tr[data-subject]").first
        await expect(first).to_contain_text("591")
        assert await first.get_attribute("data-subject") == str(people[9])
        assert await page.evaluate(
            "[...document.querySelectorAll('tr[data-subject]')].every((row) => row.isKept)"
        )
        assert said == []


async def test_ones_own_row_stays_marked_and_its_change_is_said_once(
    context: BrowserContext, live: LiveServer, people: list[UUID]
) -> None:
    page, said = await _open(context, f"{live.address}/boards/people-total?scope={PLAIN_COMMUNE}")
    await page.evaluate("(own) => (document.getElementById('board-live').dataset.me = own)", str(people[5]))

    async with live.api() as api:
        await give(api, people[5], 1_000)

    await expect(page.locator("#live-say")).to_have_text("Bạn đứng hạng 1 với 1.095 điểm.")
    own = page.locator("tr.is-me")
    await expect(own).to_have_attribute("data-subject", str(people[5]))
    await expect(own.locator(".you")).to_be_visible()
    assert said == []


async def test_a_lost_connection_is_told_with_its_moment_and_taken_up_again(
    context: BrowserContext, live: LiveServer, people: list[UUID]
) -> None:
    page, _ = await _open(context, f"{live.address}/boards/people-total?scope={PLAIN_COMMUNE}")

    live.stop()
    await expect(page.locator("#live-lost")).to_be_visible(timeout=15_000)
    assert await page.locator("#live-lost time").inner_text() != "…"
    assert not await page.locator("#live-dot").is_visible()
    live.start()
    async with live.api() as api:
        await give(api, people[7], 1_000)

    await expect(page.locator("#live-lost")).to_be_hidden(timeout=30_000)
    await expect(page.locator(f"#row-{people[7]}")).to_contain_text("1.093")


async def test_the_big_screen_is_live_turns_its_pages_and_names_nobody(
    context: BrowserContext, live: LiveServer, people: list[UUID]
) -> None:
    page, said = await _open(context, f"{live.address}/boards/people-total/screen?scope={PLAIN_COMMUNE}")
    shown = page.locator(".hall__board tbody tr:visible")
    await expect(shown).to_have_count(8)

    async with live.api() as api:
        await give(api, people[3], 1_000)
    await expect(page.locator(".hall__board tr[data-subject]").first).to_contain_text("1.097")
    await page.keyboard.press("ArrowRight")

    await expect(shown).to_have_count(2)
    words = await page.locator("body").inner_text()
    assert "Nguyễn" not in words
    assert alias_of(people[3]) in (await page.locator("#page-1").text_content() or "")
    await page.locator("#turning").click()
    await expect(page.locator("#turning")).to_have_attribute("aria-pressed", "true")
    assert await page.locator(".hall__qr svg").count() == 1
    assert said == []


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160)])
async def test_a_big_screen_fills_the_wall_and_nothing_scrolls(
    context: BrowserContext, live: LiveServer, people: list[UUID], size: tuple[int, int]
) -> None:
    assert people
    page = await context.new_page()
    await page.set_viewport_size({"width": size[0], "height": size[1]})

    await page.goto(f"{live.address}/boards/people-total/screen?scope={PLAIN_COMMUNE}")

    root = "document.documentElement"
    assert await page.evaluate(f"[{root}.scrollWidth, {root}.scrollHeight]") == list(size)
    last = await page.locator("#page-1 tr").last.bounding_box()
    foot = await page.locator(".hall__foot").bounding_box()
    assert last is not None
    assert foot is not None
    assert last["y"] + last["height"] <= foot["y"]


async def test_without_javascript_board_and_screen_show_what_is_so(
    browser: Browser, live: LiveServer, people: list[UUID]
) -> None:
    context = await browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = await context.new_page()

    await page.goto(f"{live.address}/boards/people-total?scope={PLAIN_COMMUNE}")
    assert not await page.locator("#live-dot").is_visible()
    assert await page.locator("tr[data-subject]").count() == len(people)
    await page.goto(f"{live.address}/boards/people-total/screen?scope={PLAIN_COMMUNE}")
    await page.locator(".hall__turn a").click()

    await expect(page.locator(".hall__board tbody tr:visible")).to_have_count(2)
    await context.close()
