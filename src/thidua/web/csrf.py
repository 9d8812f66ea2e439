"""No other site makes the browser of somebody signed in change anything: origin and token are checked."""

import hmac
from collections.abc import Sequence

from litestar import Request, Router
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler
from litestar.types import ControllerRouterHandler

from thidua.kernel.errors import NotAllowedError
from thidua.web.forms import MULTIPART, URL_ENCODED, form_of
from thidua.web.origins import is_from_our_pages
from thidua.web.sessions import carries_token
from thidua.web.visitors import AnyConnection, visitor_of

FIELD, HEADER = "_csrf", "x-csrf-token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class ForeignPageError(NotAllowedError):
    """The request does not come from a page of ours."""

    code = "foreign_page"


class StaleFormError(NotAllowedError):
    """The form was made for another session, or for none."""

    code = "stale_form"


def guarded(handlers: Sequence[ControllerRouterHandler]) -> list[ControllerRouterHandler]:
    """The routes, with `own_forms_only` on every address to which a form may be sent.

    The others go without: Litestar copies the whole route for each guard of each request.
    """
    forms = {path for one in handlers if isinstance(one, HTTPRouteHandler) for path in _form_paths(one)}
    behind = [one for one in handlers if isinstance(one, HTTPRouteHandler) and forms & one.paths]
    others = [one for one in handlers if one not in behind]
    return [*others, Router("/", route_handlers=behind, guards=[own_forms_only])]


def _form_paths(handler: HTTPRouteHandler) -> set[str]:
    if _SAFE.issuperset(handler.http_methods):
        return set()
    return {path for path in handler.paths if not path.startswith("/api/")}


async def own_forms_only(request: AnyConnection, _handler: BaseRouteHandler) -> None:
    """A guard of every form: what changes something must come from a page of ours, with the session's token.

    Programs are let through: their token stands in a header that no browser adds by itself, and a session
    means nothing where tokens are asked for.
    """
    if request.scope.get("method") in _SAFE or request.scope["path"].startswith("/api/"):
        return
    if carries_token(request.headers):
        return
    if not is_from_our_pages(request.scope, request.headers):
        raise ForeignPageError
    visitor = visitor_of(request)
    # The form for signing in compares with a cookie of its own.
    if visitor is not None and request.scope["path"] != "/sign-in":
        check_token(await _sent_token(request), visitor.csrf)


def check_token(sent: str, expected: str) -> None:
    """Go on only if the form carries the token it was given."""
    if not expected or not hmac.compare_digest(sent.encode(errors="replace"), expected.encode()):
        raise StaleFormError


async def _sent_token(request: AnyConnection) -> str:
    assert isinstance(request, Request), "guards of HTTP routes get the request itself"
    header, form = request.headers.get(HEADER), dict[str, list[str]]()
    if request.content_type[0] in {URL_ENCODED, MULTIPART}:
        form = await form_of(request)
    return header if header is not None else next(iter(form.get(FIELD, ())), "")
