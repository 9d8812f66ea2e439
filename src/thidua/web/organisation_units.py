"""Leaders' pages of units: a new branch, school or the like below one's own, changing one, ending one."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import PathParameter

from thidua.accounts.permissions import Permission
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import FieldError, InputError
from thidua.kernel.ids import new_id
from thidua.organisation import editing, founding
from thidua.organisation.declared import figures_of
from thidua.organisation.founding import FOUNDED_KINDS
from thidua.web.language import AnyRequest, language_of
from thidua.web.organisation_forms import (
    Refused,
    Typed,
    day_after,
    last_day,
    sheet,
    typed_of,
    values_of,
    written,
)
from thidua.web.organisation_scope import (
    Named,
    Words,
    code_in,
    editor_of,
    led_of,
    place_led,
    see_other,
    today_shown,
    unit_label,
    unit_led,
    unit_stated,
    unit_typed,
)
from thidua.web.pages import render
from thidua.web.visitors import Visitor, demand, needs, visitor_let_in

_LEADERS = [needs(Permission.MANAGE_UNITS)]
_COUNTS = ("members", "members_from", "adults")
_TEXTS = ("id", "code", "kind", "name", "name_en", "parent", *_COUNTS, "valid_from", "last_on")
_FIGURES_MAX = 6
UnitName = Annotated[str, PathParameter(max_length=64)]


@get("/organisation/units/new", include_in_schema=False, guards=_LEADERS)
async def new_unit_page(request: AnyRequest, parent: Named = None) -> Response[bytes]:
    """An empty form for a unit below one that the visitor leads."""
    visitor, at = visitor_let_in(request), now()
    values = {"id": str(new_id(at)), "valid_from": today_shown(at)}
    async with transaction(readonly=True) as database:
        if parent:
            above = await unit_led(database, visitor, Permission.MANAGE_UNITS, parent)
            values["parent"] = await unit_label(database, parent, language_of(request))
            values["code"] = await founding.free_code(database, above)
    return await _new_form(request, values)


@post("/organisation/units/new", include_in_schema=False, guards=_LEADERS)
async def create_unit(request: AnyRequest) -> Response[Any]:
    """Write a new unit; the id in the form makes it one unit however often it is sent."""
    visitor, typed = visitor_let_in(request), await typed_of(request)

    async def write(database: Connection) -> str:
        unit = typed.an_id("id")
        if await editing.facts_of(database, editing.UNIT, unit, at=now()) is not None:
            await demand(database, visitor, Permission.MANAGE_UNITS, unit=unit)
        parent, faults = await unit_stated(
            database, visitor, Permission.MANAGE_UNITS, typed.line("parent"), field="parent"
        )
        stated = {"id": unit, "code": typed.line("code").strip(), **_stated(typed), **parent}
        put = await founding.found(database, stated, editor=editor_of(visitor), faults=faults)
        return str(put.code)

    done = await written(write)
    if isinstance(done, Refused):
        return await _new_form(request, _as_typed(typed), refused=done)
    return see_other(f"/organisation/units/{done}?done=created")


@get("/organisation/units/{name:str}/edit", include_in_schema=False, guards=_LEADERS)
async def unit_form_page(request: AnyRequest, name: UnitName, done: Words = None) -> Response[bytes]:
    """A unit as it is recorded, to be changed."""
    return await _form(request, name, done=done)


@post("/organisation/units/{name:str}/edit", include_in_schema=False, guards=_LEADERS)
async def change_unit(request: AnyRequest, name: UnitName) -> Response[Any]:
    """Write what was changed in a unit."""
    visitor, typed = visitor_let_in(request), await typed_of(request)

    async def write(database: Connection) -> None:
        unit = await unit_led(database, visitor, Permission.MANAGE_UNITS, name)
        facts = await editing.facts_known(database, editing.UNIT, unit, at=now())
        stated: dict[str, object] = {"id": unit, "code": facts["code"], **_stated(typed)}
        if facts["kind"] not in FOUNDED_KINDS:
            # Units of the national tree keep their name and place; leaders state how many people there are.
            stated = {one: stated[one] for one in ("id", "code", *_COUNTS) if one in stated}
        elif "parent" in typed.fields and code_in(typed.line("parent")) != facts["parent"]:
            stated["parent"] = await unit_typed(
                database, visitor, Permission.MANAGE_UNITS, typed.line("parent"), field="parent"
            )
        await _refuse_own_end(database, visitor, unit, stated)
        await founding.change(database, stated, seen=typed.seen(), editor=editor_of(visitor))

    refused = await written(write)
    if isinstance(refused, Refused):
        return await _form(request, name, values=_as_typed(typed), refused=refused)
    return see_other(f"/organisation/units/{name}?done=changed")


async def _refuse_own_end(
    database: Connection, visitor: Visitor, unit: UUID, stated: dict[str, object]
) -> None:
    """Nobody moves or ends the very unit they lead: who leads the one above does."""
    if unit in (await led_of(database, visitor, Permission.MANAGE_UNITS)).units:
        moved = [one for one in ("parent", "valid_to") if stated.get(one) is not None]
        if moved:
            raise InputError([FieldError("last_on" if "valid_to" in moved else "parent", "own_top_unit")])


def _stated(typed: Typed) -> dict[str, object]:
    stated: dict[str, object] = {one: typed.line(one) for one in ("kind", "name") if one in typed.fields}
    if "name_en" in typed.fields:
        stated["name_en"] = typed.maybe("name_en")
    stated |= {one: typed.count(one) for one in ("members", "adults") if one in typed.fields}
    stated |= {one: typed.day(one) for one in ("members_from", "valid_from") if one in typed.fields}
    if "last_on" in typed.fields:
        stated["valid_to"] = day_after(typed, "last_on")
    return stated


def _as_typed(typed: Typed) -> dict[str, Any]:
    return {name: typed.line(name) for name in _TEXTS if name in typed.fields}


async def _new_form(
    request: AnyRequest, values: dict[str, Any], *, refused: Refused | None = None
) -> Response[bytes]:
    empty = dict.fromkeys(_TEXTS, "")
    return render(
        request,
        "organisation/unit_new.html",
        status=refused.status if refused else 200,
        kinds=list(FOUNDED_KINDS),
        **sheet(empty | values, language_of(request), refused=refused),
    )


async def _form(
    request: AnyRequest,
    name: str,
    *,
    values: dict[str, Any] | None = None,
    refused: Refused | None = None,
    done: str | None = None,
) -> Response[bytes]:
    visitor, language = visitor_let_in(request), language_of(request)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        unit = await unit_led(database, visitor, Permission.MANAGE_UNITS, name)
        facts = await editing.facts_known(database, editing.UNIT, unit, at=now())
        led = await led_of(database, visitor, Permission.MANAGE_UNITS)
        place = await place_led(database, led, unit, language)
        label = await unit_label(database, facts["parent"], language) if facts["parent"] else ""
        figures = await figures_of(database, unit, count_max=_FIGURES_MAX)
    asked = {"parent": label, "last_on": last_day(facts["valid_to"]), "members_from": ""}
    return render(
        request,
        "organisation/unit_edit.html",
        status=refused.status if refused else 200,
        kinds=list(FOUNDED_KINDS),
        is_founded=facts["kind"] in FOUNDED_KINDS,
        is_top=unit in led.units,
        facts=values_of(facts),
        figures=figures,
        done=done,
        **place,
        **sheet(values_of(facts) | asked | (values or {}), language, seen=facts, refused=refused),
    )


organisation_unit_handlers = [new_unit_page, create_unit, unit_form_page, change_unit]
