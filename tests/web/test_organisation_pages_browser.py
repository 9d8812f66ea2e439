"""A leader's walk in a real browser: on a small phone, without scripts; and pages that everyone can read."""

from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from tests.support.processes import Server
from tests.web.conftest import PASSWORD
from thidua.accounts.actions import create_account
from thidua.accounts.roles import Grant, Role
from thidua.infra.clock import now
from thidua.organisation.actions import put_people, put_teams
from thidua.organisation.queries import unit_id_of

pytestmark = pytest.mark.browser
HERE = "C-03394"
TEAM, PERSON = uuid4(), uuid4()


@pytest_asyncio.fixture(scope="module")
async def address(server: Server) -> str:
    """A server where the leader `leader` leads a commune with one team and one person."""
    direct = await asyncpg.connect(server.dsn)
    person = {"id": PERSON, "name": "Vàng Thị Mẩy", "born_on": "1999-02-03", "unit": HERE}
    team = {"id": TEAM, "kind": "group", "name": "Nhóm 1", "unit": HERE, "valid_from": "2026-01-01"}
    await put_people(direct, [person], at=now())
    await put_teams(direct, [team], at=now())
    leads = [Grant(Role.UNIT_LEADER, unit=await unit_id_of(direct, HERE))]
    await create_account(direct, login="leader", password=PASSWORD, name="Sùng A Dơ", grants=leads, at=now())
    await direct.close()
    return server.address


async def _leader(browser: Browser, address: str, **more: object) -> Page:
    context = await browser.new_context(viewport={"width": 320, "height": 740}, locale="vi-VN", **more)  # type: ignore[arg-type]  # whatever a context takes
    page = await context.new_page()
    await page.goto(f"{address}/sign-in?next=/organisation")
    await page.locator("#login").fill("leader")
    await page.locator("#password").fill(PASSWORD)
    await page.locator("main form button[type=submit]").click()
    await page.wait_for_load_state()
    return page


async def test_a_leader_finds_a_person_and_puts_them_into_a_team_without_scripts(
    browser: Browser, address: str
) -> None:
    page = await _leader(browser, address, java_script_enabled=False)
    await page.get_by_role("link", name="Các đội").first.click()
    await page.get_by_role("link", name="Nhóm 1").first.click()
    await page.locator("#q").fill("vang thi may")
    await page.locator("#q").press("Enter")

    await page.get_by_role("button", name="Thêm Vàng Thị Mẩy vào đội").press("Enter")

    assert page.url == f"{address}/organisation/teams/{TEAM}/members?done=added"
    assert await page.get_by_role("heading", name="1 người trong đội").is_visible()
    await page.context.close()


@pytest.mark.timeout(90)  # six looks at a page each, on a busy machine too
async def test_pages_of_leaders_can_be_read_by_everyone(browser: Browser, address: str) -> None:
    page = await _leader(browser, address, bypass_csp=True, color_scheme="dark")
    # Tall enough that the bar of tabs covers nothing.
    await page.set_viewport_size({"width": 320, "height": 4000})
    faults = []
    for path in (
        "?q=vang",
        f"/units/{HERE}/edit",
        f"/teams/{TEAM}/members?q=vang",
        "/people",
        f"/people/{PERSON}",
        "/households",
    ):
        await page.goto(f"{address}/organisation{path}")
        faults += [(path, one["id"]) for one in (await Axe().run(page)).response["violations"]]
        wide = await page.evaluate("document.documentElement.scrollWidth")
        faults += [(path, f"{wide} wide")] if wide > 320 else []

    assert faults == []
    await page.context.close()
