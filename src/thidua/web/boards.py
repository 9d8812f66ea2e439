"""Pages of boards: the list of them, one of them, and its exports."""

import asyncio
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect, Stream
from litestar.types import ASGIApp
from markupsafe import Markup

from thidua.boards.definitions import boards
from thidua.boards.export import about, csv_of, xlsx_of, xlsx_rows
from thidua.boards.model import Stamp
from thidua.boards.reading import Reader, reader
from thidua.kernel.subjects import SubjectKind
from thidua.web.answer_cache import AnswerCache, ReadyAnswer
from thidua.web.api.boards import ExportOperation
from thidua.web.board_choice import address_of, chosen, meant
from thidua.web.board_pieces import Piece, around_shown, live_piece, with_own_row
from thidua.web.board_queries import Asked, asked, subject_of
from thidua.web.board_sheet import sheet_in_words
from thidua.web.board_views import board_view, filters_view, grouped
from thidua.web.language import AnyRequest, Language, known, language_of
from thidua.web.look import Look, look_of
from thidua.web.packing import VARY, PackedAnswer
from thidua.web.pages import HTML, html, own_address, piece, render
from thidua.web.units import units_found
from thidua.web.visitors import Visitor, visitor_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_EXAMPLE = (
    "# ...\r\nrank,tied,id,code,name,score,reached_at\r\n"
    "1,false,0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c01,,Giàng A Páo,412,2026-11-07T03:00:00Z\r\n"
)
Words = Annotated[str, QueryParameter(max_length=100)]
Wording = Annotated[
    str, QueryParameter(max_length=100, description="vi or en: headings and moments in words, for people")
]
_KEPT = ("period", "scope", "kind", "division", "q", "limit")
_NOT_KEPT = {"cache-control": "no-store"}
_pages: AnswerCache[tuple[str, bytes, Language, Look]] = AnswerCache()


@get("/boards", include_in_schema=False)
async def list_page(request: AnyRequest, board: Words = "", within: Words = "") -> Response[bytes] | Redirect:
    """The boards there are; with what the form of a board asks, the board it means."""
    language = language_of(request)
    if board not in boards():
        return render(request, "boards/list.html", groups=grouped(boards().values(), language))
    kept = chosen(request.scope["query_string"])
    scope, units = await meant(within, language)
    if scope is not None or not within.strip():
        return Redirect(address_of(board, kept, scope), status_code=303, headers=_NOT_KEPT)
    ways = [{**unit, "href": address_of(board, kept, unit["code"])} for unit in units]
    return render(request, "boards/choose.html", units=ways, words=within, back=address_of(board, kept, None))


@get("/boards/units", include_in_schema=False)
async def units_suggested(request: AnyRequest, within: Words = "") -> Response[bytes]:
    """Units whose names hold what is being typed, as a field suggests them."""
    language = language_of(request)
    units = await units_found(within, language) if within.strip() else []
    body = piece("boards/_units.html", language, units=units).encode()
    return Response(body, media_type=HTML, headers={**_NOT_KEPT, "vary": VARY})


@get("/boards/{slug:str}", include_in_schema=False)
async def board_page(request: AnyRequest, slug: FromPath[str]) -> ASGIApp:
    """One board: who stands where, by what, and as of when."""
    here, language, look = await reader(), language_of(request), look_of(request)
    query_string: bytes = request.scope["query_string"]
    question = await asked(here, slug, query_string)
    visitor = visitor_of(request)
    told = {"look": look, "path": own_address(request), "visitor": visitor}
    if visitor is not None:
        live = await live_piece(here, question, query_string, language)
        body = await _body(here, question, live, language, told)
        headers = _headers(language, "private, no-store")
        return PackedAnswer(body, media_type=HTML, headers=headers, secret=visitor.csrf)
    stamp = await here.stamp(question.query.key)

    async def made() -> tuple[Stamp, ReadyAnswer]:
        live = await live_piece(here, question, query_string, language)
        body = await _body(here, question, live, language, told)
        return live.stamp, PackedAnswer(body, media_type=HTML, headers=_headers(language, "no-cache"))

    return await _pages.get((slug, query_string, language, look), stamp, made)


