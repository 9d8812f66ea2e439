"""Addresses that explain a problem, and answers given before any route is found."""

from typing import Annotated
from urllib.parse import parse_qsl

from litestar import Request, Response, get
from litestar.params import PathParameter
from litestar.types import HTTPScope, Message, Receive, Send

from thidua.kernel.errors import FieldError, NotFoundError
from thidua.web.headers import secure_headers
from thidua.web.language import AnyRequest, language_of
from thidua.web.pages import render
from thidua.web.problems import Problem, answer
from thidua.web.wording import say, wordings

ADDRESS_BYTES_MAX = 8_000
# No file of ours has so long a name; the file system would refuse to look for one.
_STATIC_BYTES_MAX = 200


@get("/problems/{code:str}", include_in_schema=False)
async def problem_page(
    request: AnyRequest, code: Annotated[str, PathParameter(max_length=64)]
) -> Response[bytes]:
    """Where the `type` of a problem document leads: what the code means."""
    if code not in wordings():
        raise NotFoundError
    meaning = {"code": code, "sentence": say(code, language_of(request))}
    return render(request, "errors/meaning.html", meaning=meaning)


def address_problem(scope: HTTPScope) -> Problem | None:
    """What is wrong with the address itself: no page of ours has one so long, or with a NUL in it."""
    if len(scope["raw_path"]) + len(scope["query_string"]) > ADDRESS_BYTES_MAX:
        return Problem(414, "address_too_long")
    if scope["path"].startswith("/static") and len(scope["path"].encode()) > _STATIC_BYTES_MAX:
        return Problem(404, "not_found")
    if "\0" in scope["path"]:
        return Problem(400, "nul_in_address")
    if b"%00" in scope["query_string"]:
        named = [FieldError(name, "nul_character") for name, value in _parameters(scope) if "\0" in value]
        return Problem(400, "nul_in_address", errors=tuple(named))
    return None


def _parameters(scope: HTTPScope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


async def answer_at_once(problem: Problem, scope: HTTPScope, receive: Receive, send: Send) -> None:
    """Answer a request that goes no further."""
    request: AnyRequest = Request(scope, receive, send)

    async def secured(message: Message) -> None:
        await secure_headers(message, scope)
        await send(message)

    await answer(request, problem).to_asgi_response(None, request)(scope, receive, secured)


error_handlers = [problem_page]
