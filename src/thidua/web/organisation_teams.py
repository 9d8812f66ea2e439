"""Leaders' pages of teams: the list, a new one, changing one, ending one."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from thidua.accounts.permissions import Permission
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import FieldError
from thidua.organisation import editing
from thidua.organisation.leading import Wanted, teams_led
from thidua.organisation.memberships import end_team
from thidua.organisation.model import TeamKind
from thidua.web.language import AnyRequest, language_of
from thidua.web.organisation_forms import (
    Refused,
    Typed,
    day_after,
    last_day,
    sheet,
    typed_day,
    typed_of,
    values_of,
    written,
)
from thidua.web.organisation_scope import (
    ROWS,
    Cursor,
    Named,
    Words,
    code_in,
    editor_of,
    led_of,
    localised,
    next_of,
    offered,
    place_of,
    reach_of,
    see_other,
    started,
    today_shown,
    unit_label,
    unit_stated,
    units_offered,
)
from thidua.web.pages import render
from thidua.web.visitors import Visitor, demand, needs, visitor_let_in

_LEADERS = [needs(Permission.MANAGE_TEAMS)]
Shown = FromQuery[Literal["running", "ended"]]


@get("/organisation/teams", include_in_schema=False, guards=_LEADERS)
async def teams_page(
    request: AnyRequest,
    unit: Named = None,
    q: Words = None,
    kind: Named = None,
    shown: Shown = "running",
    cursor: Cursor = None,
) -> Response[bytes]:
    """Teams that the visitor leads, by name."""
    visitor, language = visitor_let_in(request), language_of(request)
    purpose = f"teams led {visitor.account} {unit} {q} {kind} {shown}"
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        reach = await reach_of(database, visitor, Permission.MANAGE_TEAMS, unit, language)
        wanted = Wanted(
            unit=reach.unit,
            q=q,
            kind=kind or None,
            is_ended=shown == "ended",
            after=place_of(purpose, cursor),
        )
        rows = await teams_led(database, reach.led, wanted, at=now(), count_max=ROWS + 1)
    return render(
        request,
        "organisation/teams.html",
        teams=localised(rows[:ROWS], language),
        next=next_of(purpose, rows, "name_fold"),
        asked={"unit": unit or "", "q": q or "", "kind": kind or "", "shown": shown},
        is_first=cursor is None,
        may_create=bool(reach.led.units),
        **reach.shown,
    )


@get("/organisation/teams/new", include_in_schema=False, guards=_LEADERS)
async def new_team_page(request: AnyRequest, unit: Named = None) -> Response[bytes]:
    """An empty form for a team, in a unit if one is named."""
    values = await started(request, Permission.MANAGE_TEAMS, unit)
    return await _new_form(request, values | {"valid_from": today_shown(now())})


@post("/organisation/teams/new", include_in_schema=False, guards=_LEADERS)
async def create_team(request: AnyRequest) -> Response[Any]:
    """Write a new team; the id in the form makes it one team however often it is sent."""
    visitor, typed = visitor_let_in(request), await typed_of(request)

    async def write(database: Connection) -> UUID:
        team = typed.an_id("id")
        if await editing.facts_of(database, editing.TEAM, team, at=now()) is not None:
            await demand(database, visitor, Permission.MANAGE_TEAMS, team=team)
        stated, faults = await _stated(database, visitor, typed, team)
        await editing.create(database, editing.TEAM, stated, editor=editor_of(visitor), faults=faults)
        return team

    done = await written(write)
    if isinstance(done, Refused):
        return await _new_form(request, _as_typed(typed), refused=done)
    return see_other(f"/organisation/teams/{done}/members?done=created")


@get("/organisation/teams/{team:uuid}", include_in_schema=False, guards=_LEADERS)
async def team_form_page(request: AnyRequest, team: FromPath[UUID], done: Words = None) -> Response[bytes]:
    """A team as it is recorded, to be changed."""
    return await _form(request, team, done=done)


@post("/organisation/teams/{team:uuid}", include_in_schema=False, guards=_LEADERS)
async def change_team(request: AnyRequest, team: FromPath[UUID]) -> Response[Any]:
    """Write what was changed in a team."""
    visitor, typed = visitor_let_in(request), await typed_of(request)

    async def write(database: Connection) -> UUID:
        await demand(database, visitor, Permission.MANAGE_TEAMS, team=team)
        stated, faults = await _stated(database, visitor, typed, team)
        editor, seen = editor_of(visitor), typed.seen()
        await editing.change(database, editing.TEAM, stated, seen=seen, editor=editor, faults=faults)
        return team

    done = await written(write)
    if isinstance(done, Refused):
        return await _form(request, team, values=_as_typed(typed), refused=done)
    return see_other(f"/organisation/teams/{team}?done=changed")


@get("/organisation/teams/{team:uuid}/end", include_in_schema=False, guards=_LEADERS)
async def end_team_page(request: AnyRequest, team: FromPath[UUID]) -> Response[bytes]:
    """What ending a team means, and on which day."""
    return await _form(request, team, template="organisation/team_end.html")


@post("/organisation/teams/{team:uuid}/end", include_in_schema=False, guards=_LEADERS)
async def close_team(request: AnyRequest, team: FromPath[UUID]) -> Response[Any]:
    """End a team and everybody's stay in it."""
    visitor, typed = visitor_let_in(request), await typed_of(request)

    async def write(database: Connection) -> UUID:
        await demand(database, visitor, Permission.MANAGE_TEAMS, team=team)
        last_on = typed_day(typed, "last_on")
        await end_team(database, team, last_on, seen=typed.seen(), editor=editor_of(visitor))
        return team

    done = await written(write)
    if isinstance(done, Refused):
        values = {"last_on": typed.line("last_on")}
        return await _form(request, team, values=values, refused=done, template="organisation/team_end.html")
    return see_other(f"/organisation/teams/{team}?done=ended")


