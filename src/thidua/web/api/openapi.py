"""The OpenAPI 3.1 document: what Litestar reads from our functions, and the bodies that we decode ourselves.

A route says in its `opt` what it takes (`takes`, a type or a tuple of them) and answers
(`answers`, or `file`, a media type), and an example of each (`example`, `answer_example`).
"""

import copy
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from msgspec.json import schema_components
from typing_extensions import override

from thidua.web.api.problem_schema import PROBLEM, PROBLEM_EXAMPLE
from thidua.web.language import AnyRequest

_REF = "#/components/schemas/{name}"
_PROBLEM_STATUSES = {
    "400": "The request cannot be read",
    "422": "A field cannot be taken; `errors` names each",
    "503": "Busy: nothing was written, send the same again",
}
_BODY_STATUSES = {
    "408": "The body came too slowly",
    "409": "It contradicts what is recorded",
    "413": "The body is too large",
    "415": "The body is not plain JSON",
}
_GUARDED_STATUSES = {"401": "No token in force", "403": "The token does not carry the scope"}


class DocumentPlugin(JsonRenderPlugin):
    """Serves our completed document at /schema/openapi.json, without any viewer from elsewhere."""

    @override
    def render(self, request: AnyRequest, openapi_schema: dict[str, Any]) -> bytes:
        return _document(request.app)


@cache
def _document(app: Litestar) -> bytes:
    return msgspec.json.encode(document_of(app))


def document_of(app: Litestar) -> dict[str, Any]:
    """Litestar's document with our bodies, answers, problems and tokens added."""
    document: dict[str, Any] = copy.deepcopy(app.openapi_schema.to_schema())
    handlers = _handlers(app)
    named = _schemas(document, handlers)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and (path, method) in handlers:
                _complete(operation, handlers[path, method], named)
    components = document.setdefault("components", {})
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    components.setdefault("schemas", {})["Problem"] = {**PROBLEM, "examples": [PROBLEM_EXAMPLE]}
    return document


def _handlers(app: Litestar) -> dict[tuple[str, str], HTTPRouteHandler]:
    found: dict[tuple[str, str], HTTPRouteHandler] = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler):
                found |= {
                    (_path(route.path_format), method.lower()): handler for method in handler.http_methods
                }
    return found


def _path(path_format: str) -> str:
    return path_format.rstrip("/") or "/"


def _schemas(document: dict[str, Any], handlers: dict[tuple[str, str], HTTPRouteHandler]) -> dict[Any, Any]:
    kinds = [_kinds(h.opt[word]) for h in handlers.values() for word in ("takes", "answers") if word in h.opt]
    unique = list(dict.fromkeys(kind for several in kinds for kind in several))
    schemas, components = schema_components(unique, ref_template=_REF)
    document.setdefault("components", {}).setdefault("schemas", {}).update(components)
    return dict(zip(unique, schemas, strict=True))


def _kinds(told: object) -> tuple[object, ...]:
    return told if isinstance(told, tuple) else (told,)


def _schema(named: dict[Any, Any], told: object) -> dict[str, Any]:
    """The schema of a type; several types in a tuple are alternatives."""
    several = [named[kind] for kind in _kinds(told)]
    return several[0] if len(several) == 1 else {"anyOf": several}


def _complete(operation: dict[str, Any], handler: HTTPRouteHandler, named: dict[Any, Any]) -> None:
    opt = handler.opt
    if "takes" in opt:
        operation["requestBody"] = {
            "required": True,
            "content": _content(_schema(named, opt["takes"]), opt.get("example")),
        }
    if "answers" in opt:
        answer = {
            "description": "Done",
            "content": _content(_schema(named, opt["answers"]), opt.get("answer_example")),
        }
        operation["responses"] = {"200": answer} | _beside(operation["responses"])
    if "file" in opt:
        operation["responses"] = {"200": _file(opt)} | _beside(operation["responses"])
    statuses = dict(_PROBLEM_STATUSES)
    if "takes" in opt:
        statuses |= _BODY_STATUSES
    if handler.resolve_guards():
        operation["security"] = [{"token": []}]
        statuses |= _GUARDED_STATUSES
    if "{" in opt.get("path", "") or any(one["in"] == "path" for one in operation.get("parameters", ())):
        statuses["404"] = "There is nothing of that name"
    operation["responses"] |= {status: _problem(words) for status, words in sorted(statuses.items())}


def _file(opt: dict[str, Any]) -> dict[str, Any]:
    shown = {"schema": {"type": "string"}}
    if "answer_example" in opt:
        shown["example"] = opt["answer_example"]
    return {"description": "The file", "content": {opt["file"]: shown}}


def _beside(responses: dict[str, Any]) -> dict[str, Any]:
    return {
        status: one for status, one in responses.items() if not status.startswith("2") and status != "400"
    }


def _content(schema: dict[str, Any], example: object) -> dict[str, Any]:
    shown = {"schema": schema} if example is None else {"schema": schema, "example": example}
    return {"application/json": shown}


def _problem(words: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(name="Problem")}
    return {"description": words, "content": {"application/problem+json": {"schema": schema}}}
