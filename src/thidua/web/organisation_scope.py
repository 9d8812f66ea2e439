"""What the visitor leads, for the leaders' pages; whatever lies outside is not there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Response
from litestar.params import QueryParameter
from litestar.response import Redirect

from thidua.accounts.permissions import Permission
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import FieldError, InputError, NotFoundError
from thidua.kernel.ids import new_id
from thidua.kernel.period import local_day
from thidua.organisation.editing import Editor
from thidua.organisation.leading import Led, Row, units_found
from thidua.organisation.queries import unit_id_of
from thidua.organisation.surroundings import Place, path_of
from thidua.organisation.vietnamese import fold
from thidua.web import paging
from thidua.web.formats import shown_date
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.visitors import Visitor, demand, scope_of, teams_of, visitor_let_in

ROWS = 50
_CODE = re.compile(r"\(([A-Za-z0-9._-]{1,64})\)\s*$", re.ASCII)
_SAME_NAMES_MAX = 12
_OFFERED_MAX = 200

Words = Annotated[str | None, QueryParameter(max_length=100)]
Named = Annotated[str | None, QueryParameter(max_length=64)]
Cursor = Annotated[str | None, QueryParameter(max_length=1000)]


async def led_of(connection: Connection, visitor: Visitor, permission: Permission) -> Led:
    """The units and teams in which the visitor holds the permission."""
    return Led(await scope_of(connection, visitor, permission), teams_of(visitor, permission))


def editor_of(visitor: Visitor) -> Editor:
    """The visitor as the one who changes something now."""
    return Editor(visitor.account, now())


async def unit_led(connection: Connection, visitor: Visitor, permission: Permission, name: str) -> UUID:
    """The unit of this code or id, if the visitor holds the permission there; else it is not there."""
    found = await unit_id_of(connection, name)
    if found is None:
        raise NotFoundError
    await demand(connection, visitor, permission, unit=found)
    return found


async def unit_typed(
    connection: Connection, visitor: Visitor, permission: Permission, typed: str, *, field: str = "unit"
) -> str:
    """The code of the unit that was typed: as a code, as “name (code)”, or by name without accents."""
    known = await unit_id_of(connection, code_in(typed))
    if known is not None:
        await demand(connection, visitor, permission, unit=known)
        return (await _path(connection, known))[-1].code
    led = await led_of(connection, visitor, permission)
    found = (
        await units_found(connection, led, typed, at=now(), count_max=_SAME_NAMES_MAX)
        if typed.strip()
        else []
    )
    same = [row for row in found if fold(row["name"]) == fold(typed)] or found
    if len(same) == 1:
        return str(same[0]["code"])
    if not same:
        raise InputError([FieldError(field, "no_such_unit" if typed.strip() else "empty")])
    raise InputError([FieldError(field, "several_units", facts={"count": len(same), "units": same})])


def code_in(typed: str) -> str:
    """The code in “name (code)”, or all that was typed."""
    coded = _CODE.search(typed)
    return coded.group(1) if coded else typed.strip()


async def unit_label(connection: Connection, name: str, language: Language) -> str:
    """The unit of this id or code as “name (code)”, which a form can send back."""
    unit = await unit_id_of(connection, name)
    place = (await _path(connection, unit))[-1] if unit else None
    if place is None:
        raise NotFoundError
    return f"{place.name if language == 'vi' else place.name_en} ({place.code})"


async def units_offered(connection: Connection, led: Led, language: Language) -> list[dict[str, Any]]:
    """Units that a form offers while one types."""
    return localised(await units_found(connection, led, "", at=now(), count_max=_OFFERED_MAX), language)


async def unit_stated(
    connection: Connection, visitor: Visitor, permission: Permission, typed: str, *, field: str = "unit"
) -> tuple[dict[str, str], Sequence[FieldError]]:
    """What is stated of a unit that was typed, or what is wrong with it, to be told with all other faults."""
    try:
        return {field: await unit_typed(connection, visitor, permission, typed, field=field)}, ()
    except InputError as error:
        return {}, error.errors


@dataclass(frozen=True, slots=True)
class Reach:
    """What a list shows: all that the visitor leads, or what of it is in the unit that was named."""

    led: Led
    unit: UUID | None
    shown: Mapping[str, Any]


async def reach_of(
    connection: Connection, visitor: Visitor, permission: Permission, unit: str | None, language: Language
) -> Reach:
    """What the visitor leads, with the unit for a template; one that they do not lead is not there."""
    led = await led_of(connection, visitor, permission)
    if not unit:
        return Reach(led, None, {"unit": None, "within": []})
    within = await unit_led(connection, visitor, permission, unit)
    return Reach(led, within, await place_led(connection, led, within, language))


async def started(request: AnyRequest, permission: Permission, unit: str | None) -> dict[str, Any]:
    """What stands in an empty form for something new: an id of its own, and the unit that was named."""
    visitor, values = visitor_let_in(request), {"id": str(new_id(now()))}
    if unit:
        async with transaction(readonly=True) as connection:
            await unit_led(connection, visitor, permission, unit)
            values["unit"] = await unit_label(connection, unit, language_of(request))
    return values


async def offered(
    request: AnyRequest, permission: Permission, values: dict[str, Any]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The units that a form for something new offers, and its values: who leads one unit means that one."""
    visitor, language = visitor_let_in(request), language_of(request)
    async with transaction(readonly=True) as connection:
        led = await led_of(connection, visitor, permission)
        units = await units_offered(connection, led, language)
        if "unit" not in values and len(led.units) == 1:
            values = values | {"unit": await unit_label(connection, str(led.units[0]), language)}
    return units, values


