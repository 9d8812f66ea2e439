"""Reads the matrix of who may call what, says what each caller is to be answered, and calls."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import httpx
from litestar.routes import HTTPRoute
from typing_extensions import override

from thidua.accounts.model import Scope
from thidua.accounts.permissions import PERMISSIONS, Permission
from thidua.accounts.roles import Role
from thidua.web.app import Application

MATRIX = Path(__file__).with_name("authorisation_matrix.txt")
PLACES = ("own", "child", "sibling", "parent")
OPEN, LED = "open", "led to /sign-in"
_PART = re.compile(r"\{(\w+):\w+\}")
# In which places a role reaches things of this kind: a team's leader reaches the team's own things.
_OF_A_TEAM = frozenset({"team", "person", "activity"})
_HELD_BELOW = frozenset({"own", "child"})
_EVERYWHERE = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.RULES_EDITOR})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """One line of the matrix."""

    method: str
    route: str
    rule: str
    target: str | None
    fills: Mapping[str, str]
    exceptions: Mapping[str, str]
    may: frozenset[str]

    @property
    def is_token(self) -> bool:
        """Whether it is for programs."""
        return self.rule.startswith("token ")

    @property
    def is_guarded(self) -> bool:
        """Whether one must be signed in."""
        return self.rule != "everybody" and not self.is_token

    @property
    def words(self) -> list[str]:
        """Permissions or scopes, of which one suffices."""
        return self.rule.split(" ")[-1].split("+")

    @override
    def __str__(self) -> str:
        """Return the line as tests are called."""
        fills = " ".join(f"{name}={value}" for name, value in self.fills.items())
        target = f" at {self.target}" if self.target else ""
        return f"{self.method} {self.route} {self.rule}{target} {fills}".strip()


def lines() -> list[Line]:
    """Every line of the matrix."""
    told = [one for one in MATRIX.read_text().splitlines() if one.strip() and not one.startswith("#")]
    return [_line(one) for one in told]


def routes(app: Application) -> set[tuple[str, str]]:
    """Method and address of every route."""
    found = set()
    for route in app.routes:
        methods = route.route_handler_map if isinstance(route, HTTPRoute) else ("GET",)
        found |= {(str(method), route.path) for method in methods}
    return {one for one in found if one[0] != "OPTIONS"}


def expected(line: Line, who: str, place: str) -> str:
    """What this caller is to be answered about things in this place."""
    if who in line.exceptions:
        return "404" if _for_role(line, Role(who), place) == "404" else line.exceptions[who]
    if line.rule == "everybody":
        return OPEN
    if line.is_token:
        return _for_token(line, who)
    if who == "nobody" or who.startswith("token "):
        return LED
    return OPEN if line.rule == "signed_in" else _for_role(line, Role(who), place)


def places_of(line: Line, who: str) -> Sequence[str]:
    """The places to try: a guard knows no place, so whoever it refuses tries once."""
    is_placed = line.target is not None and expected(line, who, PLACES[0]) not in {"401", "403", LED}
    return PLACES if is_placed else PLACES[:1]


def _for_token(line: Line, who: str) -> str:
    if not who.startswith("token "):
        return "401"
    return OPEN if who.removeprefix("token ") in line.words else "403"


def _for_role(line: Line, role: Role, place: str) -> str:
    is_hidden = line.rule.startswith("hidden ")
    held = {one.value for one in PERMISSIONS[role]} & set(line.words)
    if not held:
        return "404" if is_hidden else "403"
    if line.target is None or role in _EVERYWHERE:
        return OPEN
    if role is Role.TEAM_LEADER:
        return OPEN if place == "own" and line.target in _OF_A_TEAM else "404"
    return OPEN if place in _HELD_BELOW else "404"


async def answered(client: httpx.AsyncClient, line: Line, things: Mapping[str, str], **headers: str) -> str:
    """What came back: OPEN, LED, or a status that stands for a refusal or a fault."""
    address, asked, rest = _address(line, things)
    if line.route.endswith("/stream"):
        return OPEN if await _first_status(client, address) == 200 else "no stream"
    sent: dict[str, Any] = {"headers": headers, "params": asked}
    if line.method == "POST":
        sent |= {"content": b"{}"} if line.is_token else {"data": rest}
    else:
        sent["params"] = asked | rest
    answer = await client.request(line.method, address, **sent)
    return _meaning(line, answer)


def address_of(line: Line, things: Mapping[str, str]) -> str:
    """Where a line of GET leads to among these things."""
    path, asked, rest = _address(line, things)
    return f"{path}?{urlencode(asked | rest)}" if asked or rest else path


def callers(line: Line) -> Iterator[str]:
    """Whose answers may differ: nobody's, each role's, each program's; on open pages a few stand for all."""
    yield "nobody"
    if line.rule == "everybody":
        yield from ("member", "unit_leader", "token boards:read")
        return
    yield from (role.value for role in Role)
    yield from (f"token {scope.value}" for scope in (Scope if line.is_token else [Scope.BOARDS_READ]))


def _meaning(line: Line, answer: httpx.Response) -> str:
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in"):
        return LED
    if str(answer.status_code) in line.may:
        return OPEN
    is_refused = answer.status_code in {401, 403, 404, 405} or answer.status_code >= 500
    return str(answer.status_code) if is_refused else OPEN


async def _first_status(client: httpx.AsyncClient, address: str) -> int:
    """The status of an answer that never ends by itself."""
    begun = asyncio.get_running_loop().create_future()
    path = {"path": address, "raw_path": address.encode(), "query_string": b"", "headers": []}
    scope = {"type": "http", "method": "GET", "scheme": "http", "server": ("thidua.test", 80), **path}

    async def receive() -> dict[str, str]:
        await asyncio.shield(begun)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and not begun.done():
            begun.set_result(message["status"])

    app: Any = client._transport.app  # type: ignore[attr-defined]  # noqa: SLF001 -- httpx cannot leave early
    running = asyncio.create_task(
        app({**scope, "client": ("127.0.0.1", 1), "http_version": "1.1"}, receive, send)
    )
    status = await asyncio.wait_for(begun, 10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return int(status)


def _address(line: Line, things: Mapping[str, str]) -> tuple[str, dict[str, str], dict[str, str]]:
    """The address with its parts filled, what stands in its query, and what is left for query or form."""
    known = {**things, "fresh": str(uuid4()), "today": "22/11/2026"}
    fills = {name: value.format_map(known) for name, value in line.fills.items()}
    parts = _PART.findall(line.route)
    path = _PART.sub(lambda part: quote(fills.get(part[1]) or known[part[1]]), line.route)
    asked = {name[1:]: value for name, value in fills.items() if name.startswith("?")}
    return path, asked, {name: value for name, value in fills.items() if name not in parts and name[0] != "?"}


def _line(text: str) -> Line:
    called, who, fills, rest, *_ = [*(part.strip() for part in text.split("|")), "", "", ""]
    method, route = called.split(None, 1)
    rule, _, target = who.partition(" at ")
    exceptions = dict(one.split("=") for one in rest.split() if "=" in one)
    made = Line(
        method=method,
        route=route.strip(),
        rule=rule.strip(),
        target=target.strip() or None,
        fills=dict(one.split("=", 1) for one in fills.split()),
        exceptions=exceptions,
        may=frozenset(one.removeprefix("may_be_") for one in rest.split() if "=" not in one),
    )
    known = {*Permission, *Scope, "everybody", "signed_in", "nothing"}
    assert set(made.words) <= known, f"unknown word in: {text}"
    return made
