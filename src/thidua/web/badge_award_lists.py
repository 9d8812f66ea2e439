"""Pages on which leaders and organisers give a badge to many by a list: seen first, and undone if need be."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import dropwhile, islice
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from thidua.badges import by_hand, by_list, queries
from thidua.badges.by_list import LINES_MAX, Line
from thidua.badges.model import AwardState
from thidua.imports.container import form_of as kind_of
from thidua.imports.decoding import UNREADABLE, text_of
from thidua.imports.delimited import rows_of
from thidua.imports.errors import FileRefusedError
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import FieldError, InputError, NotFoundError
from thidua.kernel.period import local_day
from thidua.web.accounts import appointer_of
from thidua.web.acquaintances import names_for, near
from thidua.web.badge_awarding import MAY_AWARD, badge_named, fault_said, offered_badges, worded
from thidua.web.badge_shown import awards_shown, badge_shown
from thidua.web.catalogue import translate
from thidua.web.forms import form_of
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.organisation_forms import Typed
from thidua.web.organisation_scope import see_other
from thidua.web.pages import render
from thidua.web.visitors import Visitor, visitor_let_in
from thidua.web.wording import say

_LIST_BYTES_MAX = 256 * 1024
# A text has a sign or two that cannot be read; what is no text has them everywhere.
_UNREADABLE_SHARE = 0.05
_IN_A_LINE = {"not_found": "badge_nobody_named"}


@get("/badges/award/list", include_in_schema=False, guards=MAY_AWARD)
async def list_page(request: AnyRequest) -> Response[bytes]:
    """Send a list of who shall have a badge."""
    return _list(request, Typed({"badge": [request.query_params.get("badge", "")]}))


@post("/badges/award/list", include_in_schema=False, guards=MAY_AWARD, status_code=200)
async def preview_list(request: AnyRequest) -> Response[Any]:
    """What the list would do, line by line; nothing is given yet."""
    typed = Typed(await form_of(request))
    try:
        text = await _text(request, typed)
    except InputError as error:
        return _list(request, typed, errors=worded(error, language_of(request))[0])
    return await _preview(request, typed, text)


@post("/badges/award/list/confirm", include_in_schema=False, guards=MAY_AWARD, status_code=303)
async def confirm_list(request: AnyRequest) -> Response[Any]:
    """Give the badge by every line without a fault."""
    typed, at, visitor = Typed(await form_of(request)), now(), visitor_let_in(request)
    badge, text = badge_named(typed.line("badge")), typed.line("text")
    try:
        async with transaction() as database:
            given = await by_list.give_list(
                database, badge, _rows(text), note=typed.line("note"), by=appointer_of(visitor), at=at
            )
    except InputError:
        return await _preview(request, typed, text)
    if not given.awards:
        return await _preview(request, typed, text)
    return see_other(f"/badges/award/lists/{given.batch}")


@get("/badges/award/lists", include_in_schema=False, guards=MAY_AWARD, status_code=303)
async def lists_page() -> Response[Any]:
    """Lead to where the lists given lately stand."""
    return see_other("/badges/award")


@get("/badges/award/lists/{batch:uuid}", include_in_schema=False, guards=MAY_AWARD)
async def batch_page(request: AnyRequest, batch: FromPath[UUID]) -> Response[bytes]:
    """What a list gave, and the way to undo it."""
    return await _batch(request, batch, {})


@post("/badges/award/lists/{batch:uuid}/undo", include_in_schema=False, guards=MAY_AWARD, status_code=303)
async def undo_batch(request: AnyRequest, batch: FromPath[UUID]) -> Response[Any]:
    """Take back what the list gave, with a reason that everybody can read."""
    typed, by = Typed(await form_of(request)), appointer_of(visitor_let_in(request))
    try:
        async with transaction() as database:
            await by_list.undo_list(database, batch, reason=typed.line("reason"), by=by, at=now())
    except InputError as error:
        errors, _ = worded(error, language_of(request))
        return await _batch(request, batch, errors, status=422)
    return see_other(f"/badges/award/lists/{batch}")


async def _text(request: AnyRequest, typed: Typed) -> str:
    """The list as text: of the file, else what was pasted."""
    file = (await request.form()).get("file")
    if isinstance(file, UploadFile):
        content = await file.read(_LIST_BYTES_MAX + 1)
        if content.strip():
            return _text_in(content)
    return typed.line("text")


def _text_in(content: bytes) -> str:
    """The text of a CSV; a workbook or a picture is none, whatever its name says."""
    if not _is_plain(content):
        raise InputError([FieldError("list", "badge_list_not_csv")])
    if len(content) > _LIST_BYTES_MAX:
        facts = {"kilobytes": _LIST_BYTES_MAX // 1024, "rows": LINES_MAX}
        raise InputError([FieldError("list", "badge_list_too_large", facts=facts)])
    text, _ = text_of(content)
    if text.count(UNREADABLE) > len(text) * _UNREADABLE_SHARE:
        raise InputError([FieldError("list", "badge_list_not_csv")])
    return text


def _is_plain(content: bytes) -> bool:
    try:
        return kind_of(content) == "text"
    except FileRefusedError:
        return False


def _rows(text: str) -> list[list[str]]:
    """The rows from the headings on, one more than is taken."""
    return list(islice(dropwhile(lambda row: not any(row), rows_of(text)), LINES_MAX + 2))


def _list(request: AnyRequest, typed: Typed, *, errors: Mapping[str, str] | None = None) -> Response[bytes]:
    return render(
        request,
        "badges/award_list.html",
        status=422 if errors else 200,
        offered=offered_badges(language_of(request)),
        typed=typed,
        errors=errors or {},
        lines_max=LINES_MAX,
    )


async def _preview(request: AnyRequest, typed: Typed, text: str) -> Response[Any]:
    language, at, visitor = language_of(request), now(), visitor_let_in(request)
    if not typed.line("badge"):
        facts = {"field": translate("Tên huy hiệu", language)}
        return _list(request, typed, errors={"badge": say("nothing_chosen", language, facts)})
    badge = badge_named(typed.line("badge"))
    if not text.strip():
        return _list(request, typed, errors={"list": say("file_missing", language)})
    try:
        async with transaction(readonly=True) as database:
            lines = await by_list.read_list(
                database, badge, _rows(text), note=typed.line("note"), by=appointer_of(visitor), at=at
            )
            shown = await _lines_shown(database, visitor, lines, language, at=at)
    except InputError as error:
        return _list(request, typed, errors=worded(error, language)[0])
    return render(
        request,
        "badges/award_preview.html",
        badge=badge_shown(badge, language),
        lines=shown,
        count=sum(line.gift is not None for line in lines),
        text=text,
        note=typed.line("note"),
    )


async def _lines_shown(
    database: Connection, visitor: Visitor, lines: Sequence[Line], language: Language, *, at: datetime
) -> list[dict[str, Any]]:
    subjects = [line.gift.subject for line in lines if line.gift is not None]
    within = await near(database, visitor, at=at)
    names = await names_for(database, subjects, within, language, own=[], at=at)
    return [
        {
            "number": line.number,
            "told": line.told,
            "who": names.get(line.gift.subject) if line.gift else None,
            "earned_on": local_day(line.gift.earned_at) if line.gift else None,
            "note": line.gift.note if line.gift else "",
            "fault": _fault(line.fault, language) if line.fault else None,
        }
        for line in lines
    ]


async def _batch(
    request: AnyRequest, batch: UUID, errors: Mapping[str, str], *, status: int = 200
) -> Response[bytes]:
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    async with transaction(readonly=True) as database:
        awards = await queries.awards_of_batch(database, batch)
        if not awards:
            raise NotFoundError
        first = awards[0]
        await by_hand.demand_over(
            database, first.subject, first.subject_kind, by=appointer_of(visitor), at=at
        )
        within = await near(database, visitor, at=at)
        names = await names_for(database, [one.subject for one in awards], within, language, own=[], at=at)
    return render(
        request,
        "badges/award_done.html",
        status=status,
        batch=str(batch),
        badge=badge_shown(badge_named(first.badge), language),
        awards=[
            shown | {"who": names[award.subject]}
            for award, shown in zip(awards, awards_shown(awards, language, at=at), strict=True)
            if award.subject in names
        ],
        active=sum(one.state is AwardState.ACTIVE for one in awards),
        errors=errors,
    )


def _fault(fault: FieldError, language: Language) -> str:
    """What is wrong of a line; whom nobody finds there is not an address that leads nowhere."""
    return fault_said(replace(fault, code=_IN_A_LINE.get(fault.code, fault.code)), language)


badge_list_handlers = [list_page, preview_list, confirm_list, lists_page, batch_page, undo_batch]
