"""The OpenAPI document says all, and its examples are true."""

import re
from typing import Any

import httpx
import msgspec
import pytest

from thidua.web.api.openapi import document_of
from thidua.web.app import app
from thidua.web.schema import groups_of

DOCUMENT: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document_of(app)))
OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]
HANDLERS = [
    pytest.param(handler, id=f"{handler.paths}")
    for route in app.routes
    for handler in getattr(route, "route_handlers", ())
    if "takes" in handler.opt
]


async def test_the_document_is_served_without_a_viewer_from_elsewhere(web: httpx.AsyncClient) -> None:
    answer = await web.get("/schema/openapi.json")

    assert answer.json() == DOCUMENT
    assert DOCUMENT["openapi"].startswith("3.1")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_says_what_it_takes_and_answers(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["tags"]
    for content in operation["responses"]["200"]["content"].values():
        assert "schema" in content
    for parameter in operation.get("parameters", ()):
        assert parameter["in"] == "path" or parameter["description"], parameter["name"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_shows_examples(operation: dict[str, Any]) -> None:
    contents = [
        *operation.get("requestBody", {}).get("content", {}).items(),
        *operation["responses"]["200"]["content"].items(),
    ]

    for kind, content in contents:
        assert "example" in content or "spreadsheet" in kind


@pytest.mark.parametrize("handler", HANDLERS)
def test_the_example_of_a_body_is_one_that_is_taken(handler: Any) -> None:  # noqa: ANN401 -- Litestar's own
    takes = handler.opt["takes"]
    kinds = takes if isinstance(takes, tuple) else (takes,)
    body = msgspec.json.encode(handler.opt["example"])

    assert any(_fits(body, kind) for kind in kinds)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_reference_leads_somewhere(operation: dict[str, Any]) -> None:
    for name in re.findall(r'"#/components/schemas/([^"]+)"', msgspec.json.encode(operation).decode()):
        assert name in DOCUMENT["components"]["schemas"]


def test_every_route_of_the_api_is_in_the_document() -> None:
    routes = {route.path_format for route in app.routes if route.path_format.startswith("/api/")}

    assert routes <= set(DOCUMENT["paths"])


def _fits(body: bytes, kind: type[Any]) -> bool:
    try:
        msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError:
        return False
    return True


def test_every_part_and_every_operation_has_its_words_in_vietnamese() -> None:
    told = {language: groups_of(app, language) for language in ("vi", "en")}

    for vietnamese, english in zip(told["vi"], told["en"], strict=True):
        assert vietnamese["name"] != english["name"]
        for ours, theirs in zip(vietnamese["operations"], english["operations"], strict=True):
            assert ours["summary"] != theirs["summary"], ours
