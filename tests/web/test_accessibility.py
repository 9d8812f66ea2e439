"""Every kind of page for people who see, hear or move otherwise: axe, small screens, keyboard, no scripts."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext

from tests.support.processes import Server
from tests.web.reporting import report
from tests.web.town import COMMUNE, Town, claimed, town_on
from thidua.accounts.roles import Role
from thidua.badges.catalogue import catalogue

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]  # dozens of pages, on a busy machine too
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = 360
# By width: so high that no bar at the edge of the window covers a part of what it can be scrolled away from.
TALL, TALLER = 6_000, 18_000
FIRST_LOAD_MOST = 100_000
TEAM, LAN, AWARD = str(uuid4()), str(uuid4()), str(uuid4())
_AWARD = """
WITH given AS (
    INSERT INTO badge_version (badge, version, fingerprint, first_awarded_at)
    VALUES ('lam-quen-ai', 1, $3, now()) ON CONFLICT DO NOTHING
)
INSERT INTO badge_award (id, badge, version, subject, subject_kind, "window", earned_at, awarded_at, state,
    by, note, have, need, list_number, list_index)
VALUES ($1::uuid, 'lam-quen-ai', 1, $2::uuid, 1, 'ever', now(), now(), 1, 'account:x', 'Lớp', 0, 0, 1, 5)
RETURNING 1
"""

PUBLIC = (
    "/?q=sin+ho",
    "/boards",
    "/boards/people-total",
    f"/boards/people-total?scope={COMMUNE}&subject={LAN}",
    "/boards/teams-per-member",
    "/boards/units-total",
    "/boards/people-total/screen",
    f"/people/{LAN}",
    f"/teams/{TEAM}",
    f"/units/{COMMUNE}",
    "/units/P-12",
    "/units/VN",
    "/trust",
    "/accounts/roles",
    "/api",
    "/sign-in",
    "/activities/offline",
    "/c",
    "/problems/not_found",
    "/badges?q=so",
    "/badges/dai-su-so",
    "/badges/verify",
    f"/credentials/{AWARD}",
    "/nothing",
)
MEMBER = (
    "/",
    "/account",
    "/sign-out",
    "/activities",
    "/activities/new?type=MENTOR_SESSION",
    "/activities/new?type=CLASS_TAUGHT",
    "/activities/new?type=INITIATIVE",
    "/badges",
    "/backpack",
    "/verify",
)
LEADER = (
    "/verify",
    "/doubts",
    "/organisation",
    f"/organisation/units/{COMMUNE}",
    f"/organisation/units/{COMMUNE}/edit",
    "/organisation/units/new",
    "/organisation/people?q=lan",
    f"/organisation/people/{LAN}",
    f"/organisation/people/{LAN}/home",
    "/organisation/people/new",
    "/organisation/teams",
    "/organisation/teams/new",
    f"/organisation/teams/{TEAM}",
    f"/organisation/teams/{TEAM}/members?q=lan",
    f"/organisation/teams/{TEAM}/end",
    "/organisation/households",
    "/organisation/households/new",
    "/organisation/clusters",
    "/imports",
    "/accounts",
    "/accounts/new",
    "/badges/award?badge=lam-quen-ai&q=lan",
    "/badges/award/list",
    f"/credentials/{AWARD}",
)
ELSE = {"/nothing": 404, "/verify": 403}  # to a member
PAGES = {"nobody": PUBLIC, "member": MEMBER, "leader": LEADER}


@pytest_asyncio.fixture(scope="module")
async def town(server: Server, browser: Browser) -> Town:
    """A commune where Lan has points, is in a team, and others wait for an answer."""
    made = await town_on(server, browser)
    person = {"id": LAN, "name": "Nguyễn Thị Lan", "born_on": "2000-03-04", "unit": COMMUNE}
    team = {"id": TEAM, "kind": "group", "name": "Nhóm 1", "unit": COMMUNE, "valid_from": "2026-01-01"}
    told = {
        "people": person,
        "teams": team,
        "memberships": {"person": LAN, "team": TEAM, "valid_from": "2026-01-01"},
        "activities": report(LAN),
    }
    headers = {"authorization": f"Bearer {made.token}"}
    async with httpx.AsyncClient(base_url=made.address, headers=headers) as client:
        for part, body in told.items():
            assert (await client.post(f"/api/v1/{part}", json=body)).status_code == 200
    await claimed(made, "Lò Văn Chờ", 2)
    await made.found(_AWARD, AWARD, LAN, catalogue().badges["lam-quen-ai"].fingerprint)
    return made


@pytest_asyncio.fixture(scope="module")
async def visits(town: Town, browser: Browser) -> AsyncIterator[dict[str, Any]]:
    """What each kind of visitor's browser keeps: nobody, a member, a leader."""
    kept: dict[str, Any] = {"nobody": {}}
    logins = {
        "member": await town.account(Role.MEMBER, person=LAN),
        "leader": await town.account(Role.UNIT_LEADER),
    }
    for who, login in logins.items():
        context = await town.signed_in(login)
        kept[who] = await context.storage_state()
        await context.close()
    yield kept


