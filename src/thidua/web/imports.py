"""Pages of imports: send a file, see row by row what it would do, mend, confirm, and take it back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, QueryParameter

from thidua.accounts.permissions import Permission
from thidua.imports import actions, queries
from thidua.imports.actions import Importer
from thidua.imports.container import FILE_BYTES_MAX
from thidua.imports.errors import FileRefusedError
from thidua.imports.model import Kind, Outcome, Stage, Verdict
from thidua.imports.receiving import read_anew, receive
from thidua.imports.running import go_on
from thidua.imports.state import ImportState
from thidua.imports.undoing import undo_foretold
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.infra.errors import ServiceUnavailableError
from thidua.kernel.cells import BOM, csv_lines, guarded
from thidua.kernel.errors import BusyError, FieldError, InputError
from thidua.web.forms import form_of, whole_number
from thidua.web.import_questions import questions_of, rows_outside
from thidua.web.import_said import ROWS_HIGHEST, answers_said, columns_said
from thidua.web.import_shown import (
    ROWS,
    attribute_words,
    reading_shown,
    row_shown,
)
from thidua.web.import_units import unit_name, units_to_choose
from thidua.web.language import AnyRequest, language_of
from thidua.web.organisation_scope import see_other, unit_led
from thidua.web.pages import render
from thidua.web.visitors import Visitor, demand, may, needs, scope_of, visitor_let_in
from thidua.web.wording import say

_SECONDS_IN_A_REQUEST = 1.5
_LATEST_MAX = 30
_REASON_CHARACTERS_MAX = 500
_MAY_IMPORT = [needs(Permission.IMPORT)]
_LISTED = (Verdict.NEW, Verdict.CHANGED, Verdict.SAME, Verdict.SKIPPED, Verdict.BAD, Verdict.DOUBTFUL)
Shown = Annotated[str, QueryParameter(max_length=20)]
Page = Annotated[int, QueryParameter(ge=1, le=2_000)]


@get("/imports", include_in_schema=False, guards=_MAY_IMPORT)
async def list_page(request: AnyRequest) -> Response[bytes]:
    """The latest imports within the visitor's charge, and the form for another."""
    return await _list(request, {})


@post("/imports", include_in_schema=False, guards=_MAY_IMPORT, status_code=303)
async def send_file(request: AnyRequest) -> Response[Any]:
    """Take a file in and lead to its preview; nothing is written yet."""
    visitor = visitor_let_in(request)
    form = await form_of(request)
    sent = (await request.form()).get("file")
    typed = {name: (form.get(name) or [""])[0] for name in ("kind", "unit")}
    if not isinstance(sent, UploadFile) or not sent.filename:
        errors = {"file": say("file_missing", language_of(request))}
        return await _list(request, errors, typed=typed, status=422)
    try:
        async with transaction(readonly=True) as connection:
            unit = await unit_led(connection, visitor, Permission.IMPORT, typed["unit"])
        content = await sent.read(FILE_BYTES_MAX + 1)
        kind = Kind(typed["kind"]) if typed["kind"] in set(Kind) else None
        one = await receive(
            content, name=sent.filename, kind=kind, unit=unit, importer=_importer(visitor), at=now()
        )
    except FileRefusedError as refused:
        status = 413 if refused.is_too_large else 415 if refused.is_not_a_table else 422
        errors = {"file": say(refused.code, language_of(request), refused.facts)}
        return await _list(request, errors, typed=typed, status=status)
    await _begin(one)
    return see_other(f"/imports/{one}")


@get("/imports/{file:uuid}", include_in_schema=False, guards=_MAY_IMPORT)
async def import_page(
    request: AnyRequest, file: FromPath[UUID], show: Shown = "", page: Page = 1
) -> Response[bytes]:
    """One import as it stands: its progress, its preview, or what came of it."""
    language = language_of(request)
    async with _one(request, file, readonly=True) as (connection, state):
        counts = await queries.counts_of(connection, file)
        context: dict[str, Any] = {
            "state": state,
            "counts": counts,
            "unit": await unit_name(connection, state.unit, language),
            "attribute_words": attribute_words(language),
            "show": show,
            "page": page,
            "verdicts": _LISTED,
            "outcomes": tuple(Outcome),
            "branches_made": 0,
        }
        if state.stage is Stage.READY:
            context |= await _preview(request, connection, state)
        if state.stage is Stage.DONE:
            context["branches_made"] = len(await queries.branches_of(connection, file))
        context["rows"] = await _rows(request, connection, state, show, page)
    return render(request, "imports/one.html", **context)


