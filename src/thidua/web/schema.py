"""What programs may ask of us, as people read it: every operation, from the document of the API itself."""

from functools import cache
from typing import Any

from litestar import Litestar, Response, get

from thidua.web.api.openapi import document_of
from thidua.web.language import AnyRequest
from thidua.web.pages import render

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


@get("/api", include_in_schema=False)
async def schema_page(request: AnyRequest) -> Response[bytes]:
    """The operations of the API, and where its document is."""
    return render(request, "schema/page.html", groups=_groups(request.app))


@cache
def _groups(app: Litestar) -> list[dict[str, Any]]:
    """The operations by their part, in the order of the document."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in document_of(app)["paths"].items():
        for method, told in item.items():
            if method in _METHODS:
                shown = {
                    "method": method.upper(),
                    "path": path,
                    "summary": told.get("summary", ""),
                    "needs_token": bool(told.get("security")),
                }
                groups.setdefault(next(iter(told.get("tags", ())), ""), []).append(shown)
    return [{"name": name, "operations": operations} for name, operations in groups.items()]


schema_handlers = [schema_page]