@pytest.mark.parametrize("who", PAGES)
@pytest.mark.parametrize(("width", "look"), [(360, "light.100"), (1280, "dark.100")])
async def test_every_page_can_be_read_by_everyone(
    browser: Browser, town: Town, visits: dict[str, Any], who: str, width: int, look: str
) -> None:
    context = await _context(browser, town, visits[who], look, viewport=_viewport(width))

    assert await _hindrances(context, town.address, PAGES[who]) == []


@pytest.mark.long
@pytest.mark.parametrize("locale", ["vi-VN", "en-GB"])
@pytest.mark.parametrize(
    ("width", "look"),
    [
        (320, "light.150"),
        (360, "dark.100"),
        (360, "contrast.100"),
        (1280, "light.100"),
        (1280, "contrast.125"),
        (1920, "light.100"),
    ],
)
async def test_every_page_can_be_read_in_every_look_and_both_languages(
    browser: Browser, town: Town, visits: dict[str, Any], width: int, look: str, locale: str
) -> None:
    for who, paths in PAGES.items():
        context = await _context(browser, town, visits[who], look, viewport=_viewport(width), locale=locale)

        assert await _hindrances(context, town.address, paths) == []


@pytest.mark.long
@pytest.mark.parametrize("who", PAGES)
async def test_every_page_can_be_read_in_colours_of_the_readers_system(
    browser: Browser, town: Town, visits: dict[str, Any], who: str
) -> None:
    context = await _context(
        browser,
        town,
        visits[who],
        "light.100",
        viewport={"width": 1280, "height": TALL},
        forced_colors="active",
    )

    assert await _hindrances(context, town.address, PAGES[who]) == []


async def test_large_letters_on_a_small_phone_fit(
    browser: Browser, town: Town, visits: dict[str, Any]
) -> None:
    wide = []
    for who, paths in PAGES.items():
        context = await _context(
            browser, town, visits[who], "light.150", viewport={"width": 320, "height": 800}
        )
        wide += await _wide(context, town.address, paths, 320)

    assert wide == []


@pytest.mark.parametrize("who", PAGES)
@pytest.mark.parametrize(("width", "scale"), [(320, 1), pytest.param(640, 2, marks=pytest.mark.long)])
async def test_no_page_scrolls_sideways_on_a_small_screen_or_at_twice_the_size(
    browser: Browser, town: Town, visits: dict[str, Any], who: str, width: int, scale: int
) -> None:
    context = await _context(
        browser,
        town,
        visits[who],
        "light",
        viewport={"width": width, "height": 480},
        device_scale_factor=scale,
        java_script_enabled=False,
    )

    assert await _wide(context, town.address, PAGES[who], width) == []


async def test_the_first_load_of_a_public_page_is_small(browser: Browser, town: Town) -> None:
    heavy = []
    for path in PUBLIC[::2]:
        context = await browser.new_context(locale="vi-VN")
        page = await context.new_page()
        network = await context.new_cdp_session(page)
        loaded: list[float] = []
        network.on("Network.loadingFinished", lambda told, to=loaded: to.append(told["encodedDataLength"]))
        await network.send("Network.enable")
        await page.goto(town.address + path, wait_until="load")
        if sum(loaded) > FIRST_LOAD_MOST:
            heavy.append((path, sum(loaded)))
        await context.close()

    assert heavy == []


async def test_a_session_is_confirmed_without_scripts(
    browser: Browser, town: Town, visits: dict[str, Any]
) -> None:
    context = await _context(browser, town, visits["leader"], "light.100", java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{town.address}/verify")
    before = await page.locator(".claim").count()

    await page.locator(".claim button[name=do]:enabled").first.click()

    assert await page.locator(".claim").count() == before - 1
    await context.close()


async def _context(
    browser: Browser,
    town: Town,
    kept: Any,  # noqa: ANN401 -- as playwright keeps it
    look: str,
    **more: Any,  # noqa: ANN401 -- as playwright takes it
) -> BrowserContext:
    told: dict[str, Any] = {"locale": "vi-VN", "storage_state": kept or None, "bypass_csp": True} | more
    context = await browser.new_context(**told)
    await context.add_cookies([{"name": "thidua_look", "value": look, "url": town.address}])
    return context


def _viewport(width: int) -> dict[str, int]:
    return {"width": width, "height": TALLER if width <= PHONE else TALL}


async def _hindrances(
    context: BrowserContext, address: str, paths: Sequence[str]
) -> list[tuple[str, str, str]]:
    """What axe says of these pages; the context ends with it."""
    page = await context.new_page()
    options = {
        "runOnly": {"type": "tag", "values": RULES},
        "resultTypes": ["violations"],
    }
    found: list[tuple[str, str, str]] = []
    for path in paths:
        answer = await page.goto(address + path)
        if answer is None or answer.status not in {200, ELSE.get(path, 200)}:
            found.append((path, "status", str(answer and answer.status)))
        violations = (await Axe().run(page, options=options)).response["violations"]
        found += [(path, one["id"], json.dumps(one["nodes"][0]["html"])) for one in violations]
    await context.close()
    return found


async def _wide(context: BrowserContext, address: str, paths: Sequence[str], width: int) -> list[str]:
    """Which pages are wider than the screen; the context ends with it."""
    page = await context.new_page()
    wide = []
    for path in paths:
        await page.goto(address + path)
        if await page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    await context.close()
    return wide
