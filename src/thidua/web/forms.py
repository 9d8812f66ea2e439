"""Reads what a form sent: text that every part can store, and not more of it than a form of ours can hold."""

from typing import cast
from urllib.parse import parse_qsl

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState

from thidua.web.language import AnyRequest
from thidua.web.piled_marks import has_piled_marks
from thidua.web.problems import ProblemError
from thidua.web.visitors import AnyConnection

URL_ENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
Form = dict[str, str | list[str] | UploadFile]
_BYTES_MAX = 1 << 20
_FIELDS_MAX = 5_000


async def form_of(request: AnyConnection) -> dict[str, list[str]]:
    """The texts that the form sent, by field; files stand in `request.form()`.

    It also puts the form where Litestar looks for it: by itself Litestar would keep the last thousand bodies,
    passwords included, in memory.
    """
    assert isinstance(request, Request), "guards and handlers of HTTP routes have the request itself"
    state = ScopeState.from_scope(request.scope)
    if request.content_type[0] == URL_ENCODED and state.form is Empty:
        state.form = _url_encoded(await _short_body(request))
    sent = await cast("AnyRequest", request).form()
    texts = {name: [one for one in sent.getall(name) if isinstance(one, str)] for name in sent}
    _refuse_unreadable(texts)
    return texts


def whole_number(typed: str, *, highest: int) -> int | None:
    """The number that was typed in digits, as far as it can be meant; None for anything else."""
    is_short = len(typed) <= len(str(highest))
    return int(typed) if is_short and typed.isdecimal() and int(typed) <= highest else None


async def _short_body(request: AnyRequest) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _BYTES_MAX:
            raise ProblemError(413, "form_too_large")
    return bytes(body)


def _url_encoded(body: bytes) -> Form:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_MAX)
    except ValueError as error:
        raise ProblemError(400, "form_unreadable") from error
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in fields.items()}


def _refuse_unreadable(texts: dict[str, list[str]]) -> None:
    for name, values in texts.items():
        if any("\0" in value or has_piled_marks(value) for value in (name, *values)):
            raise ProblemError(400, "form_unreadable")
