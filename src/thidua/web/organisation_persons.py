"""Leaders' pages of one person: somebody new, changing what is recorded, a new home unit."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from thidua.accounts.permissions import Permission
from thidua.accounts.queries import account_of
from thidua.infra import audit
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.kernel.period import local_day
from thidua.organisation import editing, register
from thidua.organisation.leading import homes_of, stays_of
from thidua.organisation.model import PriorityFlag, TargetGroup
from thidua.organisation.names import adult_on, alias_of
from thidua.organisation.register import Alike
from thidua.web.language import AnyRequest, language_of
from thidua.web.organisation_forms import Refused, Typed, sheet, typed_day, typed_of, values_of, written
from thidua.web.organisation_scope import (
    Named,
    Words,
    editor_of,
    led_of,
    localised,
    offered,
    see_other,
    started,
    today_shown,
    unit_stated,
    unit_typed,
    units_offered,
)
from thidua.web.pages import render
from thidua.web.visitors import demand, needs, visitor_let_in

_KEEPERS = [needs(Permission.MANAGE_PEOPLE)]
_EMPTY = {"name": "", "born_on": "", "contact": "", "target_group": "", "public_name": False, "unit": ""}


@get("/organisation/people/new", include_in_schema=False, guards=_KEEPERS)
async def new_person_page(request: AnyRequest, unit: Named = None) -> Response[bytes]:
    """An empty form for a person, at home in a unit if one is named."""
    return await _new_form(request, await started(request, Permission.MANAGE_PEOPLE, unit))


@post("/organisation/people/new", include_in_schema=False, guards=_KEEPERS)
async def enter_person(request: AnyRequest) -> Response[Any]:
    """Write somebody new; the id in the form makes them one person however often it is sent."""
    visitor, typed = visitor_let_in(request), await typed_of(request)

    async def write(database: Connection) -> UUID:
        person = typed.an_id("id")
        if await editing.facts_of(database, editing.PERSON, person, at=now()) is not None:
            await demand(database, visitor, Permission.MANAGE_PEOPLE, person=person)
        unit, faults = await unit_stated(database, visitor, Permission.MANAGE_PEOPLE, typed.line("unit"))
        led = await led_of(database, visitor, Permission.MANAGE_PEOPLE)
        alike = Alike(led, is_another=bool(typed.line("is_another")))
        stated = {"id": person, **_stated(typed), **unit}
        await register.enter(database, stated, alike=alike, editor=editor_of(visitor), faults=faults)
        return person

    done = await written(write)
    if isinstance(done, Refused):
        return await _new_form(request, _as_typed(typed), refused=done)
    return see_other(f"/organisation/people/{done}?done=created")


@get("/organisation/people/{person:uuid}", include_in_schema=False, guards=_KEEPERS)
async def person_form_page(
    request: AnyRequest, person: FromPath[UUID], done: Words = None
) -> Response[bytes]:
    """A person as recorded, to be changed."""
    return await _form(request, person, done=done)


@post("/organisation/people/{person:uuid}", include_in_schema=False, guards=_KEEPERS)
async def amend_person(request: AnyRequest, person: FromPath[UUID]) -> Response[Any]:
    """Write what was changed of a person."""
    visitor, typed = visitor_let_in(request), await typed_of(request)

    async def write(database: Connection) -> None:
        await demand(database, visitor, Permission.MANAGE_PEOPLE, person=person)
        stated = {"id": person, **_stated(typed)}
        await register.amend(database, stated, seen=typed.seen(), editor=editor_of(visitor))

    refused = await written(write)
    if isinstance(refused, Refused):
        return await _form(request, person, values=_as_typed(typed), refused=refused)
    return see_other(f"/organisation/people/{person}?done=changed")


@get("/organisation/people/{person:uuid}/home", include_in_schema=False, guards=_KEEPERS)
async def home_page(request: AnyRequest, person: FromPath[UUID]) -> Response[bytes]:
    """Where a person's home was and is, and a form for the next one."""
    return await _form(request, person, template="organisation/home.html")


