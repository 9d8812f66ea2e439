"""Leaders' pages of a team's members: who is in it, adding somebody, ending a stay, changing the team."""

from typing import Any, Literal
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from thidua.accounts.permissions import Permission
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import FieldError, InputError, NotFoundError
from thidua.organisation import editing
from thidua.organisation.fields import as_id
from thidua.organisation.leading import Row, Wanted, members_of, people_led, stays_of, teams_led
from thidua.organisation.memberships import Joined, join, leave, move
from thidua.web.language import AnyRequest, language_of
from thidua.web.organisation_forms import (
    Refused,
    Typed,
    iso_day,
    sheet,
    typed_day,
    typed_of,
    values_of,
    written,
)
from thidua.web.organisation_scope import (
    Named,
    Words,
    editor_of,
    led_of,
    localised,
    see_other,
    today_shown,
    unit_label,
)
from thidua.web.pages import render
from thidua.web.visitors import Visitor, demand, may, needs, visitor_let_in

_LEADERS = [needs(Permission.MANAGE_TEAMS)]
_FOUND_MAX = 20
_TEAMS_MAX = 300
Stays = Literal["present", "past"]
StaysAsked = FromQuery[Stays]


@get("/organisation/teams/{team:uuid}/members", include_in_schema=False, guards=_LEADERS)
async def members_page(
    request: AnyRequest,
    team: FromPath[UUID],
    q: Words = None,
    stays: StaysAsked = "present",
    done: Words = None,
) -> Response[bytes]:
    """Who is in a team, and whom a search finds to add."""
    return await _members(request, team, q=q or "", stays=stays, done=done)


@post("/organisation/teams/{team:uuid}/members", include_in_schema=False, guards=_LEADERS)
async def add_member(request: AnyRequest, team: FromPath[UUID]) -> Response[Any]:
    """Let somebody whom the visitor may see be in the team from a day on."""
    visitor, typed = visitor_let_in(request), await typed_of(request)

    async def write(database: Connection) -> None:
        await demand(database, visitor, Permission.MANAGE_TEAMS, team=team)
        person = as_id(typed.line("person"))
        if person is None:
            raise InputError([FieldError("person", "nothing_chosen")])
        await demand(database, visitor, Permission.SEE_NAMES, person=person)
        joined = Joined(person, team, typed_day(typed, "valid_from"))
        await join(database, joined, editor=editor_of(visitor))

    refused = await written(write)
    if isinstance(refused, Refused):
        return await _members(request, team, q=typed.line("q"), typed=typed, refused=refused)
    return see_other(f"/organisation/teams/{team}/members?done=added")


@get("/organisation/teams/{team:uuid}/members/{person:uuid}", include_in_schema=False, guards=_LEADERS)
async def stay_page(
    request: AnyRequest, team: FromPath[UUID], person: FromPath[UUID], since: Named = None
) -> Response[bytes]:
    """One stay in a team: to be ended, or followed by one in another team."""
    return await _stay(request, person, team, since)


@post("/organisation/teams/{team:uuid}/members/{person:uuid}", include_in_schema=False, guards=_LEADERS)
async def change_stay(
    request: AnyRequest, team: FromPath[UUID], person: FromPath[UUID], since: Named = None
) -> Response[Any]:
    """End a stay on a day, or let it go on in another team."""
    visitor, typed = visitor_let_in(request), await typed_of(request)

    async def write(database: Connection) -> None:
        await demand(database, visitor, Permission.MANAGE_TEAMS, team=team)
        joined = Joined(person, team, (await _stay_of(database, person, team, since))["valid_from"])
        if typed.line("do") == "move":
            await _move(database, visitor, joined, typed)
            return
        last_on = typed_day(typed, "last_on")
        if last_on < joined.since:
            raise InputError([FieldError("last_on", "before_the_stay", facts={"since": joined.since})])
        await leave(database, joined, last_on=last_on, editor=editor_of(visitor))

    refused = await written(write)
    if isinstance(refused, Refused):
        return await _stay(request, person, team, since, typed=typed, refused=refused)
    done = "moved" if typed.line("do") == "move" else "left"
    return see_other(f"/organisation/teams/{team}/members?done={done}")


