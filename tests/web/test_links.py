"""Whatever link a page shows to somebody leads to where they may go."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from html import unescape

import httpx
import pytest
import pytest_asyncio

from tests.web.authorisation_world import Actor, actors, places
from thidua.accounts.actions import create_token
from thidua.accounts.model import Scope
from thidua.accounts.roles import Role
from thidua.infra.clock import now
from thidua.infra.database import transaction

START = ("/", "/account", "/boards", "/trust", "/units/C-03394")
PAGES_MAX, ALIKE_MAX = 90, 3
# What changes nothing but the reader's own view, and files.
_LEFT_OUT = ("/static", "/language", "/look", "/sign-out")
_LINK = re.compile(r"""<a\b[^>]*?\bhref="([^"]+)\"""", re.DOTALL)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z]-[0-9a-z]+|\d{4}[0-9W-]*|=[^&]*")


@pytest_asyncio.fixture(scope="module")
async def callers(web: httpx.AsyncClient) -> AsyncIterator[dict[str, Actor]]:
    """Somebody of every role in a commune where something is going on."""
    async with transaction() as connection:
        scopes = [scope.value for scope in Scope]
        secret = await create_token(connection, name="links", scopes=scopes, source=None, at=now())
    world = await places(web, {"authorization": f"Bearer {secret}"})
    found = await actors(web, world)
    yield found
    for one in found.values():
        await one.client.aclose()


@pytest.mark.long
@pytest.mark.timeout(120)
@pytest.mark.parametrize("who", ["nobody", *(role.value for role in Role)])
async def test_no_link_leads_astray(who: str, callers: dict[str, Actor]) -> None:
    actor = callers[who]
    await actor.arrive()
    waiting, came_from, asked, astray = list(START), dict.fromkeys(START, ""), Counter[str](), []

    while waiting and asked.total() < PAGES_MAX:
        path = waiting.pop(0)
        shape = _ID.sub("*", path)
        if asked[shape] == ALIKE_MAX or shape.startswith(_LEFT_OUT):
            continue
        asked[shape] += 1
        page = await actor.client.get(path)
        if page.is_error and not _is_for_all(came_from[path], path):
            astray.append(f"{came_from[path]} -> {path}: {page.status_code}")
        new = [link for link in own_links(page) if link not in came_from]
        waiting += new
        came_from |= dict.fromkeys(new, path)

    assert "\n".join(astray) == ""


def _is_for_all(where: str, path: str) -> bool:
    """Whether the link stands in a board, which is drawn once for everybody who looks at it."""
    return where.startswith("/boards/") and path == "/activities/new"


def own_links(page: httpx.Response) -> list[str]:
    """Where the links of a page lead on our own site."""
    found = [page.url.join(unescape(link)).copy_with(fragment=None) for link in _LINK.findall(page.text)]
    return list(dict.fromkeys(one.raw_path.decode() for one in found if one.host == page.url.host))
