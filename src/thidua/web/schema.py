"""What programs may ask of us, as people read it: every operation, from the document of the API itself."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Litestar, Response, get

from thidua.web.api.openapi import document_of
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.pages import render

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_IN_VIETNAMESE = Path(__file__).parent / "locale" / "operations.toml"


@get("/api", include_in_schema=False)
async def schema_page(request: AnyRequest) -> Response[bytes]:
    """The operations of the API, and where its document is."""
    return render(request, "schema/page.html", groups=groups_of(request.app, language_of(request)))


@cache
def groups_of(app: Litestar, language: Language) -> list[dict[str, Any]]:
    """The operations by their part, in the order of the document."""
    parts, operations = _words() if language == "vi" else ({}, {})
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in document_of(app)["paths"].items():
        for method, told in item.items():
            if method in _METHODS:
                summary = told.get("summary", "")
                shown = {
                    "method": method.upper(),
                    "path": path,
                    "summary": operations.get(f"{method.upper()} {path}", summary),
                    "needs_token": bool(told.get("security")),
                }
                groups.setdefault(next(iter(told.get("tags", ())), ""), []).append(shown)
    return [{"name": parts.get(name, name), "operations": shown} for name, shown in groups.items()]


def _words() -> tuple[dict[str, str], dict[str, str]]:
    """The Vietnamese words for the parts, and for the operations."""
    words = tomllib.loads(_IN_VIETNAMESE.read_text(encoding="utf-8"))
    return words["parts"], words["operations"]


schema_handlers = [schema_page]