@post("/imports/{file:uuid}/columns", include_in_schema=False, guards=_MAY_IMPORT, status_code=303)
async def change_reading(request: AnyRequest, file: FromPath[UUID]) -> Response[Any]:
    """Let the file be read otherwise: another kind, sheet or row of titles, other columns, other order."""
    form = await form_of(request)
    said = {name: (form.get(name) or [""])[0] for name in ("kind", "sheet", "header", "order")}
    async with _one(request, file, readonly=True) as (_, state):
        kind = Kind(said["kind"]) if said["kind"] in set(Kind) else state.kind
        named = whole_number(said["header"], highest=ROWS_HIGHEST)
        header = state.header if named is None else named
    if (kind, said["sheet"] or state.sheet, header) != (state.kind, state.sheet, state.header):
        await read_anew(state, kind=kind, sheet=said["sheet"] or state.sheet, header=header, at=now())
    else:
        async with _one(request, file) as (connection, current):
            columns = columns_said(form, kind=kind, titles=current.titles)
            answers = answers_said(current.answers, form, kind=kind, may_create_branches=False)
            answers.order = said["order"] if said["order"] in {"day_first", "month_first"} else ""
            await actions.map_columns(connection, current, columns, answers, at=now())
    await _begin(file)
    return see_other(f"/imports/{file}")


@post("/imports/{file:uuid}/answers", include_in_schema=False, guards=_MAY_IMPORT, status_code=303)
async def answer_questions(request: AnyRequest, file: FromPath[UUID]) -> Response[Any]:
    """Keep what was mended and said, and check again."""
    form = await form_of(request)
    async with _one(request, file) as (connection, state):
        may_create = await may(connection, visitor_let_in(request), Permission.MANAGE_UNITS, unit=state.unit)
        said = answers_said(state.answers, form, kind=state.kind, may_create_branches=may_create)
        await actions.answer(connection, state, said, at=now())
    await _begin(file)
    return see_other(f"/imports/{file}")


@post("/imports/{file:uuid}/confirm", include_in_schema=False, guards=_MAY_IMPORT, status_code=303)
async def confirm_import(request: AnyRequest, file: FromPath[UUID]) -> Response[Any]:
    """Let the good rows be written; a second time changes nothing."""
    async with _one(request, file) as (connection, state):
        await actions.confirm(connection, state, _importer(visitor_let_in(request)), at=now())
    await _begin(file)
    return see_other(f"/imports/{file}")


@post("/imports/{file:uuid}/discard", include_in_schema=False, guards=_MAY_IMPORT, status_code=303)
async def discard_import(request: AnyRequest, file: FromPath[UUID]) -> Response[Any]:
    """Throw away a file that was not confirmed."""
    async with _one(request, file) as (connection, state):
        await actions.discard(connection, state, _importer(visitor_let_in(request)), at=now())
    return see_other("/imports")


@get("/imports/{file:uuid}/undo", include_in_schema=False, guards=_MAY_IMPORT)
async def undo_page(request: AnyRequest, file: FromPath[UUID]) -> Response[bytes]:
    """What undoing would do, before it is done."""
    return await _undo(request, file, {})


@post("/imports/{file:uuid}/undo", include_in_schema=False, guards=_MAY_IMPORT, status_code=303)
async def undo_import(request: AnyRequest, file: FromPath[UUID]) -> Response[Any]:
    """Take back what the import wrote, with the reason that every withdrawal bears."""
    reason = ((await form_of(request)).get("reason") or [""])[0].strip()[:_REASON_CHARACTERS_MAX]
    if not reason:
        return await _undo(request, file, {"reason": say("empty", language_of(request))}, status=422)
    async with _one(request, file) as (connection, state):
        importer = _importer(visitor_let_in(request))
        await actions.begin_undo(connection, state, importer, reason=reason, at=now())
    await _begin(file)
    return see_other(f"/imports/{file}")


