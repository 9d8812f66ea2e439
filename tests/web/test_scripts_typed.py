"""Whatever somebody types stays a text, on every page that shows it (T35)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, FilePayload, Page

from tests.support.processes import Server
from tests.support.promises import Promise
from tests.web.reporting import report
from tests.web.scripts_typed import STRINGS, Called, Walk, asked, everything_called, open_eyes
from tests.web.town import COMMUNE, PASSWORD, Town, town_on
from thidua.accounts.roles import Role
from thidua.imports.model import Verdict

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SOME = STRINGS[::50]
SIZES = [
    pytest.param(SOME, id="some"),
    pytest.param(STRINGS, id="all", marks=[pytest.mark.long, pytest.mark.timeout(3_600)]),
]
FOR_ALL = ("/people/{people}", "/teams/{teams}", "/units/{units}", "/people/{households}")
FOR_LEADERS = (
    "/people/{people}",
    "/activities/{claims}",
    "/activities/{told}",
    "/organisation/people/{people}",
    "/organisation/people/{people}/home",
    "/organisation/teams/{teams}",
    "/organisation/teams/{teams}/members",
    "/organisation/units/{units}",
    "/organisation/units/{units}/edit",
    "/organisation/households/{households}",
    "/accounts/new?person={people}",
)
LISTS_FOR_ALL = (
    f"/boards/people-total?scope={COMMUNE}",
    f"/boards/teams-total?scope={COMMUNE}",
    f"/boards/units-total?scope={COMMUNE}",
    f"/boards/people-total/screen?scope={COMMUNE}",
    f"/units/{COMMUNE}",
)
LISTS_FOR_LEADERS = (
    "/verify",
    "/verify?order=latest",
    "/organisation/people",
    "/organisation/teams",
    "/organisation/households",
    "/organisation/clusters",
    f"/organisation/units/{COMMUNE}",
    "/imports",
)
SOUGHT_BY_ALL = (
    "/?q={}",
    "/boards/units?q={}",
    "/boards/people-total?q={}",
    "/sign-in?next={}",
    "/problems/{}",
    "/{}",
    "/units/{}",
    "/boards/{}",
    "/boards/people-total?scope={}&period={}",
)
SOUGHT_BY_LEADERS = (
    "/verify?q={}&unit={}&since={}&until={}&type={}",
    "/organisation/people?q={}&unit={}",
    "/organisation/teams?q={}",
    "/organisation/households?q={}",
    "/accounts?q={}",
    "/accounts/new?q={}",
    "/activities/people?q={}",
    "/activities/new?type={}",
    "/organisation/teams/{teams}/members?q={}",
)


@dataclass(frozen=True)
class Ground:
    """A commune where everything is called so, and what the browsers of a leader and of a member keep."""

    town: Town
    called: Called
    leader: Any
    auditor: Any
    reader: Any

    def each(self, *forms: str) -> list[str]:
        """The addresses of everything that is called so."""
        return [
            self.town.address + form.format(**{name: ids[n] for name, ids in self._ids().items()})
            for n, _ in enumerate(self.called.strings)
            for form in forms
        ]

    def sought(self, *forms: str) -> list[str]:
        """The addresses that ask for one of the strings."""
        filled = [form.replace("{teams}", self.called.teams[0]) for form in forms]
        return [self.town.address + one for form in filled for one in asked(form, self.called.strings)]

    def _ids(self) -> dict[str, list[str]]:
        called = self.called
        by_id = {"people": called.people, "teams": called.teams, "households": called.households}
        return by_id | {"units": called.units, "claims": called.claims, "told": called.told}


@pytest_asyncio.fixture(scope="module", params=SIZES)
async def ground(request: pytest.FixtureRequest, server: Server, browser: Browser) -> AsyncIterator[Ground]:
    strings: Sequence[str] = request.param
    town = await town_on(server, browser)
    called = await everything_called(town, strings)
    logins = [
        await town.account(Role.UNIT_LEADER),
        await town.account(Role.AUDITOR),
        await town.account(Role.MEMBER, person=called.reader),
    ]
    yield Ground(town, called, *[await _kept(town, login) for login in logins])


async def _kept(town: Town, login: str) -> object:
    context = await town.signed_in(login)
    state = await context.storage_state()
    await context.close()
    return state


def told(promise: Promise, what: str, ground: Ground, walk: Walk) -> None:
    """Note what came of a walk, and fail if anything came through."""
    texts = len(ground.called.strings)
    promise(f"T35 scripts run of {texts} texts {what}", figure=len(walk.through), target="<= 0")
    promise(f"T35 pages read with {texts} texts {what}", figure=walk.pages, target=">= 1")
    assert walk.through == []
    assert walk.shown >= min(len(ground.called.strings), walk.pages) // 2, "pages show what was typed"


async def test_the_eye_sees_what_gets_through(browser: Browser) -> None:
    walk = Walk()
    async with open_eyes(browser) as context:
        page = await context.new_page()
        for one in STRINGS[:40]:
            await page.goto("about:blank")
            await page.set_content(f"<p>{one}</p>")
            await walk.look(page, [])

    assert len({told for _, told in walk.through}) >= 30


async def test_what_others_typed_is_a_text_to_everybody(
    browser: Browser, ground: Ground, promise: Promise
) -> None:
    walk, texts = Walk(), ground.called.strings
    async with open_eyes(browser) as context:
        await walk.over(context, ground.each(*FOR_ALL), texts)
        for one in LISTS_FOR_ALL:
            await walk.along(context, ground.town.address + one, texts)

    told(promise, "shown to everybody", ground, walk)


async def test_what_others_typed_is_a_text_to_leaders(
    browser: Browser, ground: Ground, promise: Promise
) -> None:
    walk, texts = Walk(), ground.called.strings
    async with open_eyes(browser, ground.leader) as context:
        await _sent_file(context, ground)
        await walk.over(context, ground.each(*FOR_LEADERS), texts)
        for one in LISTS_FOR_LEADERS:
            await walk.along(context, ground.town.address + one, texts)

    told(promise, "shown to leaders", ground, walk)


async def test_what_one_was_told_and_what_files_hold_is_a_text(
    browser: Browser, ground: Ground, promise: Promise
) -> None:
    walk, texts = Walk(), ground.called.strings
    async with open_eyes(browser, ground.reader) as context:
        await walk.along(context, f"{ground.town.address}/activities", texts)
    async with open_eyes(browser, ground.leader) as context:
        await walk.over(context, await _sent_file(context, ground), texts)
    async with open_eyes(browser, ground.auditor) as context:
        await walk.along(context, f"{ground.town.address}/accounts/audit", texts)

    told(promise, "told to oneself and in files", ground, walk)


async def test_what_one_looks_for_is_a_text(browser: Browser, ground: Ground, promise: Promise) -> None:
    walk, texts = Walk(), ground.called.strings
    async with open_eyes(browser) as context:
        await walk.over(context, ground.sought(*SOUGHT_BY_ALL), texts)
    async with open_eyes(browser, ground.leader) as context:
        await walk.over(context, ground.sought(*SOUGHT_BY_LEADERS), texts)

    told(promise, "looked for", ground, walk)


async def test_a_form_that_is_refused_gives_back_a_text(
    browser: Browser, ground: Ground, promise: Promise
) -> None:
    walk, address = Walk(), ground.town.address
    async with open_eyes(browser, ground.leader) as leading, open_eyes(browser) as nobody:
        page, door = await leading.new_page(), await nobody.new_page()
        for one in ground.called.strings:
            await _filled(page, f"{address}/organisation/people/new", name=one, born_on=one, unit=one)
            await walk.look(page, [one])
            await _filled(page, f"{address}/organisation/teams/new", name=one, unit=one, valid_from=one)
            await walk.look(page, [one])
            await _filled(door, f"{address}/sign-in", login=one, password=PASSWORD)
            await walk.look(door, [one])

    told(promise, "given back by forms", ground, walk)


async def test_a_name_that_moves_on_a_live_board_is_a_text(
    browser: Browser, ground: Ground, promise: Promise
) -> None:
    walk, texts = Walk(), ground.called.strings
    async with open_eyes(browser) as context:
        page = await context.new_page()
        await page.goto(f"{ground.town.address}/boards/people-total?scope={COMMUNE}&limit=100")
        before = await page.text_content("table")
        for person in ground.called.people[:5]:
            await _reported(ground, person)
        await page.wait_for_function(
            "before => document.querySelector('table').textContent !== before", arg=before, timeout=20_000
        )
        await walk.look(page, texts)

    told(promise, "moving on a live board", ground, walk)


async def _reported(ground: Ground, person: str) -> None:
    async with httpx.AsyncClient(base_url=ground.town.address) as api:
        headers = {"authorization": f"Bearer {ground.town.token}"}
        answer = await api.post("/api/v1/activities", json=report(person), headers=headers)
        assert answer.status_code == 200, answer.text


FILL = """([name, value]) => {
  const one = document.querySelector(`main [name=${name}]`);
  one.removeAttribute('maxlength');
  one.type = 'text';
  one.value = value;
}"""
SEND = "name => document.querySelector(`main [name=${name}]`).form.submit()"


async def _filled(page: Page, address: str, **fields: str) -> None:
    """Fill in the form there and send it."""
    await page.goto(address)
    for name, value in fields.items():
        await page.evaluate(FILL, [name, value])
    async with page.expect_navigation():
        await page.evaluate(SEND, next(iter(fields)))


async def _sent_file(context: BrowserContext, ground: Ground) -> list[str]:
    """Send a list of people of these names; the pages of what was read."""
    cells = ['"' + one.replace('"', '""') + '"' for one in ground.called.strings]
    content = "\n".join(["Họ và tên,Chi đoàn,Ngày sinh", *(f"{one},{one},{one}" for one in cells)]).encode()
    page = await context.new_page()
    await page.goto(f"{ground.town.address}/imports")
    name = f"{SOME[2]}.csv".replace("/", "_")
    file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content}
    await page.set_input_files("main input[type=file]", file)
    async with page.expect_navigation():
        await page.evaluate(SEND, "file")
    await page.wait_for_selector("a[href*=show]", timeout=30_000)
    address = page.url.partition("?")[0]
    await page.close()
    rows = [f"{address}?show={verdict}&page={nth}" for verdict in Verdict for nth in range(1, 5)]
    return [address, f"{ground.town.address}/imports", *rows]
