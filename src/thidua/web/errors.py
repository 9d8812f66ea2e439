"""Addresses that explain a problem, and answers given before any route is found."""

from typing import Annotated

from litestar import Request, Response, get
from litestar.params import PathParameter
from litestar.types import Receive, Scope, Send

from thidua.kernel.errors import NotFoundError
from thidua.web.language import AnyRequest, language_of
from thidua.web.pages import render
from thidua.web.problems import Problem, answer
from thidua.web.wording import say, wordings


@get("/problems/{code:str}", include_in_schema=False)
async def problem_page(
    request: AnyRequest, code: Annotated[str, PathParameter(max_length=64)]
) -> Response[bytes]:
    """Where the `type` of a problem document leads: what the code means."""
    if code not in wordings():
        raise NotFoundError
    meaning = {"code": code, "sentence": say(code, language_of(request))}
    return render(request, "errors/meaning.html", meaning=meaning)


async def too_long(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer an address that no page of ours has."""
    request: AnyRequest = Request(scope, receive, send)
    response = answer(request, Problem(414, "address_too_long"))
    await response.to_asgi_response(None, request)(scope, receive, send)


error_handlers = [problem_page]