@get("/imports/{file:uuid}/faults.csv", include_in_schema=False, guards=_MAY_IMPORT)
async def faults_file(request: AnyRequest, file: FromPath[UUID]) -> Response[bytes]:
    """The rows that are not written, with why: to be mended in the file itself."""
    language = language_of(request)
    async with _one(request, file, readonly=True) as (connection, state):
        rows = await queries.rows_with(connection, file, (Verdict.BAD, Verdict.DOUBTFUL), count_max=50_000)
    lines = [[say("row", language), say("why", language), *state.titles]]
    for row in rows:
        why = "; ".join(
            dict.fromkeys(remark["sentence"] for remark in row_shown(state, row, language)["remarks"])
        )
        lines.append([str(row.number), why, *row.cells])
    body = BOM.encode() + csv_lines([guarded(cell) for cell in line] for line in lines)
    name = quote(f"{state.file_name.rsplit('.', 1)[0]}-{say('to_mend', language)}.csv", safe="")
    headers = {
        "content-disposition": f"attachment; filename=\"faults.csv\"; filename*=UTF-8''{name}",
        "cache-control": "private, no-store",
    }
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


@asynccontextmanager
async def _one(
    request: AnyRequest, one: UUID, *, readonly: bool = False
) -> AsyncIterator[tuple[Connection, ImportState]]:
    """The import, if the visitor may import where it is for; else it is not there."""
    async with transaction(readonly=readonly) as connection:
        state = await queries.import_of(connection, one)
        await demand(connection, visitor_let_in(request), Permission.IMPORT, unit=state.unit)
        yield connection, state


async def _list(
    request: AnyRequest,
    errors: dict[str, str],
    *,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response[bytes]:
    visitor = visitor_let_in(request)
    async with transaction(readonly=True) as connection:
        scope = await scope_of(connection, visitor, Permission.IMPORT)
        units = await units_to_choose(connection, scope, language_of(request))
        latest = await queries.latest_in(connection, scope, count_max=_LATEST_MAX)
    return render(
        request,
        "imports/page.html",
        status=status,
        units=[(one.code, one.name) for one in units],
        latest=latest,
        errors=errors,
        typed=typed or {"kind": "", "unit": ""},
        megabytes=FILE_BYTES_MAX // 1024 // 1024,
    )


async def _preview(request: AnyRequest, connection: Connection, state: ImportState) -> dict[str, Any]:
    language = language_of(request)
    return {
        "asked": await questions_of(connection, state, language, at=now()),
        "reading": await reading_shown(connection, state),
        "outside": await rows_outside(connection, state),
        "notes": [
            (name, say(code, language), count)
            for name, code, count in await queries.notes_of(connection, state.id)
        ],
        "may_create_branches": await may(
            connection, visitor_let_in(request), Permission.MANAGE_UNITS, unit=state.unit
        ),
    }


async def _rows(
    request: AnyRequest, connection: Connection, state: ImportState, show: str, page: int
) -> list[dict[str, Any]]:
    if show not in set(Verdict):
        return []
    rows = await queries.rows_with(
        connection, state.id, [Verdict(show)], count_max=ROWS + 1, skip=(page - 1) * ROWS
    )
    return [row_shown(state, row, language_of(request)) for row in rows]


async def _undo(
    request: AnyRequest, one: UUID, errors: dict[str, str], *, status: int = 200
) -> Response[bytes]:
    async with _one(request, one, readonly=True) as (connection, state):
        if state.stage is not Stage.DONE:
            raise InputError([FieldError("stage", "import_stage")])
        foretold = await undo_foretold(connection, state)
    return render(request, "imports/undo.html", status=status, state=state, foretold=foretold, errors=errors)


async def _begin(one: UUID) -> None:
    """Go through the first rows at once; what is left, or does not succeed now, is the worker's."""
    with suppress(BusyError, ServiceUnavailableError):
        await go_on(one, seconds_max=_SECONDS_IN_A_REQUEST)


def _importer(visitor: Visitor) -> Importer:
    return Importer(source=visitor.source, account=visitor.account)


import_handlers = [
    list_page,
    send_file,
    import_page,
    change_reading,
    answer_questions,
    confirm_import,
    discard_import,
    undo_page,
    undo_import,
    faults_file,
]
