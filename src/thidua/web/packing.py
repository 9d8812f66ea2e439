"""Pages packed by gzip for those who take it.

A page that holds the secret mark of a form is never packed: its length would tell how much of the mark
stands beside the words of its address.
"""

import gzip
from collections.abc import Iterable, Mapping

from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, Receive, Scope, Send
from typing_extensions import override

from thidua.web.answer_cache import ReadyAnswer

_BYTES_MIN = 1_000
_EFFORT = 6
VARY = "Cookie, Accept-Language, Authorization, Accept-Encoding"


def takes_gzip(scope: Scope) -> bool:
    """Whether who asks can unpack gzip."""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            return b"gzip" in value and b"gzip;q=0" not in value.replace(b" ", b"")
    return False


def packed(body: bytes, secrets: Iterable[str | None] = ()) -> bytes | None:
    """The bytes packed; None where it is not worth it, or where a secret stands in them."""
    if len(body) < _BYTES_MIN or any(secret and secret.encode() in body for secret in secrets):
        return None
    return gzip.compress(body, _EFFORT, mtime=0)


class PackedAnswer(ReadyAnswer):
    """A ready answer that is also kept packed, for the many who take it so."""

    __slots__ = ("_packed", "_packed_headers")

    def __init__(
        self, body: bytes, media_type: str, headers: Mapping[str, str], *, secret: str | None = None
    ) -> None:
        """Keep the bytes both ways."""
        super().__init__(body, media_type, headers)
        self._packed = packed(body, [secret]) or b""
        told = {"content-encoding": "gzip", "content-length": str(len(self._packed)), **headers}
        self._packed_headers = [
            (b"content-type", media_type.encode()),
            *((name.encode(), value.encode()) for name, value in told.items()),
        ]

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what the reader takes."""
        if not self._packed or not takes_gzip(scope):
            await super().__call__(scope, receive, send)
            return
        start: HTTPResponseStartEvent = {
            "type": "http.response.start",
            "status": 200,
            "headers": self._packed_headers,
        }
        body: HTTPResponseBodyEvent = {
            "type": "http.response.body",
            "body": self._packed,
            "more_body": False,
        }
        await send(start)
        await send(body)