async def _move(database: Connection, visitor: Visitor, joined: Joined, typed: Typed) -> None:
    to, first_on = as_id(typed.line("to")), typed_day(typed, "first_on")
    if to is None:
        raise InputError([FieldError("to", "nothing_chosen")])
    await demand(database, visitor, Permission.MANAGE_TEAMS, team=to)
    if first_on <= joined.since:
        raise InputError([FieldError("first_on", "not_after_joining", facts={"since": joined.since})])
    await move(database, joined, to=to, first_on=first_on, editor=editor_of(visitor))


async def _stay_of(database: Connection, person: UUID, team: UUID, since: str | None) -> Row:
    """The stay that began on that day; without a day, the latest one."""
    day = iso_day(since or "")
    stays = [one for one in await stays_of(database, person) if one["id"] == team]
    found = next((one for one in stays if day in {None, one["valid_from"].isoformat()}), None)
    if found is None:
        raise NotFoundError
    return found


async def _members(  # noqa: PLR0913 -- what the page shows again after it was refused
    request: AnyRequest,
    team: UUID,
    *,
    q: str,
    stays: Stays = "present",
    done: str | None = None,
    typed: Typed | None = None,
    refused: Refused | None = None,
) -> Response[bytes]:
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        facts = await _facts(database, visitor, team)
        names = await led_of(database, visitor, Permission.SEE_NAMES)
        members = await members_of(database, team, at=at, is_past=stays == "past")
        found = (
            await people_led(database, names, Wanted(q=q), at=at, count_max=_FOUND_MAX) if q.strip() else []
        )
        label = await unit_label(database, facts["unit"], language)
        may_people = await may(database, visitor, Permission.MANAGE_PEOPLE, team=team)
    present = {one["id"] for one in members if stays == "present"}
    values = {"valid_from": typed.line("valid_from") if typed else today_shown(at)}
    return render(
        request,
        "organisation/members.html",
        status=refused.status if refused else 200,
        team=team,
        facts=values_of(facts) | {"unit": label.rsplit(" (", 1)[0], "unit_code": facts["unit"]},
        members=localised(members, language),
        found=[one for one in localised(found, language) if one["id"] not in present],
        chosen=typed.line("person") if typed else "",
        q=q,
        stays=stays,
        done=done,
        may_find=bool(names.units),
        may_people=may_people,
        **sheet(values, language, refused=refused),
    )


async def _stay(
    request: AnyRequest,
    person: UUID,
    team: UUID,
    since: str | None,
    *,
    typed: Typed | None = None,
    refused: Refused | None = None,
) -> Response[bytes]:
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        facts = await _facts(database, visitor, team)
        stay = await _stay_of(database, person, team, since)
        known = await editing.facts_known(database, editing.PERSON, person, at=at)
        led = await led_of(database, visitor, Permission.MANAGE_TEAMS)
        others = await teams_led(database, led, Wanted(), at=at, count_max=_TEAMS_MAX)
    today = today_shown(at)
    values = {"last_on": today, "first_on": today, "to": "", "do": "end"}
    if typed is not None:
        values |= {name: typed.line(name) for name in values if name in typed.fields}
    return render(
        request,
        "organisation/stay.html",
        status=refused.status if refused else 200,
        team=team,
        person=person,
        name=known["name"],
        facts=values_of(facts),
        stay=stay,
        since=stay["valid_from"].isoformat(),
        others=[one for one in localised(others, language) if one["id"] != team],
        **sheet(values, language, refused=refused),
    )


async def _facts(database: Connection, visitor: Visitor, team: UUID) -> dict[str, Any]:
    await demand(database, visitor, Permission.MANAGE_TEAMS, team=team)
    return await editing.facts_known(database, editing.TEAM, team, at=now())


organisation_member_handlers = [members_page, add_member, stay_page, change_stay]