@get(
    "/boards/{slug:str}/export.csv",
    tags=["Boards"],
    summary="The whole board as CSV: UTF-8 with BOM; lines about the export begin with #",
    operation_class=ExportOperation,
    opt={"file": "text/csv", "answer_example": CSV_EXAMPLE},
)
async def export_csv(request: AnyRequest, slug: FromPath[str]) -> Stream:
    """The whole board as CSV."""
    here = await reader()
    question = (await asked(here, slug, request.scope["query_string"])).question
    shelved = await here.standing(question.key)
    return Stream(
        csv_of(here, question, shelved), media_type="text/csv; charset=utf-8", headers=_download(slug, "csv")
    )


@get(
    "/boards/{slug:str}/export.xlsx",
    tags=["Boards"],
    summary="The whole board as a worksheet",
    operation_class=ExportOperation,
    opt={"file": XLSX},
)
async def export_xlsx(request: AnyRequest, slug: FromPath[str], words: Wording = "") -> Response[bytes]:
    """The whole board as a worksheet; as a page asks for it in the reader's words."""
    here = await reader()
    question = (await asked(here, slug, request.scope["query_string"])).question
    shelved = await here.standing(question.key)
    rows = await xlsx_rows(here, shelved, question.key.board.who)
    language = known(words)
    if language is None:
        body = await asyncio.to_thread(xlsx_of, [f"# {line}" for line in about(question, shelved)], rows)
    else:
        told = sheet_in_words(question, shelved, rows, language)
        body = await asyncio.to_thread(xlsx_of, told.about, told.rows, headings=told.headings)
    return Response(body, media_type=XLSX, headers=_download(slug, "xlsx"))


def _download(slug: str, ending: str) -> dict[str, str]:
    name = f'attachment; filename="{slug}.{ending}"'
    return {"content-disposition": name, "cache-control": "no-cache"}


async def _body(
    here: Reader, question: Asked, live: Piece, language: Language, told: dict[str, Any]
) -> bytes:
    subject, own = subject_of(question.words), _own(question, told["visitor"])
    kept = {name: question.words[name] for name in _KEPT if name in question.words}
    shown = subject or own
    context: dict[str, Any] = {
        "board": board_view(question, live.page, language),
        "filters": {**filters_view(question, language), "kept": urlencode(_without(kept, "q", "limit"))},
        "live": Markup(with_own_row(live.html, shown, is_you=shown == own)),  # noqa: S704 -- made by our own template
        "around": None if shown is None else await around_shown(here, question, shown, own, language),
        "own": own,
        "stream": _stream(question, kept),
        "next": _next(question, kept, live.page.after),
        "is_first": question.query.after is None,
    }
    address, look, visitor = told["path"], told["look"], told["visitor"]
    return html("boards/page.html", language, address, look=look, visitor=visitor, **context)


def _stream(question: Asked, kept: dict[str, str]) -> str | None:
    """Where the page goes on live: the first page of a board that is not searched."""
    if question.query.after is not None or question.query.search:
        return None
    words = urlencode(kept)
    return f"/boards/{question.query.key.slug}/stream" + (f"?{words}" if words else "")


def _own(question: Asked, visitor: Visitor | None) -> UUID | None:
    """Whoever reads, where they can stand on this board themselves."""
    is_for_people = question.query.key.board.who is SubjectKind.PERSON
    return visitor.person if visitor is not None and is_for_people else None


def _next(question: Asked, kept: dict[str, str], after: bytes | None) -> str | None:
    cursor = question.cursor(after)
    return None if cursor is None else urlencode({**kept, "cursor": cursor})


def _without(kept: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in kept.items() if name not in names}


def _headers(language: Language, kept: str) -> dict[str, str]:
    return {"cache-control": kept, "vary": VARY, "content-language": language}


board_page_handlers = [list_page, units_suggested, board_page, export_csv, export_xlsx]
