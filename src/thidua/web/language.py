"""Which language to answer in: the reader's switch, else what the browser asks for, else Vietnamese."""

from typing import Any, Literal

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State

Language = Literal["vi", "en"]
AnyRequest = Request[object, object, State]

DEFAULT: Language = "vi"
COOKIE = "thidua_language"
_LONGEST_HEADER = 200


def header_of(connection: ASGIConnection[Any, Any, Any, Any], name: bytes) -> str | None:
    """The first header of that (lower-case) name; quicker than making a dictionary of all of them."""
    for one, value in connection.scope["headers"]:
        if one == name:
            return value.decode("latin-1")
    return None


def accepted_by(request: AnyRequest) -> Language:
    """The best of our languages for a program: what it says it accepts, else Vietnamese."""
    return accepted(header_of(request, b"accept-language") or "")


def language_of(request: AnyRequest) -> Language:
    """The language to answer this request in."""
    return known(request.cookies.get(COOKIE)) or accepted(request.headers.get("accept-language", ""))


def known(name: str | None) -> Language | None:
    """The language of that name, if we speak it."""
    if name == "vi":
        return "vi"
    return "en" if name == "en" else None


def accepted(header: str) -> Language:
    """The best of our languages in an Accept-Language header, by its weights; else Vietnamese."""
    wishes = [_wish(part) for part in header[:_LONGEST_HEADER].split(",")]
    best = max(wishes, key=lambda wish: wish[0], default=(0.0, None))
    return best[1] or DEFAULT if best[0] > 0 else DEFAULT


def _wish(part: str) -> tuple[float, Language | None]:
    tag, _, parameter = part.partition(";")
    language = known(tag.strip().lower().partition("-")[0])
    return (_weight(parameter) if language else 0.0), language


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
