"""Two branches side by side with a team and a member each, for the leaders' pages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.web.reporting import somebody
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.organisation import actions, editing
from thidua.organisation.editing import Thing
from thidua.organisation.queries import unit_id_of

HTML = {"accept": "text/html"}
COMMUNE, OTHER_COMMUNE = "C-03394", "C-00004"
_HIDDEN = re.compile(r'<input type="hidden"\s+name="(\w+)"\s+value="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch, a team of it, and somebody in that team since the first of January 2026."""

    code: str
    id: UUID
    team: UUID
    person: UUID


Led = tuple[httpx.AsyncClient, Branch]


async def a_branch(*, below: str = COMMUNE, member: str = "Nguyễn Thị Lan", **more: object) -> Branch:
    """Somebody's branch, new to everybody."""
    code, team = f"B-{uuid4().hex[:8]}", uuid4()
    unit = {"code": code, "kind": "branch", "name": f"Chi đoàn {code}", "parent": below}
    told = {"id": team, "kind": "group", "name": f"Nhóm {code}", "unit": code, "valid_from": "2026-01-01"}
    async with transaction() as connection:
        await actions.put_units(connection, [unit], at=now())
        await actions.put_teams(connection, [told], at=now())
    person = await somebody(unit=code, name=member, **more)
    async with transaction() as connection:
        stay = {"person": person, "team": team, "valid_from": "2026-01-01"}
        await actions.put_memberships(connection, [stay], at=now())
        found = await unit_id_of(connection, code)
    assert found
    return Branch(code, found, team, person)


async def id_of(code: str) -> UUID:
    """The id of the unit with this code."""
    async with transaction() as connection:
        found = await unit_id_of(connection, code)
    assert found
    return found


async def hidden_of(client: httpx.AsyncClient, path: str) -> dict[str, str]:
    """What the form of a page carries unseen."""
    page = await client.get(path, headers=HTML)
    assert page.status_code == 200, page.text
    return hidden_in(page.text)


def hidden_in(page: str) -> dict[str, str]:
    """The same, of a page at hand."""
    return {name: unescape(value) for name, value in _HIDDEN.findall(page)}


async def send(
    client: httpx.AsyncClient, path: str, told: Mapping[str, object], *, opened: str | None = None
) -> httpx.Response:
    """Open the form of a page, fill it in, and send it."""
    hidden = await hidden_of(client, opened or path)
    return await client.post(path, data=hidden | dict(told), headers=HTML)


async def facts_now(thing: Thing, one: UUID) -> dict[str, Any]:
    """What is recorded of it."""
    async with transaction() as connection:
        return await editing.facts_of(connection, thing, one, at=now()) or {}


async def deeds_on(thing_id: UUID) -> list[tuple[str, str]]:
    """What the audit says of it: what was done, and by which account."""
    statement = "SELECT doing, actor_id FROM audit_record WHERE thing_id = $1 ORDER BY id"
    async with transaction() as connection:
        rows = await connection.fetch(statement, str(thing_id))
    return [(row["doing"], str(row["actor_id"])) for row in rows]


async def declared_of(unit: UUID) -> dict[date, int | None]:
    """How many members a unit has declared, by the day from which each figure counts."""
    async with transaction() as connection:
        rows = await connection.fetch("SELECT valid_from, members FROM unit_members WHERE unit = $1", unit)
    return {row["valid_from"]: row["members"] for row in rows}