@post("/organisation/people/{person:uuid}/home", include_in_schema=False, guards=_KEEPERS)
async def move_home(request: AnyRequest, person: FromPath[UUID]) -> Response[Any]:
    """Let another unit that the visitor leads be the home from a day on."""
    visitor, typed = visitor_let_in(request), await typed_of(request)

    async def write(database: Connection) -> None:
        await demand(database, visitor, Permission.MANAGE_PEOPLE, person=person)
        unit = await unit_typed(database, visitor, Permission.MANAGE_PEOPLE, typed.line("unit"))
        since = typed_day(typed, "unit_from")
        await register.move_home(database, person, unit, since, seen=typed.seen(), editor=editor_of(visitor))

    refused = await written(write)
    if isinstance(refused, Refused):
        values = {name: typed.line(name) for name in ("unit", "unit_from")}
        return await _form(request, person, values=values, refused=refused, template="organisation/home.html")
    return see_other(f"/organisation/people/{person}?done=moved")


def _stated(typed: Typed) -> dict[str, object]:
    return {
        "name": typed.line("name"),
        "born_on": typed.day("born_on"),
        "contact": typed.maybe("contact"),
        "target_group": typed.maybe("target_group"),
        "public_name": bool(typed.line("public_name")),
        "priority": typed.several("priority"),
    }


def _as_typed(typed: Typed) -> dict[str, Any]:
    names = ("id", "name", "born_on", "contact", "target_group", "unit")
    texts = {name: typed.line(name) for name in names if name in typed.fields}
    boxes = {"public_name": bool(typed.line("public_name")), "priority": typed.several("priority")}
    return texts | boxes


async def _new_form(
    request: AnyRequest, values: dict[str, Any], *, refused: Refused | None = None
) -> Response[bytes]:
    language = language_of(request)
    units, values = await offered(request, Permission.MANAGE_PEOPLE, values)
    faults = refused.faults if refused else ()
    alike: Any = next((one.facts["people"] for one in faults if one.facts and "people" in one.facts), [])
    return render(
        request,
        "organisation/person_new.html",
        status=refused.status if refused else 200,
        groups=list(TargetGroup),
        priorities=list(PriorityFlag),
        units=units,
        alike=localised(alike, language),
        **sheet(_EMPTY | {"priority": []} | values, language, refused=refused),
    )


async def _form(
    request: AnyRequest,
    person: UUID,
    *,
    values: dict[str, Any] | None = None,
    refused: Refused | None = None,
    done: str | None = None,
    template: str = "organisation/person.html",
) -> Response[bytes]:
    visitor, language = visitor_let_in(request), language_of(request)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        await demand(database, visitor, Permission.MANAGE_PEOPLE, person=person)
        facts = await editing.facts_known(database, editing.PERSON, person, at=now())
        led = await led_of(database, visitor, Permission.MANAGE_PEOPLE)
        context = {
            "homes": localised(await homes_of(database, person), language),
            "stays": await stays_of(database, person),
            "consent": await _consent(database, person),
            "units": await units_offered(database, led, language),
        }
    born_on = facts["born_on"]
    own = {"unit": "", "unit_from": today_shown(now())} if template.endswith("home.html") else {}
    return render(
        request,
        template,
        status=refused.status if refused else 200,
        person=person,
        alias=alias_of(person),
        name=facts["name"],
        groups=list(TargetGroup),
        priorities=list(PriorityFlag),
        is_minor=register.is_minor(born_on, local_day(now())),
        adult_on=adult_on(date.fromisoformat(born_on)) if born_on else None,
        done=done,
        **context,
        **sheet(values_of(facts) | own | (values or {}), language, seen=facts, refused=refused),
    )


async def _consent(database: Connection, person: UUID) -> dict[str, Any] | None:
    """Who noted that the person agrees to a public name, and when."""
    noted = await audit.latest(database, editing.PERSON.word, person, "public_name")
    if noted is None:
        return None
    account = await account_of(database, noted.actor_id) if noted.actor_id else None
    return {"at": noted.at, "by": account.name if account else "", "given": noted.said is True}


organisation_person_handlers = [
    new_person_page,
    enter_person,
    person_form_page,
    amend_person,
    home_page,
    move_home,
]
