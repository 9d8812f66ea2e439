"""Leaders' pages: what I lead, one level of the tree at a time, and finding anything in it by name."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.params import PathParameter

from thidua.accounts.permissions import Permission
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.organisation.leading import (
    Led,
    Wanted,
    people_led,
    teams_led,
    units_below,
    units_counted,
    units_found,
)
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.organisation_households import organisation_household_handlers
from thidua.web.organisation_members import organisation_member_handlers
from thidua.web.organisation_people import organisation_people_handlers
from thidua.web.organisation_persons import organisation_person_handlers
from thidua.web.organisation_scope import Words, led_of, localised, place_led, unit_led
from thidua.web.organisation_teams import organisation_team_handlers
from thidua.web.organisation_units import organisation_unit_handlers
from thidua.web.pages import render
from thidua.web.visitors import may, needs, visitor_let_in

_FOUND_MAX = 10
_ONLY_TEAMS_MAX = 100
_TEAMS_OF_A_UNIT_MAX = 30
UnitName = Annotated[str, PathParameter(max_length=64)]


@get("/organisation", include_in_schema=False, guards=[needs(Permission.MANAGE_TEAMS)])
async def entry_page(request: AnyRequest, q: Words = None) -> Response[bytes]:
    """The units and teams that the visitor leads, or what is found in them."""
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        led = await led_of(database, visitor, Permission.MANAGE_TEAMS)
        units = await units_counted(database, led.units, at=at)
        alone = Led(teams=led.teams)
        teams = (
            await teams_led(database, alone, Wanted(), at=at, count_max=_ONLY_TEAMS_MAX) if led.teams else []
        )
        below = await units_below(database, units[0]["id"], at=at) if len(units) == 1 else []
        found = await _found(database, led, q or "", language)
    return render(
        request,
        "organisation/page.html",
        units=localised(units, language),
        teams=localised(teams, language),
        below=localised(below, language),
        found=found,
        q=q or "",
        may_people=visitor.can(Permission.MANAGE_PEOPLE),
        may_units=visitor.can(Permission.MANAGE_UNITS),
    )


@get("/organisation/units/{name:str}", include_in_schema=False, guards=[needs(Permission.MANAGE_TEAMS)])
async def unit_page(request: AnyRequest, name: UnitName, done: Words = None) -> Response[bytes]:
    """One unit that the visitor leads: what it holds, and what may be done there."""
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        unit = await unit_led(database, visitor, Permission.MANAGE_TEAMS, name)
        led = await led_of(database, visitor, Permission.MANAGE_TEAMS)
        (counted,) = localised(await units_counted(database, [unit], at=at), language)
        own = Led(units=(unit,))
        teams = await teams_led(database, own, Wanted(), at=at, count_max=_TEAMS_OF_A_UNIT_MAX)
        context = {
            **await place_led(database, led, unit, language),
            "may_people": await may(database, visitor, Permission.MANAGE_PEOPLE, unit=unit),
            "may_units": await may(database, visitor, Permission.MANAGE_UNITS, unit=unit),
            "below": localised(await units_below(database, unit, at=at), language),
        }
    return render(
        request,
        "organisation/unit.html",
        counted=counted,
        teams=localised(teams, language),
        done=done,
        **context,
    )


async def _found(database: Connection, led: Led, q: str, language: Language) -> dict[str, Any] | None:
    if not q.strip():
        return None
    at, wanted = now(), Wanted(q=q)
    found = {
        "units": await units_found(database, led, q, at=at, count_max=_FOUND_MAX),
        "teams": await teams_led(database, led, wanted, at=at, count_max=_FOUND_MAX),
        "people": await people_led(database, led, wanted, at=at, count_max=_FOUND_MAX),
    }
    return {name: localised(rows, language) for name, rows in found.items()} if any(found.values()) else {}


organisation_page_handlers = [
    entry_page,
    unit_page,
    *organisation_unit_handlers,
    *organisation_team_handlers,
    *organisation_member_handlers,
    *organisation_people_handlers,
    *organisation_person_handlers,
    *organisation_household_handlers,
]
