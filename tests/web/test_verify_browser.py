"""The queue in a real browser: by keyboard, without scripts, and read by everyone."""

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.support.processes import Server
from tests.support.waiting import eventually_async
from tests.web.town import HELPED, Town, claimed, hindrances, town_on
from thidua.accounts.roles import Role

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(scope="module")
async def town(server: Server, browser: Browser) -> Town:
    return await town_on(server, browser)


async def test_claims_are_judged_from_the_keyboard(town: Town) -> None:
    mentor = await claimed(town, "Người Chờ Lâu", 3)
    context = await town.signed_in(await town.account(Role.VERIFIER))
    page = context.pages[0]
    await page.goto(f"{town.address}/verify?q=nguoi+cho+lau")
    await eventually_async(lambda: page.evaluate("window.htmx !== undefined"))

    waiting = int((await page.inner_text("#waiting b")).replace(".", ""))
    assert "is-current" in str(await page.locator("[data-claim]").first.get_attribute("class"))
    await page.keyboard.press("?")
    assert await page.locator(".keys").is_visible()
    for key in ("?", "j", "k", "v"):
        await page.keyboard.press(key)
    await expect(page.locator("[data-claim]")).to_have_count(2)
    assert "Đã xác nhận: Buổi hướng dẫn của Người Chờ Lâu." in await page.inner_text("#said")
    await expect(page.locator("#waiting")).to_contain_text(f"{waiting - 1} việc đang chờ")
    await expect(page.locator("#f-type [value=MENTOR_SESSION]")).to_have_text(
        f"Buổi hướng dẫn ({waiting - 1})"
    )
    assert await page.get_attribute("#said", "aria-live") == "polite"
    for key in ("r", "ArrowDown", "Tab", "m", "Enter"):
        await page.keyboard.press(key)
    await expect(page.locator("[data-claim]")).to_have_count(1)

    query = "SELECT count(*) FROM activity WHERE actor = $1::uuid AND state = $2"
    assert [await town.found(query, mentor, state) for state in (1, 2, 3)] == [1, 1, 1]
    await context.close()


async def test_claims_are_judged_without_javascript(town: Town) -> None:
    mentor = await town.somebody("Không Cần Máy")
    await town.somebody(HELPED)
    login = await town.account(Role.MEMBER, person=mentor)
    member = await town.signed_in(login, java_script_enabled=False)
    form = member.pages[0]
    await form.goto(f"{town.address}/activities/new?type=MENTOR_SESSION")
    await form.fill("[name=q]", "suong")
    await form.press("[name=q]", "Enter")
    await form.check("#found input >> nth=0")
    await form.check("[name=a_minutes][value='45']")
    await form.check("[name=a_skill][value=vneid]")
    await form.click(".do button")
    assert "Đã ghi" in await form.inner_text("main")
    await member.close()
    context = await town.signed_in(await town.account(Role.VERIFIER), java_script_enabled=False)
    page = context.pages[0]
    await page.goto(f"{town.address}/verify?q=khong+can")

    await page.check("[name=pick]")
    await page.click("button[value=verify]")

    assert "Đã xác nhận: Buổi hướng dẫn của Không Cần Máy." in await page.inner_text("main")
    query = "SELECT state FROM activity WHERE actor = $1::uuid"
    assert await town.found(query, mentor) == 2
    await context.close()


async def found_on_pages(
    town: Town, width: int, look: str, *, is_whole: bool = True, colours: str = "none"
) -> list[tuple[str, str, str]]:
    """What hinders on the form, with faults too, on one's own pages, and in the queue."""
    mentor = await claimed(town, "Người Đọc Kỹ", 2)
    login = await town.account(Role.UNIT_LEADER, person=mentor)
    context = await town.signed_in(
        login,
        viewport={"width": width, "height": 800},
        bypass_csp=True,
        service_workers="block",
        forced_colors=colours,
    )
    await context.add_cookies([{"name": "thidua_look", "value": look, "url": town.address}])
    page = context.pages[0]
    own = await town.found("SELECT id FROM activity WHERE actor = $1::uuid LIMIT 1", mentor)
    found = []
    for path in (
        "/activities/new?who=ng",
        "/activities",
        f"/activities/{own}",
        "/verify",
        "/activities/offline",
    ):
        await page.goto(town.address + path)
        found += await hindrances(page, width)
    await page.goto(f"{town.address}/activities/new?type=MENTOR_SESSION")
    found += await hindrances(page, width)
    await page.fill("[name=others]", "ba")
    await page.evaluate("document.getElementById('record').submit()")
    await page.wait_for_selector("#errors")
    found += await hindrances(page, width)
    await context.close()
    return found


async def test_recording_and_the_queue_can_be_read_by_everyone(town: Town) -> None:
    assert await found_on_pages(town, 320, "light.150", is_whole=False) == []


@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("width", "look", "colours"),
    [
        (320, "light.150", "none"),
        (360, "dark.100", "none"),
        (1280, "light.100", "none"),
        (1280, "contrast.125", "active"),
    ],
)
async def test_recording_and_the_queue_can_be_read_in_every_look(
    town: Town, width: int, look: str, colours: str
) -> None:
    assert await found_on_pages(town, width, look, colours=colours) == []
