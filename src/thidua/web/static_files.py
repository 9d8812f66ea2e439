"""Files that never change under one address: kept for a year by whoever asked for that content."""

from litestar import Response, get
from litestar.params import FromPath

from thidua.kernel.errors import NotFoundError
from thidua.web.assets import assets
from thidua.web.language import AnyRequest
from thidua.web.packing import takes_gzip

_KEPT_FOR_A_YEAR = "public, max-age=31536000, immutable"
_ASKED_AGAIN = "public, no-cache"


@get("/static/{name:path}", include_in_schema=False)
async def static_file(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """The file; for good if its content is what the address names, else to be asked for again."""
    file = assets().get(str(name).lstrip("/"))
    if file is None:
        raise NotFoundError
    tag = f'"{file.version}"'
    is_lasting = request.scope["query_string"] == f"v={file.version}".encode()
    headers = {"etag": tag, "cache-control": _KEPT_FOR_A_YEAR if is_lasting else _ASKED_AGAIN}
    if file.packed is not None:
        headers["vary"] = "Accept-Encoding"
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
    if file.packed is not None and takes_gzip(request.scope):
        headers["content-encoding"] = "gzip"
        return Response(file.packed, headers=headers, media_type=file.media_type)
    return Response(file.body, headers=headers, media_type=file.media_type)


static_handlers = [static_file]
