"""Live boards: `/boards/{slug}/stream` sends a board as Server-Sent Events whenever it has moved."""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import msgspec
from litestar import get
from litestar.openapi.spec import OpenAPIType, Parameter, Schema
from litestar.params import FromPath
from litestar.types import ASGIApp, HTTPResponseBodyEvent, Receive, Scope, Send
from typing_extensions import override

from thidua.boards.reading import reader
from thidua.web.addresses import address_behind
from thidua.web.api.boards import ExportOperation
from thidua.web.board_queries import asked
from thidua.web.frames import PACKED_HEAD, Form, Piece, Shown, beat, maker, retry, shown
from thidua.web.language import AnyRequest, accepted, language_of
from thidua.web.packing import takes_gzip
from thidua.web.problems import MEDIA_TYPE, Problem, document
from thidua.web.streams import PING_SECONDS, Frame, FullError, Viewer, hub

# Who takes nothing for so long is gone, though nobody said so.
_STALLED_SECONDS = 2 * PING_SECONDS
_COME_BACK_SECONDS, _COME_BACK_WITHIN_SECONDS = 5, 20
_HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "vary": "Accept, Accept-Language, Accept-Encoding, Cookie",
}
_EXAMPLE = (
    'retry: 2400\nid: 6a0f3c…\ndata: <table class="grid board">…</table>\n\n: ping\nevent: beat\ndata: …\n\n'
)


@dataclass
class _StreamOperation(ExportOperation):
    """The parameters of a stream."""

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        text = Schema(type=OpenAPIType.STRING)
        says = "The id of the last event taken: what is still so is not sent again"
        self.parameters = [
            *(self.parameters or ()),
            Parameter(name="limit", param_in="query", description="1 to 100; 50", schema=text),
            Parameter(name="view", param_in="query", description="page or screen; page", schema=text),
            Parameter(name="Last-Event-ID", param_in="header", description=says, schema=text),
        ]


@get(
    "/boards/{slug:str}/stream",
    tags=["Boards"],
    summary="The board as Server-Sent Events: a fragment of the page, or rows where JSON is accepted",
    operation_class=_StreamOperation,
    opt={"file": "text/event-stream", "answer_example": _EXAMPLE},
)
async def stream(request: AnyRequest, slug: FromPath[str]) -> ASGIApp:
    """Send the board now, and again whenever it has moved; every 15 seconds say that nothing has."""
    question = await asked(await reader(), slug, request.scope["query_string"])
    form = _form(request)
    language = (
        accepted(request.headers.get("accept-language", "")) if form is Form.ROWS else language_of(request)
    )
    return _Stream(
        shown(question, form, language),
        last=request.headers.get("last-event-id"),
        address=address_behind(request),
    )


def _form(request: AnyRequest) -> Form:
    wanted = request.headers.get("accept", "")
    if "application/json" in wanted and "text/html" not in wanted:
        return Form.ROWS
    return Form.SCREEN if request.query_params.get("view") == Form.SCREEN else Form.PAGE


class _Stream:
    """The answer: goes on until the viewer leaves, or this process stops."""

    def __init__(self, one: Shown, *, last: str | None, address: str | None) -> None:
        self._one, self._last, self._address = one, last, address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the viewer in, send, and let them out whatever happens."""
        here, board = await hub(), self._one.asked.query.key
        name = self._one.name
        try:
            viewer = here.enter(name, board, maker(await reader(), self._one), address=self._address)
        except FullError:
            await _turn_away(self._one, send)
            return
        leaving = asyncio.create_task(_until_gone(receive, viewer))
        try:
            frame = await viewer.showing.now()
            await self._begin(scope, send, frame)
            await self._go_on(scope, send, viewer)
        except TimeoutError:
            return  # the connection is given up: nobody takes anything there
        finally:
            leaving.cancel()
            here.leave(name, viewer)

    async def _begin(self, scope: Scope, send: Send, frame: Frame) -> None:
        headers = {**_HEADERS, "content-language": self._one.language}
        if takes_gzip(scope):
            headers["content-encoding"] = "gzip"
        await send({"type": "http.response.start", "status": 200, "headers": _raw(headers)})
        # Who has this very state is told so at once; to everyone else it is sent.
        first = beat() if self._last == frame.version else Piece(frame.plain, frame.packed)
        self._last = frame.version
        when = retry()
        if takes_gzip(scope):
            await _send(send, PACKED_HEAD + when.packed + first.packed)
        else:
            await _send(send, when.plain + first.plain)

    async def _go_on(self, scope: Scope, send: Send, viewer: Viewer) -> None:
        is_packed, showing = takes_gzip(scope), viewer.showing
        while not viewer.is_over:
            newest = showing.frame
            if newest is not None and newest.version != self._last:
                self._last = newest.version
                await _send(send, newest.packed if is_packed else newest.plain)
            elif not await viewer.moved(PING_SECONDS):
                still = beat()
                await _send(send, still.packed if is_packed else still.plain)
        with suppress(TimeoutError):
            await _send(send, b"", is_last=True)


async def _until_gone(receive: Receive, viewer: Viewer) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    viewer.end()


async def _send(send: Send, body: bytes, *, is_last: bool = False) -> None:
    event: HTTPResponseBodyEvent = {"type": "http.response.body", "body": body, "more_body": not is_last}
    async with asyncio.timeout(_STALLED_SECONDS):
        await send(event)


async def _turn_away(one: Shown, send: Send) -> None:
    """Say that there are as many streams as can be, and when to ask again: not everyone at the same time."""
    body = msgspec.json.encode(document(Problem(503, "streams_full"), one.language))
    later = _COME_BACK_SECONDS + secrets.randbelow(_COME_BACK_WITHIN_SECONDS)
    headers = {
        "content-type": MEDIA_TYPE,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "retry-after": str(later),
    }
    await send({"type": "http.response.start", "status": 503, "headers": _raw(headers)})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


live_handlers = [stream]
