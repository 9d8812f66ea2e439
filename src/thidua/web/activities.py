"""Recording an activity: a form for every type, what it would bring, and who may be meant by a name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from thidua.accounts.permissions import Permission
from thidua.activities.model import ActivityReport
from thidua.engine.foretell import Foretold, foretold_report
from thidua.engine.record import recorder
from thidua.engine.results import IdConflictError
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import BusyError, DomainError, FieldError, InputError
from thidua.kernel.ids import new_id
from thidua.organisation.finding import Found, people_named, subjects_named
from thidua.web.acquaintances import in_charge, near
from thidua.web.activity_forms import Reading, code_of, place_of, read_report
from thidua.web.foretold_shown import prospect_of
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.organisation_forms import Typed, typed_of
from thidua.web.pages import render
from thidua.web.recording import Recording, recording_for
from thidua.web.recording_shown import form_shown, key_of
from thidua.web.visitors import needs, visitor_let_in
from thidua.web.wording import say

FOUND_MAX = 8
_MAY_RECORD = needs(Permission.RECORD_OWN, Permission.RECORD_FOR_OTHERS)
_FORM = "activities/new.html"
Words = Annotated[str | None, QueryParameter(max_length=200)]


@get("/activities/new", include_in_schema=False, guards=[_MAY_RECORD])
async def new_activity(
    request: AnyRequest,
    type_code: Annotated[str | None, QueryParameter(name="type", max_length=64)] = None,
    actor: Annotated[UUID | None, QueryParameter()] = None,
    who: Words = None,
) -> Response[bytes]:
    """The form of one type, as far filled in as can be known; `who` looks for somebody else to record for."""
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    keeping = await key_of(visitor, at=at)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        recording = await recording_for(database, visitor, language, type_code=type_code, actor=actor, at=at)
        if recording is None or who is not None:
            charge = await in_charge(database, visitor)
            found = await subjects_named(database, who or "", charge, at=at, count_max=FOUND_MAX)
            return render(request, "activities/whom.html", who=who, found=found, type_code=type_code)
        typed = Typed(recording.defaults(new_id(at), at=at))
        context = await form_shown(database, recording, typed, at=at)
    reading = _read(recording.assuming(typed), recording, at=at)
    told = await _foretold(reading, at=at)
    return render(request, _FORM, prospect=prospect_of(told, language), keeping=keeping, **context)


@post("/activities/new", include_in_schema=False, guards=[_MAY_RECORD])
async def record_activity(request: AnyRequest) -> Response[Any]:
    """Record what was typed, once however often it is sent; else the form again, with everything kept."""
    typed, at = await typed_of(request), now()
    recording = await _recording_of(request, typed)
    if typed.line("do") == "find" or _still_looks(typed, recording):
        return await _again(request, recording, typed, status=200)
    reading = _read(typed, recording, at=at)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        faults = [*reading.faults, *recording.places_elsewhere(typed)]
        faults += await recording.unknown_people(database, typed, at=at)
    if reading.report is None or faults:
        return await _again(request, recording, typed, status=422, faults=faults)
    return await _recorded(request, recording, typed, reading.report)


@post("/activities/foretell", include_in_schema=False, guards=[_MAY_RECORD], status_code=200)
async def foretell_activity(request: AnyRequest) -> Response[bytes]:
    """What the form would bring as it stands, as a piece of the page; nothing is written."""
    typed, at = await typed_of(request), now()
    recording = await _recording_of(request, typed)
    told = await _foretold(_read(typed, recording, at=at), at=at)
    return render(request, "activities/_foretold.html", prospect=prospect_of(told, language_of(request)))


@get("/activities/people", include_in_schema=False, guards=[_MAY_RECORD])
async def people_found(request: AnyRequest, q: Words = None) -> Response[bytes]:
    """People near the visitor whose name begins so, as boxes to tick."""
    visitor, at = visitor_let_in(request), now()
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        within = await near(database, visitor, at=at)
        found = await people_named(database, q or "", within, at=at, count_max=FOUND_MAX)
    return render(request, "activities/_people.html", people=found, q=q or "", picked=set[UUID]())


async def _recording_of(request: AnyRequest, typed: Typed) -> Recording:
    """What the form is about; a type or actor that is not the visitor's to report is not there."""
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        recording = await recording_for(
            database, visitor, language, type_code=typed.line("type"), actor=typed.an_id("actor"), at=at
        )
    assert recording is not None, "an actor was named"
    return recording


def _read(typed: Typed, recording: Recording, *, at: datetime) -> Reading:
    source = recording.visitor.source
    return read_report(typed, recording.kind, recording.form, actor=recording.actor, source=source, at=at)


async def _foretold(reading: Reading, *, at: datetime) -> Foretold:
    if reading.report is None:
        return Foretold(faults=tuple(reading.faults))
    return await foretold_report(reading.report, at=at)


def _still_looks(typed: Typed, recording: Recording) -> bool:
    """Whether somebody typed a name and pressed Enter: they look for whom they helped, no more."""
    return bool(
        recording.form.role and typed.maybe("q") and not typed.several("helped") and not typed.maybe("others")
    )


async def _recorded(
    request: AnyRequest, recording: Recording, typed: Typed, report: ActivityReport
) -> Response[Any]:
    try:
        await recorder().record([report])
    except IdConflictError:
        return await _again(request, recording, typed, status=409, earlier=report.id)
    except InputError as error:
        return await _again(request, recording, typed, status=422, faults=error.errors)
    except BusyError as error:
        return await _again(request, recording, typed, status=503, trouble=error)
    return Redirect(f"/activities/{report.id}", status_code=303)


async def _again(  # noqa: PLR0913 -- the form and what came of it
    request: AnyRequest,
    recording: Recording,
    typed: Typed,
    *,
    status: int,
    faults: Sequence[FieldError] = (),
    earlier: UUID | None = None,
    trouble: DomainError | None = None,
) -> Response[bytes]:
    """The form with all that was typed; after a conflict under a new id, to record anew if wanted."""
    language, at = language_of(request), now()
    if earlier is not None:
        typed = Typed({**typed.fields, "id": [str(new_id(at))]})
    told = await _foretold(_read(typed, recording, at=at), at=at)
    keeping = await key_of(recording.visitor, at=at)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        context = await form_shown(database, recording, typed, at=at)
        context["found"] = await _found(database, recording, typed)
    return render(
        request,
        _FORM,
        status=status,
        **context
        | {
            "errors": _worded(faults, recording, language),
            "earlier": earlier,
            "trouble": say(trouble.code, language) if trouble else None,
            "prospect": prospect_of(told, language),
            "keeping": keeping,
        },
    )


async def _found(database: Connection, recording: Recording, typed: Typed) -> list[Found] | None:
    q = typed.maybe("q")
    if q is None or not recording.form.role:
        return None
    within = await near(database, recording.visitor, at=now())
    return await people_named(database, q, within, at=now(), count_max=FOUND_MAX)


def _worded(faults: Sequence[FieldError], recording: Recording, language: Language) -> dict[str, str]:
    worded: dict[str, str] = {}
    for fault in faults:
        name = place_of(fault)
        facts = {**(fault.facts or {}), "field": recording.form.labels.get(name, name)}
        worded.setdefault(name, say(code_of(fault), language, facts))
    return worded


activity_page_handlers = [new_activity, record_activity, foretell_activity, people_found]
