"""Texts that try to become scripts, a commune where all is called so, and an eye for what gets through."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
from playwright.async_api import Browser, BrowserContext, Page

from tests.web.town import COMMUNE, Town

STRINGS = (Path(__file__).parent.parent / "corpus" / "xss" / "strings.txt").read_text("utf-8").splitlines()
_AT_ONCE = 4
_OPENED_OF = 37
_PUT_AT_ONCE = 100
# A script that ran notes it here; alert waits for nobody.
WATCH = "window.ran = []; for (const n of ['alert','confirm','prompt']) window[n] = x => { ran.push(n); };"
# What none of our pages holds: elements and attributes by which a text becomes more than a text.
LOOK = """
window.throughIn = (root) => {
  const foreign = 'iframe object embed base marquee math video audio source x image animate set frame applet';
  const where = ['href', 'src', 'action', 'formaction', 'xlink:href', 'data', 'background', 'content'];
  const found = [];
  for (const one of root.querySelectorAll('*')) {
    const told = one.cloneNode(false).outerHTML.slice(0, 200);
    if (foreign.split(' ').includes(one.localName)) found.push(told);
    if (one.localName === 'script' && !String(one.src).startsWith(location.origin + '/static/')) {
      if (one.type !== 'application/json') found.push(told);
    }
    for (const { name, value } of one.attributes) {
      const acts = /^on|^(data-)?hx-on|^srcdoc$|^shadowrootmode$/i.test(name);
      const leads = where.includes(name) && /(^|url=)\\s*(javascript|data:text|vbscript)/i.test(value);
      if (acts || leads) found.push(told);
    }
  }
  return found;
};
window.readIn = (root) => {
  const fields = [...root.querySelectorAll('input,textarea,option,[title],[aria-label]')];
  const told = fields.map((one) => [one.value, one.title, one.getAttribute('aria-label')].join(' '));
  return (root.body.textContent + ' ' + told.join(' ')).replace(/\\s+/g, ' ');
};
window.seenIn = (root, texts) => {
  const read = readIn(root);
  return { through: throughIn(root), isShown: texts.some((one) => read.includes(one)) };
};
"""
# Many pages in little time: parsed by the browser, but not laid out.
PARSED = """async ([addresses, texts]) => Promise.all(addresses.map(async (address) => {
  const answer = await fetch(address, { headers: { accept: 'text/html' } });
  return seenIn(new DOMParser().parseFromString(await answer.text(), 'text/html'), texts);
}))"""
SEEN = "texts => ({ ...seenIn(document, texts), ran: window.ran })"
FOLLOWING = """() => [...document.querySelectorAll("a[href*='cursor=']")].map((one) => one.href)
  .filter((one) => new URL(one).pathname === location.pathname).pop() ?? null"""


@dataclass
class Called:
    """What is called by one of the strings, by its id; and somebody who did and was told all of it."""

    strings: Sequence[str]
    people: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    households: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    reader: str = ""


async def everything_called(town: Town, strings: Sequence[str]) -> Called:
    """Put people, teams, units, households and clusters of these names, and activities with these texts."""
    made = Called(strings)
    for kept in (made.people, made.teams, made.households, made.claims, made.told):
        kept += [str(uuid4()) for _ in strings]
    made.units = [f"B-{uuid4().hex[:10]}" for _ in strings]
    made.reader = await town.somebody("Lù Thị Đọc")
    headers = {"authorization": f"Bearer {town.token}"}
    async with httpx.AsyncClient(base_url=town.address, headers=headers, timeout=60) as api:
        for part, things in _things(made):
            for start in range(0, len(things), _PUT_AT_ONCE):
                some = things[start : start + _PUT_AT_ONCE]
                many = "activities" if part == "activities" else "items"
                answer = await api.post(f"/api/v1/{part}", json={many: some})
                assert answer.status_code == 200, (part, answer.text[:600])
        for one, told in zip(made.told, strings, strict=True):
            answer = await api.post(f"/api/v1/activities/{one}/reject", json={"reason": told})
            assert answer.status_code == 200, answer.text
    return made


def _things(made: Called) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    named = list(enumerate(made.strings))
    here = {"valid_from": "2026-01-01"}
    person = {"born_on": "2000-03-04", "public_name": True, "unit": COMMUNE}
    yield (
        "units",
        [
            {"code": made.units[n], "kind": "branch", "name": told, "name_en": told, "parent": COMMUNE}
            for n, told in named
        ],
    )
    yield "people", [person | {"id": made.people[n], "name": told, "contact": told} for n, told in named]
    yield (
        "teams",
        [here | {"id": made.teams[n], "kind": "group", "name": told, "unit": COMMUNE} for n, told in named],
    )
    yield "memberships", [here | {"person": made.people[n], "team": made.teams[n]} for n, _ in named]
    yield "households", [{"id": made.households[n], "name": told, "unit": COMMUNE} for n, told in named]
    yield (
        "clusters",
        [
            {"code": f"K-{made.units[n]}", "kind": "cum", "name": told, "units": [made.units[n]]}
            for n, told in named
        ],
    )
    yield "activities", [_news(made, n) for n, _ in named] + [_session(made, n) for n, _ in named]
    yield (
        "activities",
        [_session(made, n) | {"id": made.told[n], "actor": made.reader, "team": None} for n, _ in named],
    )


def _news(made: Called, n: int) -> dict[str, Any]:
    """What has points already."""
    told = {"title": made.strings[n], "link": made.strings[n]}
    return _deed(made, n, str(uuid4())) | {"type": "NEWS_APPROVED", "attributes": told, "verified": True}


def _session(made: Called, n: int) -> dict[str, Any]:
    """What waits to be confirmed."""
    return _deed(made, n, made.claims[n]) | {"attributes": {"minutes": 45, "skill": made.strings[n]}}


def _deed(made: Called, n: int, one: str) -> dict[str, Any]:
    evidence = [{"kind": "link", "url": made.strings[n]}, {"kind": "note", "text": made.strings[n]}]
    when = f"2026-11-{1 + n % 20:02}T09:{n % 60:02}:00+07:00"
    by = {"id": one, "actor": made.people[n], "team": made.teams[n], "occurred_at": when}
    return by | {"type": "MENTOR_SESSION", "evidence": evidence}


@asynccontextmanager
async def open_eyes(browser: Browser, state: Any = None) -> AsyncIterator[BrowserContext]:  # noqa: ANN401 -- as playwright keeps it
    """A browser without our policy, so that nothing but the page itself keeps a script from running."""
    context = await browser.new_context(bypass_csp=True, storage_state=state, service_workers="block")
    await context.add_init_script(WATCH + LOOK)
    yield context
    await context.close()


@dataclass
class Walk:
    """What was seen on a walk: pages, those that show one of the strings, and what got through."""

    pages: int = 0
    shown: int = 0
    through: list[tuple[str, str]] = field(default_factory=list)

    async def over(self, context: BrowserContext, addresses: Sequence[str], texts: Sequence[str]) -> None:
        """Read every address, and open one of so many as people do."""
        page = await context.new_page()
        await page.goto(addresses[0])
        for start in range(0, len(addresses), _AT_ONCE):
            some = addresses[start : start + _AT_ONCE]
            for address, seen in zip(some, await page.evaluate(PARSED, [some, texts]), strict=True):
                self._note(address, seen)
        for address in addresses[::_OPENED_OF]:
            await page.goto(address, wait_until="load")
            await self.look(page, texts)
        await page.close()

    async def along(self, context: BrowserContext, address: str, texts: Sequence[str]) -> None:
        """Open a list and go on to its end."""
        page, seen = await context.new_page(), set[str]()
        following: str | None = address
        while following is not None and following not in seen:
            seen.add(following)
            await page.goto(following, wait_until="load")
            await self.look(page, texts)
            following = await page.evaluate(FOLLOWING)
        await page.close()

    async def look(self, page: Page, texts: Sequence[str]) -> None:
        """Look at the page that is open."""
        seen = await page.evaluate(SEEN, texts)
        self._note(page.url, seen | {"through": [*seen["through"], *seen["ran"]]})

    def _note(self, address: str, seen: dict[str, Any]) -> None:
        self.pages += 1
        self.shown += seen["isShown"]
        self.through += [(address, one) for one in seen["through"]]


def asked(address: str, strings: Sequence[str]) -> list[str]:
    """The address with each of the strings in place of {}."""
    return [address.replace("{}", quote(one, safe="")) for one in strings]
