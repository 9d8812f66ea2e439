"""Turns templates into pages: one Jinja environment, escaped by default, in the reader's language."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Response

from thidua.paths import shipped
from thidua.web.catalogue import translate
from thidua.web.formats import shown_date, shown_number, shown_points, shown_time
from thidua.web.language import AnyRequest, Language, language_of

STATIC = Path(__file__).parent / "static"
HTML = "text/html"
_VARY = "Cookie, Accept-Language, Authorization"


@cache
def environment() -> Environment:
    """The environment of all templates: `_("…")` translates, `number`, `points`, `date`, `time` format."""
    made = Environment(
        loader=FileSystemLoader(shipped("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(_=_translate, asset=asset)
    made.filters.update(number=_number, points=_points, date=shown_date, time=shown_time)
    return made


def html(template: str, language: Language, path: str, **context: Any) -> bytes:  # noqa: ANN401 -- for templates
    """The template as bytes; `path` is where the language switch leads back to."""
    return environment().get_template(template).render(lang=language, path=path, **context).encode()


def render(request: AnyRequest, template: str, *, status: int = 200, **context: Any) -> Response[bytes]:  # noqa: ANN401 -- see above
    """The template as a response, in the reader's language."""
    language = language_of(request)
    body = html(template, language, own_address(request), **context)
    kept = "no-store" if "authorization" in request.headers else "no-cache"
    headers = {"vary": _VARY, "content-language": language, "cache-control": kept}
    return Response(body, status_code=status, media_type=HTML, headers=headers)


def own_address(request: AnyRequest) -> str:
    """The path and query of this request, as a link on our own site."""
    path, query = request.scope["path"], request.scope["query_string"].decode("ascii", "replace")
    return f"{path}?{query}" if query else path


@cache
def asset(name: str) -> str:
    """The address of a static file, which changes whenever its content does."""
    digest = hashlib.blake2b((STATIC / name).read_bytes(), digest_size=6).hexdigest()
    return f"/static/{name}?v={digest}"


@pass_context
def _translate(context: Context, message: str, **facts: object) -> str:
    return translate(message, context["lang"], **facts)


@pass_context
def _number(context: Context, value: int) -> str:
    return shown_number(value, context["lang"])


@pass_context
def _points(context: Context, value: int) -> str:
    return shown_points(value, context["lang"])
