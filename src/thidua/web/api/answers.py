"""JSON answers, encoded once by msgspec and sent as they are."""

from collections.abc import Mapping

import msgspec
from litestar.response.base import ASGIResponse

_encode = msgspec.json.Encoder().encode


def answer_json(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> ASGIResponse:
    """The body as JSON. An ASGIResponse, because Litestar copies every Response before it sends it."""
    kept = {"cache-control": "no-store", **(headers or {})}
    return ASGIResponse(body=_encode(body), status_code=status, media_type="application/json", headers=kept)
