"""JSON answers, encoded once by msgspec."""

from collections.abc import Mapping

import msgspec
from litestar import Response

_encode = msgspec.json.Encoder().encode


def answer_json(
    body: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """The body as JSON."""
    kept = {"cache-control": "no-store", **(headers or {})}
    return Response(_encode(body), status_code=status, media_type="application/json", headers=kept)
