"""What is made for one reader is never given to another (T25)."""

from uuid import UUID

import httpx

from tests.web.authorisation import Line, address_of, lines
from tests.web.authorisation_world import a_place
from tests.web.conftest import SignIn, Token
from thidua.accounts.roles import Grant, Role
from thidua.web.csrf import HEADER

OPEN_LINES = [
    line
    for line in lines()
    if line.method == "GET" and line.rule == "everybody" and not line.route.endswith("/stream")
]
# The same for everybody, signed in or not: programs' answers, files, figures.
_FOR_ALL = ("/api/", "/static/", "/health/", "/metrics")


async def crawled(client: httpx.AsyncClient, things: dict[str, str]) -> dict[Line, httpx.Response]:
    """Every open page, as this client gets it."""
    return {line: await client.get(address_of(line, things)) for line in OPEN_LINES}


async def test_nobody_gets_what_was_made_for_another(
    web: httpx.AsyncClient, sign_in_as: SignIn, bearer: Token
) -> None:
    things = await a_place(web, await bearer(), "C-03394")
    grant = Grant(Role.UNIT_LEADER, unit=UUID(things["unit"]))
    first = await sign_in_as(grant, name="Dấu Của Người Một")
    second = await sign_in_as(Role.MEMBER, name="Dấu Của Người Hai", person=UUID(things["helped"]))
    web.cookies.clear()
    readers = {"first": first, "second": second, "nobody": web}
    markers = {
        who: {reader.headers[HEADER], reader.headers["x-account"], name}
        for who, reader, name in (
            ("first", first, "Dấu Của Người Một"),
            ("second", second, "Dấu Của Người Hai"),
        )
    }
    for reader in readers.values():
        reader.headers["accept"] = "text/html"

    told = [(who, await crawled(readers[who], things)) for who in ("first", "second", "nobody")]

    for who, pages in told:
        foreign = set().union(*(marks for other, marks in markers.items() if other != who))
        mixed = {str(line) for line, page in pages.items() if any(mark in page.text for mark in foreign)}
        assert mixed == set()
    del web.headers["accept"]


async def test_what_somebody_signed_in_is_shown_is_kept_nowhere(
    web: httpx.AsyncClient, sign_in_as: SignIn, bearer: Token
) -> None:
    things = await a_place(web, await bearer(), "C-03394")
    reader = await sign_in_as(Role.MEMBER)
    reader.headers["accept"] = "text/html"

    pages = await crawled(reader, things)

    kept = {
        str(line): page.headers.get("cache-control")
        for line, page in pages.items()
        if not line.route.startswith(_FOR_ALL) and page.headers.get("cache-control") != "private, no-store"
    }
    assert kept == {}


async def test_what_everybody_is_shown_varies_with_the_cookie(web: httpx.AsyncClient, bearer: Token) -> None:
    things = await a_place(web, await bearer(), "C-03394")
    web.cookies.clear()

    pages = await crawled(web, things)

    html = {line: page for line, page in pages.items() if "text/html" in page.headers.get("content-type", "")}
    unvaried = {
        str(line) for line, page in html.items() if "cookie" not in page.headers.get("vary", "").lower()
    }
    assert unvaried <= {"GET /schema everybody", "GET /activities/offline everybody"}
