"""Leaders' pages of households, and the clusters in which their units compete."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from thidua.accounts.permissions import Permission
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.organisation import editing
from thidua.organisation.households import clusters_led, households_led
from thidua.organisation.leading import Wanted
from thidua.organisation.names import alias_of
from thidua.web.language import AnyRequest, language_of
from thidua.web.organisation_forms import Refused, Typed, sheet, typed_of, values_of, written
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
    unit_label,
    unit_typed,
    units_offered,
)
from thidua.web.pages import render
from thidua.web.visitors import Visitor, demand, needs, visitor_let_in

_KEEPERS = [needs(Permission.MANAGE_PEOPLE)]


@get("/organisation/households", include_in_schema=False, guards=_KEEPERS)
async def households_page(
    request: AnyRequest, unit: Named = None, q: Words = None, cursor: Cursor = None, done: Words = None
) -> Response[bytes]:
    """Households of the units whose people the visitor keeps."""
    visitor, language = visitor_let_in(request), language_of(request)
    purpose = f"households led {visitor.account} {unit} {q}"
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        reach = await reach_of(database, visitor, Permission.MANAGE_PEOPLE, unit, language)
        wanted = Wanted(unit=reach.unit, q=q, after=place_of(purpose, cursor))
        rows = await households_led(database, reach.led, wanted, count_max=ROWS + 1)
    shown = localised(rows[:ROWS], language)
    return render(
        request,
        "organisation/households.html",
        households=[one | {"alias": alias_of(one["id"])} for one in shown],
        next=next_of(purpose, rows, "name"),
        asked={"unit": unit or "", "q": q or ""},
        is_first=cursor is None,
        done=done,
        **reach.shown,
    )


@get("/organisation/households/new", include_in_schema=False, guards=_KEEPERS)
async def new_household_page(request: AnyRequest, unit: Named = None) -> Response[bytes]:
    """An empty form for a household."""
    return await _new_form(request, await started(request, Permission.MANAGE_PEOPLE, unit))


@post("/organisation/households/new", include_in_schema=False, guards=_KEEPERS)
async def create_household(request: AnyRequest) -> Response[Any]:
    """Write a new household; the id in the form makes it one however often it is sent."""
    visitor, typed = visitor_let_in(request), await typed_of(request)

    async def write(database: Connection) -> None:
        household = typed.an_id("id")
        if await editing.facts_of(database, editing.HOUSEHOLD, household, at=now()) is not None:
            await demand(database, visitor, Permission.MANAGE_PEOPLE, person=household)
        stated = {"id": household, **await _stated(database, visitor, typed)}
        await editing.create(database, editing.HOUSEHOLD, stated, editor=editor_of(visitor))

    refused = await written(write)
    if isinstance(refused, Refused):
        return await _new_form(request, _as_typed(typed), refused=refused)
    return see_other("/organisation/households?done=created")


@get("/organisation/households/{household:uuid}", include_in_schema=False, guards=_KEEPERS)
async def household_form_page(
    request: AnyRequest, household: FromPath[UUID], done: Words = None
) -> Response[bytes]:
    """A household as recorded, to be changed."""
    return await _form(request, household, done=done)


@post("/organisation/households/{household:uuid}", include_in_schema=False, guards=_KEEPERS)
async def change_household(request: AnyRequest, household: FromPath[UUID]) -> Response[Any]:
    """Write what was changed of a household."""
    visitor, typed = visitor_let_in(request), await typed_of(request)

    async def write(database: Connection) -> None:
        await demand(database, visitor, Permission.MANAGE_PEOPLE, person=household)
        stated = {"id": household, **await _stated(database, visitor, typed)}
        await editing.change(
            database, editing.HOUSEHOLD, stated, seen=typed.seen(), editor=editor_of(visitor)
        )

    refused = await written(write)
    if isinstance(refused, Refused):
        return await _form(request, household, values=_as_typed(typed), refused=refused)
    return see_other(f"/organisation/households/{household}?done=changed")


@get("/organisation/clusters", include_in_schema=False, guards=[needs(Permission.MANAGE_TEAMS)])
async def clusters_page(request: AnyRequest) -> Response[bytes]:
    """The clusters in which units that the visitor leads compete."""
    visitor, language = visitor_let_in(request), language_of(request)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        led = await led_of(database, visitor, Permission.MANAGE_TEAMS)
        rows = await clusters_led(database, led.units, at=now())
    return render(request, "organisation/clusters.html", clusters=localised(rows, language))


async def _stated(database: Connection, visitor: Visitor, typed: Typed) -> dict[str, object]:
    stated: dict[str, object] = {"name": typed.maybe("name")}
    if code_in(typed.line("unit")) != typed.seen().get("unit", ""):
        stated["unit"] = await unit_typed(database, visitor, Permission.MANAGE_PEOPLE, typed.line("unit"))
    return stated


def _as_typed(typed: Typed) -> dict[str, Any]:
    return {name: typed.line(name) for name in ("id", "name", "unit") if name in typed.fields}


async def _new_form(
    request: AnyRequest, values: dict[str, Any], *, refused: Refused | None = None
) -> Response[bytes]:
    language = language_of(request)
    units, values = await offered(request, Permission.MANAGE_PEOPLE, values)
    return render(
        request,
        "organisation/household.html",
        status=refused.status if refused else 200,
        household=None,
        alias=None,
        units=units,
        done=None,
        **sheet({"name": "", "unit": ""} | values, language, refused=refused),
    )


async def _form(
    request: AnyRequest,
    household: UUID,
    *,
    values: dict[str, Any] | None = None,
    refused: Refused | None = None,
    done: str | None = None,
) -> Response[bytes]:
    visitor, language = visitor_let_in(request), language_of(request)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        await demand(database, visitor, Permission.MANAGE_PEOPLE, person=household)
        facts = await editing.facts_known(database, editing.HOUSEHOLD, household, at=now())
        led = await led_of(database, visitor, Permission.MANAGE_PEOPLE)
        units = await units_offered(database, led, language)
        label = await unit_label(database, facts["unit"], language)
    return render(
        request,
        "organisation/household.html",
        status=refused.status if refused else 200,
        household=household,
        alias=alias_of(household),
        units=units,
        done=done,
        **sheet(values_of(facts) | {"unit": label} | (values or {}), language, seen=facts, refused=refused),
    )


organisation_household_handlers = [
    households_page,
    new_household_page,
    create_household,
    household_form_page,
    change_household,
    clusters_page,
]
