"""Reads what a stranger shows, JSON or a token; nothing of it is believed yet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from thidua.badges.credentials.jwt import parts_of
from thidua.badges.credentials.verdict import Reason, RefusedError

FILE_BYTES_MAX = 5 * 1024 * 1024
TEXT_BYTES_MAX = 128 * 1024
_DEPTH_MAX = 24
_VALUES_MAX = 2000
_LIST_MAX = 200
# Beyond it readers disagree on which number was written.
_WHOLE_MAX = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A credential as it was shown."""

    credential: dict[str, Any]  # with its proof, or the payload of the token
    token: str | None = None  # the whole compact JWS
    header: Mapping[str, Any] | None = None


def shown_in(text: bytes, *, bytes_max: int = TEXT_BYTES_MAX) -> Shown:
    """The credential that the text is; a RefusedError says what is wrong with it."""
    if len(text) > bytes_max:
        raise RefusedError(Reason.TOO_LARGE)
    try:
        letters = text.decode().strip()
    except UnicodeDecodeError:
        raise RefusedError(Reason.NOT_JSON) from None
    if letters.startswith("{"):
        return Shown(credential=strict_json(letters))
    parts = parts_of(letters)
    if parts is None:
        raise RefusedError(Reason.NOT_JSON)
    header, payload = (strict_json(one.decode("utf-8", "surrogateescape")) for one in parts)
    return Shown(credential=payload, token=letters, header=header)


def strict_json(text: str) -> dict[str, Any]:
    """A JSON object without repeated names, of bounded depth, size and breadth."""
    try:
        found = json.loads(
            text, object_pairs_hook=_once, parse_constant=_refused, parse_float=_refused, parse_int=_whole
        )
        text.encode()
    except (ValueError, RecursionError):
        raise RefusedError(Reason.NOT_JSON) from None
    if not isinstance(found, dict):
        raise RefusedError(Reason.NOT_JSON)
    if _values(found, _DEPTH_MAX) > _VALUES_MAX:
        raise RefusedError(Reason.TOO_LARGE)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _refused(text: str) -> object:
    """Credentials hold no fractions; NaN is not JSON, and 1e999 would be infinite."""
    number = float(text)
    if number - number != 0:
        raise ValueError(text)
    return number


def _whole(text: str) -> int:
    number = int(text)
    if abs(number) > _WHOLE_MAX:
        raise ValueError(text)
    return number


def _values(value: object, depth_left: int) -> int:
    if depth_left < 0:
        raise RefusedError(Reason.TOO_LARGE)
    if isinstance(value, dict):
        return 1 + sum(_values(one, depth_left - 1) for one in value.values())
    if isinstance(value, list):
        if len(value) > _LIST_MAX:
            raise RefusedError(Reason.TOO_LARGE)
        return 1 + sum(_values(one, depth_left - 1) for one in value)
    return 1
