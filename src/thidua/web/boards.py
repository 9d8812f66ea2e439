"""Pages of boards: the list of them, one of them, and its exports."""

import asyncio
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ASGIApp

from thidua.boards.definitions import boards
from thidua.boards.errors import NotOnBoardError
from thidua.boards.export import about, csv_of, xlsx_of, xlsx_rows
from thidua.boards.model import Stamp
from thidua.boards.reading import Reader, reader
from thidua.web.answer_cache import AnswerCache, ReadyAnswer
from thidua.web.api.boards import ExportOperation
from thidua.web.board_queries import SPAN_DEFAULT, Asked, asked, subject_of
from thidua.web.board_views import around_view, board_view, grouped
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.pages import HTML, html, own_address, render

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_EXAMPLE = (
    "# ...\r\nrank,tied,id,code,name,score,reached_at\r\n"
    "1,false,0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c01,,Giàng A Páo,412,2026-11-07T03:00:00Z\r\n"
)
_KEPT = ("period", "scope", "kind", "division", "q", "limit")
_pages: AnswerCache[tuple[str, bytes, Language]] = AnswerCache()


@get("/boards", include_in_schema=False)
async def list_page(request: AnyRequest) -> Response[bytes]:
    """The boards there are."""
    return render(request, "boards/list.html", groups=grouped(boards().values(), language_of(request)))


@get("/boards/{slug:str}", include_in_schema=False)
async def board_page(request: AnyRequest, slug: FromPath[str]) -> ASGIApp:
    """One board: who stands where, by what, and as of when."""
    here, language = await reader(), language_of(request)
    question = await asked(here, slug, request.scope["query_string"])
    stamp = await here.stamp(question.query.key)

    async def made() -> tuple[Stamp, ReadyAnswer]:
        return await _page(here, question, language, own_address(request))

    return await _pages.get((slug, request.scope["query_string"], language), stamp, made)


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
async def export_xlsx(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
    """The whole board as a worksheet."""
    here = await reader()
    question = (await asked(here, slug, request.scope["query_string"])).question
    shelved = await here.standing(question.key)
    rows = await xlsx_rows(here, shelved, question.key.board.who)
    body = await asyncio.to_thread(xlsx_of, about(question, shelved), rows)
    return Response(body, media_type=XLSX, headers=_download(slug, "xlsx"))


def _download(slug: str, ending: str) -> dict[str, str]:
    name = f'attachment; filename="{slug}.{ending}"'
    return {"content-disposition": name, "cache-control": "no-cache"}


async def _page(here: Reader, question: Asked, language: Language, address: str) -> tuple[Stamp, ReadyAnswer]:
    page = await here.page(question.query)
    subject = subject_of(question.words)
    kept = {name: question.words[name] for name in _KEPT if name in question.words}
    context: dict[str, Any] = {
        "board": board_view(question, page, language),
        "around": None if subject is None else await _around(here, question, subject, language),
        "subject": subject,
        "kept": kept,
        "filters": urlencode({name: value for name, value in kept.items() if name not in {"q", "limit"}}),
        "next": _next(question, kept, page.after),
        "is_first": question.query.after is None,
    }
    headers = {"cache-control": "no-cache", "vary": "Cookie, Accept-Language", "content-language": language}
    body = html("boards/page.html", language, address, **context)
    return page.stamp, ReadyAnswer(body, media_type=HTML, headers=headers)


async def _around(here: Reader, question: Asked, subject: UUID, language: Language) -> dict[str, Any] | None:
    try:
        around = await here.around(question.query.key, subject, span=SPAN_DEFAULT)
    except NotOnBoardError:
        return {"is_listed": False}
    return around_view(question.question, around, language)


def _next(question: Asked, kept: dict[str, str], after: bytes | None) -> str | None:
    cursor = question.cursor(after)
    return None if cursor is None else urlencode({**kept, "cursor": cursor})


board_page_handlers = [list_page, board_page, export_csv, export_xlsx]
