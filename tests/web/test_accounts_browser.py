"""Signing in and giving accounts in a real browser: with its own origin and cookies, without scripts."""

from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page

from tests.support.processes import Server
from tests.web.conftest import PASSWORD
from thidua.accounts.actions import create_account
from thidua.accounts.roles import Grant, Role
from thidua.infra.clock import now
from thidua.organisation.actions import put_people
from thidua.organisation.queries import unit_id_of

pytestmark = pytest.mark.browser
HERE = "C-03394"


@pytest_asyncio.fixture(scope="module")
async def member(server: Server) -> UUID:
    """Somebody in the commune, and the leader `leader` of the commune."""
    direct = await asyncpg.connect(server.dsn)
    one = uuid4()
    stated = {"id": str(one), "name": "Vàng Thị Mẩy", "born_on": "1999-02-03", "unit": HERE}
    await put_people(direct, [stated], at=now())
    leads = Grant(Role.UNIT_LEADER, unit=await unit_id_of(direct, HERE))
    await create_account(
        direct, login="leader", password=PASSWORD, name="Sùng A Dơ", grants=[leads], at=now()
    )
    await direct.close()
    return one


async def signed_in(
    context: BrowserContext, address: str, login: str, password: str, *, back: str = "/account"
) -> Page:
    """A page of somebody who came in through the form."""
    page = await context.new_page()
    await page.goto(f"{address}/sign-in?next={back}")
    await page.locator("#login").fill(login)
    await page.locator("#password").fill(password)
    await page.locator("main form button[type=submit]").click()
    await page.wait_for_load_state()
    return page


async def test_a_leader_gives_an_account_and_the_member_takes_it(
    browser: Browser, server: Server, member: UUID
) -> None:
    context = await browser.new_context(java_script_enabled=False, locale="vi-VN")
    leader = await signed_in(context, server.address, "leader", PASSWORD, back="/accounts/new")
    await leader.locator("#q").fill("vang thi may")
    await leader.locator("main form button").first.click()
    await leader.get_by_role("link", name="Vàng Thị Mẩy").click()
    await leader.locator("#role").select_option("member")
    await leader.locator("main form button[type=submit]").last.click()
    once = await leader.locator("b.code").inner_text()
    await context.close()

    context = await browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = await signed_in(context, server.address, "may.vang.thi", once, back=f"/people/{member}")
    assert page.url == f"{server.address}/account"
    for field, typed in (("current", once), ("password", PASSWORD), ("again", PASSWORD)):
        await page.locator(f"#{field}").fill(typed)
    await page.locator("form[action='/account/password'] button").click()
    await page.goto(f"{server.address}/people/{member}")

    assert await page.locator("h1").inner_text() == "Vàng Thị Mẩy"
    cookies = {one["name"]: one for one in await context.cookies()}
    assert cookies["thidua_session"]["httpOnly"]
    await context.close()


@pytest.mark.parametrize(
    ("width", "look"),
    [(320, "light.150"), pytest.param(1280, "dark.100", marks=[pytest.mark.long, pytest.mark.timeout(90)])],
)
async def test_pages_about_accounts_can_be_read_by_everyone(
    browser: Browser, server: Server, member: UUID, width: int, look: str
) -> None:
    faults = []
    context = await browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    await context.add_cookies([{"name": "thidua_look", "value": look, "url": server.address}])
    page = await signed_in(context, server.address, "leader", PASSWORD)

    for path in ("/account", "/accounts", f"/accounts/new?person={member}", "/accounts/roles", "/sign-out"):
        await page.goto(server.address + path)
        faults += [(path, one["id"]) for one in (await Axe().run(page)).response["violations"]]
        if await page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append((path, "wider than the screen"))

    assert faults == []
    await context.close()
