"""Recording in a real browser: a few taps on a phone, by keyboard, and without a network."""

import json
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.support.processes import Server
from tests.support.waiting import eventually_async
from tests.web.town import HELPED, Town, ready, recorded, town_on
from thidua.accounts.roles import Role

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(scope="module")
async def town(server: Server, browser: Browser) -> Town:
    return await town_on(server, browser)


async def test_a_session_takes_five_taps_on_a_small_phone(town: Town) -> None:
    mentor = await town.somebody("Lò Thị Ban")
    await town.somebody(HELPED)
    login = await town.account(Role.MEMBER, person=mentor)
    context = await town.signed_in(login, viewport={"width": 360, "height": 740}, has_touch=True)
    page = context.pages[0]

    await ready(page, town.address)
    await page.locator("#q").tap()
    await page.keyboard.type("suong")
    await page.locator("#found label").first.tap()
    await page.locator("[name=a_minutes][value='45']").tap()
    await page.locator("[name=a_skill][value=vneid]").tap()
    await expect(page.locator("#foretold")).to_contain_text("điểm")
    await page.locator(".do button").tap()
    await page.wait_for_url("**/activities/*-*-*-*-*")

    text = await page.inner_text("main")
    assert "Đã ghi" in text
    assert HELPED in text
    assert await recorded(town, mentor) == 1
    await ready(page, town.address)
    # The next time three taps are left: whom, and record; how long and about what are as last time.
    assert await page.locator("[name=a_minutes][value='45']").is_checked()
    assert HELPED in await page.inner_text("#picked")
    await context.close()


async def test_a_session_is_recorded_by_keyboard_alone(town: Town) -> None:
    mentor = await town.somebody("Vàng Thị Phím")
    context = await town.signed_in(await town.account(Role.MEMBER, person=mentor))
    page = context.pages[0]
    await ready(page, town.address)

    presses = 0
    for name, keys in (("a_minutes", " "), ("a_skill", " "), ("others", "1")):
        while await page.evaluate("document.activeElement.name") != name:
            await page.keyboard.press("Tab")
            presses += 1
            assert presses < 40
        await page.keyboard.press("Space") if keys == " " else await page.keyboard.type(keys)
        presses += 1
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/activities/*-*-*-*-*")

    assert await recorded(town, mentor) == 1
    await context.close()


async def kept_in(page: Page) -> list[dict[str, Any]]:
    """What the browser keeps, as anybody who sits at it could read it."""
    told = await page.evaluate("""async () => {
        const open = indexedDB.open("thidua", 1);
        const database = await new Promise((ok) => { open.onsuccess = () => ok(open.result); });
        const all = database.transaction("kept").objectStore("kept").getAll();
        const found = await new Promise((ok) => { all.onsuccess = () => ok(all.result); });
        const isBytes = (one) => one instanceof ArrayBuffer || ArrayBuffer.isView(one);
        const text = (_, one) => isBytes(one) ? new TextDecoder().decode(one) : one;
        return JSON.stringify(found, text);
    }""")
    return list(json.loads(told))


async def test_without_a_network_a_session_is_kept_sealed_and_sent_once(town: Town) -> None:
    mentor = await town.somebody("Sùng A Mạng")
    context = await town.signed_in(await town.account(Role.MEMBER, person=mentor))
    page = context.pages[0]
    await ready(page, town.address)

    await context.set_offline(True)
    for minutes in ("30", "60"):
        await page.fill("[name=others]", "1")
        await page.check(f"[name=a_minutes][value='{minutes}']")
        await page.check("[name=a_skill][value=vneid]")
        await page.click(".do button")
        await expect(page.locator("[name=others]")).to_have_value("")
    notice = await page.inner_text("#kept")
    kept = await kept_in(page)

    assert "Đang mất mạng. Cứ ghi tiếp" in notice
    assert "2 lần ghi" in notice
    assert len(kept) == 2
    assert "vneid" not in json.dumps(kept)
    assert await recorded(town, mentor) == 0

    await context.set_offline(False)
    await expect(page.locator("#kept")).to_contain_text("Đã gửi 2")
    assert await recorded(town, mentor) == 2
    await ready(page, town.address)
    assert await kept_in(page) == []
    assert await recorded(town, mentor) == 2
    await context.close()


async def test_the_form_opens_without_a_network_and_knows_nobody(town: Town) -> None:
    mentor = await town.somebody("Lý A Xa")
    context = await town.signed_in(await town.account(Role.MEMBER, person=mentor))
    page = context.pages[0]
    await ready(page, town.address)
    await eventually_async(lambda: page.evaluate("navigator.serviceWorker.controller !== null"))

    await context.set_offline(True)
    await page.goto(f"{town.address}/activities/new")
    text = await page.inner_text("body")
    assert "Đang mất mạng" in text
    assert "Nông Thị Sín" not in text
    await page.check("[name=a_minutes][value='45']")
    await page.check("[name=a_skill][value=vneid]")
    await page.fill("[name=evidence]", "Bác Sương")
    await page.click(".do button")
    await expect(page.locator("#kept")).to_contain_text("1 lần ghi")
    assert "Sương" not in json.dumps(await kept_in(page), ensure_ascii=False)

    await context.set_offline(False)

    async def is_sent() -> bool:
        return await recorded(town, mentor) == 1

    await eventually_async(is_sent, seconds=15)
    await context.close()


async def test_what_was_kept_is_nobody_elses_to_read_or_send(town: Town) -> None:
    mentor, other = await town.somebody("Chủ Của Máy"), await town.somebody("Người Mượn Máy")
    login = await town.account(Role.MEMBER, person=mentor)
    context = await town.signed_in(login)
    page = context.pages[0]
    await ready(page, town.address)
    await context.set_offline(True)
    await page.check("[name=a_minutes][value='45']")
    await page.check("[name=a_skill][value=vneid]")
    await page.click(".do button")
    await expect(page.locator("#kept")).to_contain_text("1 lần ghi")
    await context.clear_cookies()
    await context.set_offline(False)

    await town.sign_in(page, await town.account(Role.MEMBER, person=other))
    await ready(page, town.address)
    assert len(await kept_in(page)) == 1
    assert await page.inner_text("#kept") == ""
    await context.clear_cookies()
    await town.sign_in(page, login)
    await ready(page, town.address)
    await expect(page.locator("#kept")).to_contain_text("Đã gửi 1")

    assert [await recorded(town, one) for one in (mentor, other)] == [1, 0]
    await context.close()