async def _stated(
    database: Connection, visitor: Visitor, typed: Typed, team: UUID
) -> tuple[dict[str, object], Sequence[FieldError]]:
    """What a form says of a team; its unit may stay, or become another that the visitor leads."""
    stated: dict[str, object] = {
        "id": team,
        "name": typed.line("name"),
        "kind": typed.line("kind"),
        "valid_from": typed.day("valid_from") or "",
    }
    if "last_on" in typed.fields:
        stated["valid_to"] = day_after(typed, "last_on")
    if "unit" not in typed.fields or code_in(typed.line("unit")) == typed.seen().get("unit", ""):
        return stated, ()
    unit, faults = await unit_stated(database, visitor, Permission.MANAGE_TEAMS, typed.line("unit"))
    return stated | unit, faults


def _as_typed(typed: Typed) -> dict[str, Any]:
    names = ("id", "name", "kind", "unit", "valid_from", "last_on")
    return {name: typed.line(name) for name in names if name in typed.fields}


async def _new_form(
    request: AnyRequest, values: dict[str, Any], *, refused: Refused | None = None
) -> Response[bytes]:
    language = language_of(request)
    units, values = await offered(request, Permission.MANAGE_TEAMS, values)
    return render(
        request,
        "organisation/team_new.html",
        status=refused.status if refused else 200,
        may_create=bool(units),
        kinds=list(TeamKind),
        units=units,
        **sheet({"name": "", "kind": "", "unit": "", "valid_to": ""} | values, language, refused=refused),
    )


async def _form(
    request: AnyRequest,
    team: UUID,
    *,
    values: dict[str, Any] | None = None,
    refused: Refused | None = None,
    done: str | None = None,
    template: str = "organisation/team.html",
) -> Response[bytes]:
    visitor, language = visitor_let_in(request), language_of(request)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        await demand(database, visitor, Permission.MANAGE_TEAMS, team=team)
        facts = await editing.facts_known(database, editing.TEAM, team, at=now())
        led = await led_of(database, visitor, Permission.MANAGE_TEAMS)
        units = await units_offered(database, led, language)
        label = await unit_label(database, facts["unit"], language)
    last_on = last_day(facts["valid_to"]) or today_shown(now())
    shown = values_of(facts) | {"unit": label, "last_on": last_on} | (values or {})
    return render(
        request,
        template,
        status=refused.status if refused else 200,
        team=team,
        facts=values_of(facts) | {"unit": label},
        kinds=list(TeamKind),
        units=units,
        may_move=bool(led.units),
        done=done,
        **sheet(shown, language, seen=facts, refused=refused),
    )


organisation_team_handlers = [
    teams_page,
    new_team_page,
    create_team,
    team_form_page,
    change_team,
    end_team_page,
    close_team,
]
