"""Pages in a real browser: on a small phone, in the dark, without JavaScript."""

from collections.abc import Sequence

import asyncpg
import httpx
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

from tests.support.processes import Server
from tests.web.reporting import report
from thidua.accounts.actions import create_token
from thidua.accounts.model import Scope
from thidua.infra.clock import now

pytestmark = pytest.mark.browser
LAN = "0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c01"
TEAM = "0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c03"

PAGES = (
    "/?q=sin+ho",
    f"/people/{LAN}",
    f"/teams/{TEAM}",
    "/units/C-03394",
    "/boards",
    "/boards/people-total?scope=C-03394",
    f"/boards/people-total?subject={LAN}",
    "/boards?board=people-total&within=sin",
    "/sign-in",
    "/trust",
    "/nothing",
)


@pytest_asyncio.fixture(scope="module")
async def address(server: Server) -> str:
    """A server where one person of one team has points."""
    direct = await asyncpg.connect(server.dsn)
    scopes = [one.value for one in Scope]
    secret = await create_token(direct, name="browser", scopes=scopes, source=None, at=now())
    await direct.close()
    told = [
        ("people", {"id": LAN, "name": "Nguyễn Thị Lan", "born_on": "2000-03-04", "unit": "C-03394"}),
        (
            "teams",
            {"id": TEAM, "kind": "group", "name": "Nhóm 1", "unit": "C-03394", "valid_from": "2026-01-01"},
        ),
        ("memberships", {"person": LAN, "team": TEAM, "valid_from": "2026-01-01"}),
        ("activities", report(LAN)),
    ]
    headers = {"authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(base_url=server.address, headers=headers) as client:
        for part, body in told:
            assert (await client.post(f"/api/v1/{part}", json=body)).status_code == 200
    return server.address


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_fits_a_small_phone_and_asks_for_nothing_forbidden(
    browser: Browser, address: str, path: str
) -> None:
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, color_scheme="dark", java_script_enabled=False
    )
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    await page.goto(address + path)

    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    assert [line for line in said if "404" not in line] == []
    await context.close()


async def test_an_entry_opens_by_keyboard_without_javascript(browser: Browser, address: str) -> None:
    context = await browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = await context.new_page()
    await page.goto(f"{address}/people/{LAN}")
    steps = page.locator("ol.steps").first

    assert not await steps.is_visible()
    await page.locator("summary").first.focus()
    await page.keyboard.press("Enter")

    assert await steps.is_visible()
    await context.close()


async def test_pages_can_be_read_by_everyone_on_a_small_phone_in_large_letters(
    browser: Browser, address: str
) -> None:
    pages = ("/?q=sin+ho", f"/people/{LAN}", f"/boards/people-total?subject={LAN}", "/sign-in")

    assert await faults_of(browser, address, pages, width=320, look="light.150") == []


async def faults_of(
    browser: Browser, address: str, paths: Sequence[str], *, width: int, look: str
) -> list[tuple[str, str, str]]:
    """What hinders people who see, hear or move otherwise, and what is wider than the screen."""
    context = await browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    await context.add_cookies([{"name": "thidua_look", "value": look, "url": address}])
    page = await context.new_page()
    faults: list[tuple[str, str, str]] = []
    for path in paths:
        await page.goto(address + path)
        found = (await Axe().run(page)).response["violations"]
        faults += [(path, one["id"], one["nodes"][0]["html"]) for one in found]
        if await page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append((path, "wide", "wider than the screen"))
    await context.close()
    return faults


async def test_units_are_suggested_and_the_form_of_a_board_leads_there(
    browser: Browser, address: str
) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(f"{address}/boards/people-total")

    await page.locator("#within").fill("sin suoi ho")
    option = page.locator("#within-found option").first
    await option.wait_for(state="attached")
    await page.locator("#within").fill(await option.get_attribute("value") or "")
    await page.locator("form.filters button").click()
    await page.wait_for_url("**/boards/people-total?scope=C-03394")

    assert await page.locator("h1").inner_text() == "People: total points"
    assert said == []
    await context.close()


@pytest.mark.parametrize("look", ["dark.100", "contrast.100", "system.100"])
async def test_whatever_the_screen_is_like_paper_is_written_on_in_dark_ink(
    browser: Browser, address: str, look: str
) -> None:
    context = await browser.new_context(color_scheme="dark")
    await context.add_cookies([{"name": "thidua_look", "value": look, "url": address}])
    page = await context.new_page()
    await page.goto(f"{address}/people/{LAN}")

    await page.emulate_media(media="print")
    ink, paper = await page.evaluate(
        "['ink2', 'paper'].map(one => getComputedStyle(document.documentElement)"
        ".getPropertyValue(`--td-${one}`).trim())"
    )

    assert (ink, paper) == ("#40516D", "#FFFFFF")
    await context.close()