async def place_led(connection: Connection, led: Led, unit: UUID, language: Language) -> dict[str, Any]:
    """The unit for a template, and the way to it from the topmost unit the visitor leads."""
    path = await _path(connection, unit)
    start = next((index for index, one in enumerate(path) if one.id in led.units), len(path) - 1)
    return {"unit": _shown(path[-1], language), "within": [_shown(one, language) for one in path[start:-1]]}


def localised(rows: Sequence[Row], language: Language) -> list[dict[str, Any]]:
    """Rows for a template: of each name in two languages the reader's one."""
    return [_localised(dict(row), language) for row in rows]


def place_of(purpose: str, cursor: str | None) -> tuple[str, UUID] | None:
    """The row that a page begins after."""
    if cursor is None:
        return None
    name, one = paging.decode(purpose, cursor)
    return str(name), UUID(str(one))


def next_of(purpose: str, rows: Sequence[Row], key: str) -> str | None:
    """The cursor to the page after these rows, of which one more was asked for than is shown."""
    return paging.encode(purpose, rows[ROWS - 1][key], rows[ROWS - 1]["id"]) if len(rows) > ROWS else None


def see_other(path: str) -> Response[Any]:
    """Lead to a page after something was done, so that reloading does not do it again."""
    return Redirect(path, status_code=303)


async def _path(connection: Connection, unit: UUID) -> list[Place]:
    path = await path_of(connection, unit)
    if not path:
        raise NotFoundError
    return path


def _shown(place: Place, language: Language) -> dict[str, Any]:
    return {
        "id": place.id,
        "code": place.code,
        "kind": place.kind,
        "name": place.name if language == "vi" else place.name_en,
        "area_group": place.area_group,
        "flags": place.flags,
    }


def _localised(row: dict[str, Any], language: Language) -> dict[str, Any]:
    if language == "en" and "name_en" in row:
        row["name"] = row["name_en"]
    if "unit_vi" in row:
        row["unit"] = row["unit_vi"] if language == "vi" else row["unit_en"]
    if "members_vi" in row:
        row["members"] = row["members_vi"] if language == "vi" else row["members_en"]
    if "within_vi" in row:
        row["within"] = row["within_vi"] if language == "vi" else row["within_en"]
    return row


def today_shown(at: datetime) -> str:
    """The local day as a form shows it."""
    return shown_date(local_day(at))
