"""The least an application of this stack can do: answer bytes that are ready. The raw limit of every page."""

from litestar import Litestar, get
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

_answers = {size: ASGIResponse(body=b"x" * size, media_type="application/json") for size in (0,)}


@get("/bytes/{size:int}")
async def answer(size: int) -> ASGIApp:
    """Answer that many bytes, the same ones every time."""
    if size not in _answers:
        _answers[size] = ASGIResponse(body=b"x" * size, media_type="application/json")
    return _answers[size]


app = Litestar([answer], openapi_config=None, logging_config=None)
