"""Recording and confirming in a real browser: a few taps on a phone, no network, one hand on the keyboard."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.support.processes import Server
from tests.support.waiting import eventually_async
from thidua.accounts.actions import create_account, create_token
from thidua.accounts.model import Scope
from thidua.accounts.roles import Grant, Role
from thidua.infra.clock import now
from thidua.paths import checkout

pytestmark = pytest.mark.browser
PASSWORD = "cau-vong-sau-mua-27"  # noqa: S105 -- of accounts that live as long as a test
COMMUNE = "C-03394"
HELPED = "Tẩn Mỷ Sương"


@pytest_asyncio.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    made = checkout() or Path()
    path = shutil.which(made / "build" / "chromium") or shutil.which("chromium")
    assert path, "chromium is needed: make test finds one, or installs it from Debian"
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        await opened.close()


class Town:
    """A commune with somebody to help, and people who may sign in."""

    def __init__(self, server: Server, browser: Browser, token: str) -> None:
        """Keep where it is."""
        self.address, self.dsn, self._browser, self.token = server.address, server.dsn, browser, token

    async def somebody(self, name: str) -> str:
        """A person of this name at home in the commune."""
        one = str(uuid4())
        body = {"id": one, "name": name, "born_on": "2000-03-04", "unit": COMMUNE}
        headers = {"authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(base_url=self.address, headers=headers) as client:
            assert (await client.post("/api/v1/people", json=body)).status_code == 200
        return one

    async def account(self, role: Role, *, person: str | None = None) -> str:
        """Somebody of that role in the commune; return the login."""
        direct = await asyncpg.connect(self.dsn)
        login = f"u{uuid4().hex[:12]}"
        unit = await direct.fetchval("SELECT id FROM unit WHERE code = $1", COMMUNE)
        await create_account(
            direct,
            login=login,
            password=PASSWORD,
            name="Nông Thị Sín",
            person=UUID(person) if person else None,
            grants=[Grant(role, unit=unit)],
            at=now(),
        )
        await direct.close()
        return login

    async def signed_in(self, login: str, **look: Any) -> BrowserContext:  # noqa: ANN401 -- as playwright takes it
        """A browser in which that account is signed in."""
        context = await self._browser.new_context(locale="vi-VN", **look)
        page = await context.new_page()
        await page.goto(f"{self.address}/sign-in")
        await page.fill("[name=login]", login)
        await page.fill("[name=password]", PASSWORD)
        await page.press("[name=password]", "Enter")
        await page.wait_for_url(lambda url: "/sign-in" not in url)
        return context

    async def found(self, query: str, *arguments: object) -> Any:  # noqa: ANN401 -- one value
        """What the database says."""
        direct = await asyncpg.connect(self.dsn)
        try:
            return await direct.fetchval(query, *arguments)
        finally:
            await direct.close()


@pytest_asyncio.fixture(scope="module")
async def town(server: Server, browser: Browser) -> Town:
    direct = await asyncpg.connect(server.dsn)
    scopes = [one.value for one in Scope]
    token = await create_token(direct, name="town", scopes=scopes, source=None, at=now())
    await direct.close()
    return Town(server, browser, token)


async def recorded(town: Town, person: str) -> int:
    """How many activities of the person are kept."""
    return int(await town.found("SELECT count(*) FROM activity WHERE actor = $1::uuid", person))


async def ready(page: Page, address: str) -> None:
    """Open the form and wait until the page can keep what is recorded."""
    await page.goto(f"{address}/activities/new?type=MENTOR_SESSION")
    await page.wait_for_selector("html[data-keeps=yes]")


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
    for name, keys in (("others", "1"), ("a_minutes", " "), ("a_skill", " ")):
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


async def claimed(town: Town, name: str, count: int) -> str:
    """Somebody of this name with so many sessions that wait; return the person."""
    mentor = await town.somebody(name)
    body = {
        "type": "MENTOR_SESSION",
        "occurred_at": "2026-11-20T09:00:00+07:00",
        "actor": mentor,
        "attributes": {"minutes": 45, "skill": "vneid"},
    }
    headers = {"authorization": f"Bearer {town.token}"}
    async with httpx.AsyncClient(base_url=town.address, headers=headers) as client:
        told = {"activities": [body | {"id": str(uuid4())} for _ in range(count)]}
        assert (await client.post("/api/v1/activities", json=told)).status_code == 200
    return mentor


async def test_claims_are_judged_from_the_keyboard(town: Town) -> None:
    mentor = await claimed(town, "Người Chờ Lâu", 3)
    context = await town.signed_in(await town.account(Role.VERIFIER))
    page = context.pages[0]
    await page.goto(f"{town.address}/verify?q=nguoi+cho+lau")
    await eventually_async(lambda: page.evaluate("window.htmx !== undefined"))

    await page.keyboard.press("?")
    assert await page.locator(".keys").is_visible()
    for key in ("?", "j", "k", "v"):
        await page.keyboard.press(key)
    await expect(page.locator("[data-claim]")).to_have_count(2)
    assert "Đã xác nhận 1" in await page.inner_text("#said")
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

    assert "Đã xác nhận 1" in await page.inner_text("main")
    query = "SELECT state FROM activity WHERE actor = $1::uuid"
    assert await town.found(query, mentor) == 2
    await context.close()


async def hindrances(page: Page, width: int) -> list[tuple[str, str, str]]:
    """What hinders people who see, hear or move otherwise, and what is wider than the screen."""
    violations = (await Axe().run(page)).response["violations"]
    found = [(page.url, str(one["id"]), str(one["nodes"][0]["html"])) for one in violations]
    if await page.evaluate("document.documentElement.scrollWidth") > width:
        found.append((page.url, "wide", "wider than the screen"))
    return found


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
