"""On phones: who was helped answers by a code, and who doubts a figure is answered; read by everyone."""

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize

from tests.support.processes import Server
from tests.web.town import Town, hindrances, ready, town_on
from thidua.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PHONE = ViewportSize(width=360, height=4000)


@pytest_asyncio.fixture(scope="module")
async def town(server: Server, browser: Browser) -> Town:
    return await town_on(server, browser)


async def a_session(town: Town, name: str) -> Page:
    """The page of a session that somebody recorded on their phone."""
    lan = await town.somebody(name)
    context = await town.signed_in(await town.account(Role.MEMBER, person=lan), viewport=PHONE)
    page = context.pages[0]
    await ready(page, town.address)
    await page.fill("[name=others]", "1")
    await page.check("[name=a_minutes][value='30']")
    await page.check("[name=a_skill][value=vneid]")
    await page.click(".do button")
    await page.wait_for_selector("form[action$='/code']", timeout=60_000)
    return page


async def without_hindrance(page: Page) -> None:
    """Fail where something hinders those who see, hear or move otherwise."""
    assert await hindrances(page, PHONE["width"]) == []


async def test_a_relatives_phone_confirms_by_the_code(town: Town, browser: Browser) -> None:
    page = await a_session(town, "Phàn Thị Mẩy")
    await page.click("form[action$='/code'] button")
    await page.wait_for_selector(".helped__code svg")
    await without_hindrance(page)
    address = await page.get_attribute(".helped__address a", "href")
    assert address is not None

    theirs = await (await browser.new_context(user_agent="a phone", viewport=PHONE)).new_page()
    await theirs.goto(f"{town.address}/c")
    await theirs.fill("[name=code]", address[-10:].lower())
    await theirs.press("[name=code]", "Enter")
    await theirs.wait_for_selector("button[value=yes]")
    await without_hindrance(theirs)
    await theirs.click("button[value=yes]")
    await theirs.wait_for_selector(".notice--ok")

    await without_hindrance(theirs)


async def test_a_doubt_is_written_and_answered(town: Town) -> None:
    page = await a_session(town, "Chẻo Láo Tả")
    activity = page.url
    await page.goto(f"{activity}/doubt")
    await without_hindrance(page)
    await page.fill("[name=said]", "Thiếu một người nữa.")
    await page.click("form[action$='/doubt'] button")
    await page.wait_for_selector("#doubts")
    await without_hindrance(page)

    leading = await town.signed_in(await town.account(Role.UNIT_LEADER), viewport=PHONE)
    desk = leading.pages[0]
    await desk.goto(f"{town.address}/doubts")
    await desk.click("summary.btn")
    await without_hindrance(desk)
    await desk.check("[name=outcome][value=kept]", force=True)
    await desk.fill("[name=answer]", "Ghi thêm một việc nữa nhé.")
    await desk.click("form[action^='/doubts/'] button")
    await desk.wait_for_selector(".empty")
    await page.goto(activity)

    assert "Ghi thêm một việc nữa nhé." in (await page.text_content("main") or "")
