"""The keyboard leads to everything on a page, and shows where it is."""

from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.support.processes import Server
from tests.web.town import Town, claimed, town_on
from thidua.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]  # dozens of keys, on a busy machine too


@pytest_asyncio.fixture(scope="module")
async def town(server: Server, browser: Browser) -> Town:
    """A commune where two sessions wait for an answer."""
    made = await town_on(server, browser)
    await claimed(made, "Lò Văn Chờ", 2)
    return made


@pytest.mark.parametrize("path", ["/", "/boards/people-total", "/units/VN", "/sign-in"])
async def test_the_keyboard_reaches_everything_on_a_public_page(
    browser: Browser, town: Town, path: str
) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)

    await _reaches_everything(await context.new_page(), town.address + path)
    await context.close()


@pytest.mark.parametrize("width", [360, 1280])
async def test_the_keyboard_records_and_verifies(town: Town, width: int) -> None:
    login = await town.account(Role.UNIT_LEADER, person=await town.somebody(f"Giàng A {width}"))
    context = await town.signed_in(login, viewport={"width": width, "height": 800}, bypass_csp=True)
    page = context.pages[0]

    await _reaches_everything(page, f"{town.address}/activities/new?type=MENTOR_SESSION")
    await _reaches_everything(page, f"{town.address}/verify")
    await context.close()


async def _reaches_everything(page: Page, address: str) -> None:
    await page.goto(address)
    await page.evaluate("document.activeElement.blur()")
    expected = await page.evaluate(_SCRIPT)
    walked = await _walk(page, steps_most=expected + 30)

    assert walked[0]["href"] == "#main"
    assert [one["html"] for one in walked if not one["is_seen"]] == []
    assert len({one["key"] for one in walked}) == expected


async def _walk(page: Page, *, steps_most: int) -> list[dict[str, Any]]:
    """Where Tab leads, one after the other, until it leaves the page."""
    walked: list[dict[str, Any]] = []
    for _ in range(steps_most):
        await page.keyboard.press("Tab")
        at = await page.evaluate("focused()")
        if at is None or (walked and at["key"] == walked[0]["key"]):
            break
        walked.append(at)
    return walked


# A group of radio buttons is one stop; what is folded away or not drawn is none. What shows the focus may be
# drawn around the word beside a hidden box, so that the looks of both are compared with those before.
_SCRIPT = """() => {
  const lookOf = (one) => [one, one.nextElementSibling].filter(Boolean).map((each) => {
    const style = getComputedStyle(each);
    const isDrawn = style.outlineStyle !== 'none' && !/, 0\\)$/.test(style.outlineColor);
    return style.boxShadow + (isDrawn ? style.outline : '');
  }).join(' ');
  const all = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  const stops = [...document.querySelectorAll(all)].filter((one) => !one.disabled && one.type !== 'hidden'
    && one.tabIndex >= 0 && one.checkVisibility({visibilityProperty: true}));
  stops.forEach((one, nth) => {
    one.dataset.stop = one.type === 'radio' ? 'radio ' + one.name : String(nth);
    one.dataset.look = lookOf(one);
  });
  window.focused = () => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    return {key: one.dataset.stop, href: one.getAttribute('href'), is_seen: lookOf(one) !== one.dataset.look,
      html: one.outerHTML.slice(0, 200)};
  };
  return new Set(stops.map((one) => one.dataset.stop)).size;
}"""
