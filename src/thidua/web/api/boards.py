"""`/api/v1/boards`: which boards there are, who stands where, and who stands around one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.openapi.spec import OpenAPIType, Operation, Parameter, Schema
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

from thidua.boards.definitions import boards
from thidua.boards.model import Stamp
from thidua.boards.reading import Reader, reader
from thidua.web.answer_cache import AnswerCache, ReadyAnswer
from thidua.web.api.answers import answer_json
from thidua.web.api.board_bodies import (
    AROUND_EXAMPLE,
    BOARD_EXAMPLE,
    PAGE_EXAMPLE,
    AroundBody,
    BoardPageBody,
    BoardsBody,
    around_body,
    board_body,
    page_body,
)
from thidua.web.board_queries import Asked, asked, span_of
from thidua.web.language import AnyRequest, Language, accepted_by

_encode = msgspec.json.Encoder().encode
_pages: AnswerCache[tuple[str, bytes, Language]] = AnswerCache()
_HEADERS = {"cache-control": "no-cache", "vary": "Accept-Language"}


def _parameter(name: str, says: str) -> Parameter:
    return Parameter(name=name, param_in="query", description=says, schema=Schema(type=OpenAPIType.STRING))


_WHICH = (
    _parameter(
        "period", "2026-11-21, 2026-W47, 2026-11, 2026-Q4, 2026-H2, 2026, SY2026, festival:<slug>; all"
    ),
    _parameter("scope", "Code or id of the unit within which points count; VN"),
    _parameter("kind", "The kind of unit that a board of units lists; the next level below the scope"),
    _parameter("division", "urban, plain, midland or mountain"),
)


@dataclass
class _PageOperation(Operation):
    """The address is read by `board_queries`, so Litestar is told here what it may hold."""

    def __post_init__(self) -> None:
        own = (
            _parameter("limit", "1 to 100; 50"),
            _parameter("cursor", "`next` of the page before"),
            _parameter("q", "A part of the shown name, with or without accents"),
        )
        self.parameters = [*(self.parameters or ()), *_WHICH, *own]


@dataclass
class ExportOperation(Operation):
    """The same for a whole board as a file."""

    def __post_init__(self) -> None:
        """Add the parameters that choose the board."""
        self.parameters = [*(self.parameters or ()), *_WHICH]


@dataclass
class _AroundOperation(Operation):
    """The same for the rows around a subject."""

    def __post_init__(self) -> None:
        own = _parameter("span", "How many rows either side, 0 to 50; 5")
        self.parameters = [*(self.parameters or ()), *_WHICH, own]


@get(
    "/api/v1/boards",
    tags=["Boards"],
    summary="The boards there are",
    opt={"answers": BoardsBody, "answer_example": {"items": [BOARD_EXAMPLE], "next": None}},
)
async def read_boards() -> ASGIResponse:
    """Show every board as defined."""
    return answer_json({"items": [board_body(board) for board in boards().values()], "next": None})


@get(
    "/api/v1/boards/{slug:str}",
    tags=["Boards"],
    summary="A page of a board",
    operation_class=_PageOperation,
    opt={"answers": BoardPageBody, "answer_example": PAGE_EXAMPLE},
)
async def read_board(request: AnyRequest, slug: FromPath[str]) -> ASGIApp:
    """Show a page of a board; rows and moment belong to one state of it."""
    here, language = await reader(), accepted_by(request)
    query_string: bytes = request.scope["query_string"]
    question = await asked(here, slug, query_string)
    stamp = await here.stamp(question.query.key)

    async def made() -> tuple[Stamp, ReadyAnswer]:
        return await _page(here, question, language)

    return await _pages.get((slug, query_string, language), stamp, made)


@get(
    "/api/v1/boards/{slug:str}/around/{subject:uuid}",
    tags=["Boards"],
    summary="The rows around a subject, with its rank and the gap to the next better score",
    operation_class=_AroundOperation,
    opt={"answers": AroundBody, "answer_example": AROUND_EXAMPLE},
)
async def read_around(request: AnyRequest, slug: FromPath[str], subject: FromPath[UUID]) -> ASGIApp:
    """Show where a subject stands; `span=0` is its rank alone."""
    here, language = await reader(), accepted_by(request)
    question = await asked(here, slug, request.scope["query_string"])
    around = await here.around(question.query.key, subject, span=span_of(question.words))
    return _answer(_encode(around_body(question.question, around, language)))


async def _page(here: Reader, question: Asked, language: Language) -> tuple[Stamp, ReadyAnswer]:
    page = await here.page(question.query)
    body: dict[str, Any] = page_body(question.question, page, question.cursor(page.after), language)
    return page.stamp, _answer(_encode(body))


def _answer(body: bytes) -> ReadyAnswer:
    # Ready to be sent as it is, again and again.
    return ReadyAnswer(body, media_type="application/json", headers=_HEADERS)


board_handlers = [read_boards, read_board, read_around]
