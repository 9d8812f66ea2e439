"""Reads JSON strictly: what two readers could understand differently is refused; the faulty field is named.

Most bodies take the short way: one typed decode, and a proof by counting that no key came twice. A body that
is unusual in any respect (escapes, odd spaces, faults) takes the careful way, which finds out what is wrong.
"""

import re
import unicodedata
from collections.abc import AsyncIterable, Callable
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from litestar.exceptions.http_exceptions import InternalServerException, RequestEntityTooLarge
from litestar.types import HTTPRequestEvent

from thidua.web.admission import OverloadedError
from thidua.web.json_faults import fault_of
from thidua.web.json_tree import checked_tree
from thidua.web.language import AnyRequest, header_of
from thidua.web.pacing import senders_time
from thidua.web.piled_marks import MARKS_MAX, has_piled_marks
from thidua.web.problems import ProblemError

T = TypeVar("T")

BODY_BYTES_MAX = 10_000_000
# A batch of 1,000 activities holds some tens of thousands; reading half a million takes half a second.
_SIGNS_MAX = 400_000
_BODY_SECONDS_MAX = 30.0
_READ_ON_BYTES_MAX = 50_000_000
_BOM = b"\xef\xbb\xbf"
# A string, and what makes it a key: the colon behind it.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"(\s*+:)?', re.DOTALL)
_SIGNS = b"{[,:"
_ODD = (b"\\", b" :", b"\t:", b"\n:", b"\r:")


class TooLongError(ProblemError):
    """There is more of it than we take."""


class TooManyValuesError(TooLongError):
    """It would take long to read."""

    def __init__(self) -> None:
        """Be the problem that says how many are taken."""
        super().__init__(413, "too_many_values", facts={"maximum": _SIGNS_MAX})


async def decode(request: AnyRequest, kind: type[T]) -> T:
    """The body of the request as a value of that type, or the problem with it."""
    decoder: msgspec.json.Decoder[T] = decoder_of(cast("Any", kind))
    return decode_body(await body_of(request), decoder)


async def body_of(request: AnyRequest) -> bytes:
    """The plain bytes of a body that claims to be JSON, not too long and not too slow."""
    _check_headers(request)
    try:
        async with senders_time(_BODY_SECONDS_MAX):
            return await _body(request)
    except TimeoutError as error:
        raise ProblemError(408, "too_slow") from error
    except TooLongError:
        with suppress(TimeoutError, OverloadedError):
            await _read_on(request)
        raise


async def gathered(pieces: AsyncIterable[bytes]) -> bytes:
    """The pieces of a body together; TooManyValuesError as soon as they hold too many."""
    taken, signs = list[bytes](), 0
    async for piece in pieces:
        signs += len(piece) - len(piece.translate(None, _SIGNS))
        if signs > _SIGNS_MAX:
            raise TooManyValuesError
        taken.append(piece)
    return b"".join(taken)


async def _body(request: AnyRequest) -> bytes:
    try:
        return await gathered(request.stream())
    except RequestEntityTooLarge as error:
        raise TooLongError(413, "too_large") from error
    except InternalServerException as error:  # so Litestar names a sender who leaves, or breaks the framing
        raise ProblemError(400, "body_cut_off") from error


async def _read_on(request: AnyRequest) -> None:
    """Take in some more of a body that is refused: a client still sending would not hear the answer."""
    room = _READ_ON_BYTES_MAX
    more = True
    async with senders_time(_BODY_SECONDS_MAX):
        while more and room > 0:
            message = cast("HTTPRequestEvent", await request.receive())
            room -= len(message.get("body", b""))
            more = message.get("more_body", False)


@cache
def decoder_of(kind: Any) -> msgspec.json.Decoder[Any]:  # noqa: ANN401 -- unions are no `type`
    """The one decoder of the type."""
    return msgspec.json.Decoder(kind)


def decode_body(
    body: bytes, decoder: msgspec.json.Decoder[T], keys_of: Callable[[T], int] | None = None
) -> T:
    """The value in the body; `keys_of` counts the keys that must have stood in a body with this value."""
    if keys_of is not None and is_plain(body):
        try:
            value = decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pass  # the careful way finds the words for it
        else:
            if body.count(b'":') == keys_of(value):
                return value
    return decode_canonical(canonical(body), decoder)


def decode_canonical(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """The value in a body that `canonical` made; a fault of type or range is 422 and names its field."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise ProblemError(422, "invalid_input", errors=[fault_of(error)]) from error


def is_plain(body: bytes) -> bool:
    """Whether counting `":` counts the keys: no escapes, no space before a colon, and text already in NFC."""
    if any(odd in body for odd in _ODD):
        return False
    return body.isascii() or _is_nfc(body)


def canonical(body: bytes) -> bytes:
    """The same document, compact and in NFC, after every check that does not depend on a type."""
    if body.startswith(_BOM):
        raise ProblemError(400, "byte_order_mark")
    text = _text_of(body)
    tree, keys = checked_tree(_untyped(body))
    compact = msgspec.json.encode(tree).decode()
    if has_piled_marks(compact):
        raise ProblemError(400, "piled_marks", facts={"maximum": MARKS_MAX})
    normal = unicodedata.normalize("NFC", compact)
    if normal != compact:  # two keys may have become one
        tree, keys = checked_tree(_untyped(normal.encode()))
    if keys != _keys_written(text.encode()):
        raise ProblemError(400, "duplicate_keys")
    return normal.encode()


def _check_headers(request: AnyRequest) -> None:
    kind = (header_of(request, b"content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ProblemError(415, "media_type", facts={"expected": "application/json"})
    if (header_of(request, b"content-encoding") or "identity").strip().lower() != "identity":
        raise ProblemError(415, "compressed_body")


def _text_of(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise ProblemError(400, "not_utf8", facts={"byte": error.start}) from error


def _untyped(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except RecursionError as error:
        raise ProblemError(400, "too_deep") from error
    except msgspec.MsgspecError as error:
        raise ProblemError(400, "malformed_json", facts={"why": str(error)}) from error


def _keys_written(body: bytes) -> int:
    return sum(1 for colon in _STRING.findall(body) if colon)


def _is_nfc(body: bytes) -> bool:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return not has_piled_marks(text) and unicodedata.is_normalized("NFC", text)
