"""A commune in a browser: somebody to help, people who may sign in, and what the database then holds."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page

from tests.support.processes import Server
from thidua.accounts.actions import create_account, create_token
from thidua.accounts.model import Scope
from thidua.accounts.roles import Grant, Role
from thidua.infra.clock import now

PASSWORD = "cau-vong-sau-mua-27"  # noqa: S105 -- of accounts that live as long as a test
COMMUNE = "C-03394"
HELPED = "Tẩn Mỷ Sương"


async def town_on(server: Server, browser: Browser) -> "Town":
    """The commune on this server, in this browser."""
    direct = await asyncpg.connect(server.dsn)
    scopes = [one.value for one in Scope]
    token = await create_token(direct, name="town", scopes=scopes, source=None, at=now())
    await direct.close()
    return Town(server, browser, token)


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
        await self.sign_in(await context.new_page(), login)
        return context

    async def visitor(self) -> BrowserContext:
        """A browser of somebody who is not signed in."""
        return await self._browser.new_context(locale="vi-VN")

    async def sign_in(self, page: Page, login: str) -> None:
        """Sign that account in."""
        await page.goto(f"{self.address}/sign-in")
        await page.fill("[name=login]", login)
        await page.fill("[name=password]", PASSWORD)
        await page.press("[name=password]", "Enter")
        await page.wait_for_url(lambda url: "/sign-in" not in url)

    async def found(self, query: str, *arguments: object) -> Any:  # noqa: ANN401 -- one value
        """What the database says."""
        direct = await asyncpg.connect(self.dsn)
        try:
            return await direct.fetchval(query, *arguments)
        finally:
            await direct.close()


async def recorded(town: Town, person: str) -> int:
    """How many activities of the person are kept."""
    return int(await town.found("SELECT count(*) FROM activity WHERE actor = $1::uuid", person))


async def ready(page: Page, address: str) -> None:
    """Open the form and wait until the page can keep what is recorded."""
    await page.goto(f"{address}/activities/new?type=MENTOR_SESSION")
    await page.wait_for_selector("html[data-keeps=yes]")


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


async def hindrances(page: Page, width: int) -> list[tuple[str, str, str]]:
    """What hinders people who see, hear or move otherwise, and what is wider than the screen."""
    violations = (await Axe().run(page)).response["violations"]
    found = [(page.url, str(one["id"]), str(one["nodes"][0]["html"])) for one in violations]
    if await page.evaluate("document.documentElement.scrollWidth") > width:
        found.append((page.url, "wide", "wider than the screen"))
    return found
