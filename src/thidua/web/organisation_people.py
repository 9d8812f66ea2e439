"""Leaders' pages of people: the list by name, and its export."""

from collections.abc import AsyncIterator
from typing import Any

from litestar import Response, get
from litestar.response import Stream

from thidua.accounts.permissions import Permission
from thidua.infra import audit
from thidua.infra.audit import Deed
from thidua.infra.clock import now
from thidua.infra.database import connection, transaction
from thidua.kernel.cells import BOM, csv_lines, guarded
from thidua.kernel.period import local_day
from thidua.organisation.leading import Led, Row, Wanted, people_led
from thidua.organisation.model import TargetGroup
from thidua.organisation.names import adult_on
from thidua.web.language import AnyRequest, language_of
from thidua.web.organisation_scope import (
    ROWS,
    Cursor,
    Named,
    Words,
    led_of,
    localised,
    next_of,
    place_of,
    reach_of,
    unit_led,
)
from thidua.web.pages import render
from thidua.web.visitors import needs, visitor_let_in

_ROWS_AT_ONCE = 1_000
_COLUMNS = ("id", "name", "born_on", "target_group", "unit_code", "unit", "teams", "public_name")
_CONTACT = ("contact", "priority")


@get("/organisation/people", include_in_schema=False, guards=[needs(Permission.SEE_NAMES)])
async def people_page(
    request: AnyRequest,
    unit: Named = None,
    q: Words = None,
    group: Named = None,
    cursor: Cursor = None,
) -> Response[bytes]:
    """People whom the visitor may see by name, sorted as Vietnamese lists are."""
    visitor, language = visitor_let_in(request), language_of(request)
    purpose = f"people led {visitor.account} {unit} {q} {group}"
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        reach = await reach_of(database, visitor, Permission.SEE_NAMES, unit, language)
        wanted = Wanted(unit=reach.unit, q=q, kind=group or None, after=place_of(purpose, cursor))
        rows = await people_led(database, reach.led, wanted, at=now(), count_max=ROWS + 1)
    return render(
        request,
        "organisation/people.html",
        people=[one | {"is_public": _is_public(one)} for one in localised(rows[:ROWS], language)],
        next=next_of(purpose, rows, "sort_key"),
        asked={"unit": unit or "", "q": q or "", "group": group or ""},
        groups=list(TargetGroup),
        is_first=cursor is None,
        may_people=visitor.can(Permission.MANAGE_PEOPLE),
        may_export=visitor.can(Permission.EXPORT),
        may_lead=visitor.can(Permission.MANAGE_TEAMS),
        **reach.shown,
    )


@get("/organisation/people.csv", include_in_schema=False, guards=[needs(Permission.EXPORT)])
async def export_people(
    request: AnyRequest, unit: Named = None, q: Words = None, group: Named = None
) -> Stream:
    """The same people as a CSV file; that it was taken is noted."""
    visitor = visitor_let_in(request)
    async with transaction() as database:
        led = await led_of(database, visitor, Permission.EXPORT)
        within = await unit_led(database, visitor, Permission.EXPORT, unit) if unit else None
        managed = await led_of(database, visitor, Permission.MANAGE_PEOPLE)
        deed = Deed(
            at=now(),
            actor_id=visitor.account,
            doing="people_exported",
            thing_kind="account",
            thing_id=visitor.account,
            facts={"unit": unit, "is_filtered": bool(q or group)},
        )
        await audit.note(database, deed)
    # How to reach people is for those who keep their records.
    columns = (*_COLUMNS, *_CONTACT) if set(led.units) <= set(managed.units) and not led.teams else _COLUMNS
    wanted = Wanted(unit=within, q=q, kind=group or None)
    headers = {
        "content-disposition": 'attachment; filename="people.csv"',
        "cache-control": "private, no-store",
    }
    return Stream(_csv(led, wanted, columns), media_type="text/csv; charset=utf-8", headers=headers)


def _is_public(row: Row) -> bool:
    """Whether others see the name: it was agreed to, and the person is of age."""
    born_on = row["born_on"]
    return bool(row["public_name"]) and (born_on is None or adult_on(born_on) <= local_day(now()))


async def _csv(led: Led, wanted: Wanted, columns: tuple[str, ...]) -> AsyncIterator[bytes]:
    """A part at a time, on a connection of its own each: a slow reader holds nothing up."""
    yield BOM.encode() + csv_lines([columns])
    at, after = now(), None
    while True:
        page = Wanted(unit=wanted.unit, q=wanted.q, kind=wanted.kind, after=after)
        async with connection() as database:
            rows = await people_led(database, led, page, at=at, count_max=_ROWS_AT_ONCE)
        yield csv_lines([_cell(row, column) for column in columns] for row in rows)
        if len(rows) < _ROWS_AT_ONCE:
            return
        after = (rows[-1]["sort_key"], rows[-1]["id"])


def _cell(row: Row, column: str) -> str:
    value: Any = row["unit_vi"] if column == "unit" else row[column]
    if isinstance(value, list):
        value = "; ".join(value)
    if isinstance(value, bool):
        value = "true" if value else "false"
    return "" if value is None else guarded(str(value))


organisation_people_handlers = [people_page, export_people]
