"""Turns templates into pages: one Jinja environment, escaped by default, in the reader's language."""

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Response

from thidua.paths import shipped
from thidua.web.assets import asset
from thidua.web.catalogue import translate, translate_counted
from thidua.web.drawing import initials, ruled
from thidua.web.formats import shown_date, shown_number, shown_points, shown_time
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.look import PLAIN, Look, look_of
from thidua.web.packing import VARY, packed, takes_gzip
from thidua.web.sample import is_sample
from thidua.web.visitors import visitor_of

HTML = "text/html"
_PRIVATE = "private, no-store"


@cache
def environment() -> Environment:
    """The environment of all templates: `_("…")` translates, `_n("…", 3)` counts, filters format."""
    made = Environment(
        loader=FileSystemLoader(shipped("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(_=_translate, _n=_translate_counted, asset=asset, ruled=ruled, is_sample=is_sample)
    made.filters.update(number=_number, points=_points, date=shown_date, time=shown_time, initials=initials)
    return made


def html(
    template: str,
    language: Language,
    path: str,
    *,
    look: Look = PLAIN,
    visitor: object = None,
    **context: Any,  # noqa: ANN401 -- whatever a template prints
) -> bytes:
    """The template as bytes; `path` is where the switches of language and look lead back to."""
    told = {"lang": language, "path": path, "look": look, "visitor": visitor, **context}
    return environment().get_template(template).render(told).encode()


def render(request: AnyRequest, template: str, *, status: int = 200, **context: Any) -> Response[bytes]:  # noqa: ANN401 -- see above
    """The template as a response, as its reader wants it: private to whoever is signed in."""
    language, visitor = language_of(request), visitor_of(request)
    body = html(template, language, own_address(request), look=look_of(request), visitor=visitor, **context)
    is_private = visitor is not None or "authorization" in request.headers
    headers = {
        "vary": VARY,
        "content-language": language,
        "cache-control": _PRIVATE if is_private else "no-cache",
    }
    secrets = [context.get("csrf_token"), visitor.csrf if visitor else None]
    small = packed(body, secrets) if takes_gzip(request.scope) else None
    if small is not None:
        headers["content-encoding"] = "gzip"
    return Response(small or body, status_code=status, media_type=HTML, headers=headers)


def piece(template: str, language: Language, **context: Any) -> str:  # noqa: ANN401 -- see above
    """A piece of a page that is the same for every reader of that language."""
    told = {"lang": language, "look": PLAIN, "visitor": None, **context}
    return environment().get_template(template).render(told)


def own_address(request: AnyRequest) -> str:
    """The path and query of this request, as a link on our own site."""
    path, query = request.scope["path"], request.scope["query_string"].decode("ascii", "replace")
    return f"{path}?{query}" if query else path


@pass_context
def _translate(context: Context, message: str, **facts: object) -> str:
    return translate(message, context["lang"], **facts)


@pass_context
def _translate_counted(context: Context, message: str, count: int, **facts: object) -> str:
    return translate_counted(message, count, context["lang"], **facts)


@pass_context
def _number(context: Context, value: int) -> str:
    return shown_number(value, context["lang"])


@pass_context
def _points(context: Context, value: int) -> str:
    return shown_points(value, context["lang"])
