"""Opaque, signed cursors and page sizes: an edited cursor or a greedy limit is refused, never guessed at."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field

import msgspec

from thidua.web.problems import field_problem

LIMIT_DEFAULT = 50
LIMIT_MAX = 100
_SIGNATURE_BYTES = 12
_CURSOR_LENGTH_MAX = 1000


@dataclass(slots=True)
class _Key:
    secret: bytes = field(default=b"", repr=False)


_key = _Key()


def sign_with(secret: bytes) -> None:
    """Use this secret from now on; the same in every process of the instance."""
    _key.secret = secret


def encode(purpose: str, *position: object) -> str:
    """A cursor to this position, good only for the same purpose (name the list and its filters in it)."""
    packed = msgspec.json.encode(position)
    return base64.urlsafe_b64encode(_signature(purpose, packed) + packed).rstrip(b"=").decode()


def decode(purpose: str, cursor: str) -> list[object]:
    """The position a cursor stands for; one that we did not write for this purpose is 400."""
    packed = _opened(purpose, cursor)
    if packed is None:
        raise field_problem(400, "cursor", "cursor_unknown")
    position: list[object] = msgspec.json.decode(packed, type=list[object])
    return position


def limit_of(limit: int | None, *, default: int = LIMIT_DEFAULT, maximum: int = LIMIT_MAX) -> int:
    """The page size asked for; outside 1 to the maximum it is 400."""
    if limit is None:
        return default
    if not 1 <= limit <= maximum:
        raise field_problem(400, "limit", "limit_out_of_range", maximum=maximum)
    return limit


def _opened(purpose: str, cursor: str) -> bytes | None:
    if len(cursor) > _CURSOR_LENGTH_MAX:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    signature, packed = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    written_so = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == cursor
    return packed if written_so and hmac.compare_digest(signature, _signature(purpose, packed)) else None


def _signature(purpose: str, packed: bytes) -> bytes:
    assert _key.secret, "sign_with() comes first"
    signed = hmac.new(_key.secret, purpose.encode() + b"\0" + packed, hashlib.sha256)
    return signed.digest()[:_SIGNATURE_BYTES]
