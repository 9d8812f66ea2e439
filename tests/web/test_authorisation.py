"""Every route, every role, every place: 0 unexpected answers (T33); and no other site changes anything (T34).

The table is authorisation_matrix.txt; whoever adds a route adds its line there.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from tests.support.promises import Promise
from tests.web.authorisation import (
    LED,
    OPEN,
    PLACES,
    Line,
    address_of,
    answered,
    callers,
    expected,
    lines,
    places_of,
    routes,
)
from tests.web.authorisation_world import Actor, actors, places
from thidua.accounts.actions import create_token
from thidua.accounts.model import Scope
from thidua.accounts.roles import Role
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.web.app import create_app
from thidua.web.csrf import HEADER

LINES = lines()
CHANGING = [line for line in LINES if line.method == "POST" and line.is_guarded]
# Who exports names is noted; a denominator is written down when it is first needed.
_MAY_GROW = frozenset({"audit_record", "board_denominator"})
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


@dataclass(frozen=True, slots=True)
class World:
    """The places and who calls."""

    places: Mapping[str, Mapping[str, str]]
    actors: Mapping[str, Actor]


@pytest_asyncio.fixture(scope="module")
async def world(web: httpx.AsyncClient) -> AsyncIterator[World]:
    """One world for all lines: what a line changes must not matter to the next."""
    tokens = {scope: await _token(scope) for scope in Scope}
    made = await places(web, tokens[Scope.ACTIVITIES_WRITE])
    found = await actors(web, made)
    for scope, header in tokens.items():
        program = httpx.AsyncClient(transport=web._transport, base_url=str(web.base_url), headers=header)  # noqa: SLF001 -- the same app
        program.headers["accept"] = "text/html"
        found[f"token {scope.value}"] = Actor(program)
    yield World(made, found)
    for one in found.values():
        await one.client.aclose()


async def _token(scope: Scope) -> dict[str, str]:
    name = scope.value.replace(":", "-")
    async with transaction() as connection:
        secret = await create_token(connection, name=name, scopes=[scope.value], source="matrix", at=now())
    return {"authorization": f"Bearer {secret}"}


def test_every_route_has_its_line_and_every_line_its_route(promise: Promise) -> None:
    told = {(line.method, line.route) for line in LINES}
    promise("T33 routes of the application in the authorisation matrix", figure=len(told), target="all")

    assert (routes(create_app()) - told, told - routes(create_app())) == (set(), set())


@pytest.mark.parametrize("line", LINES, ids=str)
async def test_whoever_calls_is_answered_as_the_matrix_says(line: Line, world: World) -> None:
    asked = [
        (expected(line, who, place), who, place) for who in callers(line) for place in places_of(line, who)
    ]
    unexpected = []

    # Whoever is refused comes first: what the others do changes nothing for them.
    for want, who, place in sorted(asked, key=lambda one: one[0] == OPEN):
        actor = world.actors[who]
        await actor.arrive()
        got = await answered(actor.client, line, world.places[place])
        if got != want:
            unexpected.append(f"{who} at {place}: {got}, not {want}")

    assert "; ".join(unexpected) == ""


@pytest.mark.parametrize("line", CHANGING, ids=str)
async def test_nothing_changes_without_the_token_of_the_session_or_from_elsewhere(
    line: Line, world: World
) -> None:
    right = next(who for who in callers(line) if expected(line, who, "own") not in {LED, "403"})
    actor, stranger, things = world.actors[right], world.actors["auditor"], world.places["own"]
    await actor.arrive()
    await stranger.arrive()
    token = actor.client.headers.pop(HEADER)
    foreign = stranger.client.headers[HEADER] if right != "auditor" else "x" * 43
    forged: list[dict[str, str]] = [
        {},
        {HEADER: foreign},
        {HEADER: token, "origin": "https://evil.example"},
        {HEADER: token, "origin": "null"},
        {HEADER: token, "origin": "http://thidua.test:8080"},
        {HEADER: token, "sec-fetch-site": "cross-site"},
        {HEADER: token, "sec-fetch-site": "same-site"},
    ]

    got = [await answered(actor.client, line, things, **headers) for headers in forged]

    assert got == ["403"] * len(forged)


async def test_reading_changes_nothing(world: World) -> None:
    leader = world.actors["unit_leader"]
    await leader.arrive()
    before = await _everything()

    for line in LINES:
        if line.method == "GET" and not line.is_token:
            await answered(leader.client, line, world.places["own"])

    assert await _everything() == before


@pytest.mark.parametrize("who", [role.value for role in Role])
async def test_a_true_name_shows_to_those_who_may_see_names_there(who: str, world: World) -> None:
    as_if = next(line for line in LINES if line.rule == "see_names" and line.target)
    seen = {}
    await world.actors[who].arrive()

    for place in PLACES:
        page = await world.actors[who].client.get(f"/people/{world.places[place]['person']}")
        seen[place] = world.places[place]["true_name"] in page.text

    want = {place: expected(as_if, who, place) == OPEN for place in PLACES}
    assert seen == want | ({"own": True} if who == "team_leader" else {})


@pytest.mark.parametrize("who", [role.value for role in Role])
async def test_no_page_at_all_tells_a_true_name_beyond_ones_scope(who: str, world: World) -> None:
    actor, told = world.actors[who], []
    await actor.arrive()

    for line in LINES:
        if line.method == "GET" and not line.is_token and not line.route.endswith("/stream"):
            for place in PLACES[2:]:
                page = await actor.client.get(address_of(line, world.places[place]))
                told += [
                    f"{line} of {one}" for one in PLACES[2:] if world.places[one]["true_name"] in page.text
                ]

    assert told == []


@pytest.mark.parametrize("who", [role.value for role in Role])
async def test_a_claim_is_judged_by_those_in_charge_of_it_alone(who: str, world: World) -> None:
    as_if = next(line for line in LINES if "verify+see_names at activity" in str(line))
    may_verify = next(line for line in LINES if str(line) == "POST /verify verify")
    actor = world.actors[who]
    judged = {}

    for place in PLACES[::-1]:
        await actor.arrive()
        told = {"do": f"verify:{world.places[place]['activity']}"}
        answer = await actor.client.post("/verify", data=told)
        judged[place] = answer.status_code == 303 and "done=1" in answer.headers["location"]

    may = expected(may_verify, who, "own") == OPEN
    assert {place for place in PLACES if judged[place]} <= {
        place for place in PLACES if may and expected(as_if, who, place) == OPEN
    }


async def _everything() -> dict[str, tuple[int, int]]:
    """How many rows every table has, and which transaction wrote last."""
    async with transaction(readonly=True) as connection:
        names = [row["tablename"] for row in await connection.fetch(_TABLES)]
        return {name: await _rows(connection, name) for name in names if name not in _MAY_GROW}


async def _rows(connection: object, name: str) -> tuple[int, int]:
    row = await connection.fetchrow(f"SELECT count(*), coalesce(max(xmin::text::bigint), 0) FROM {name}")  # type: ignore[attr-defined]  # noqa: S608 -- names from the catalogue
    return tuple(row)
