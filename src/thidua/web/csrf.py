"""No other site makes the browser of somebody signed in change anything: origin and token are checked."""

import hmac

from litestar import Request
from litestar.handlers.base import BaseRouteHandler

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


async def own_forms_only(request: AnyConnection, _handler: BaseRouteHandler) -> None:
    """A guard of every route: what changes something must come from a page of ours, with the session's token.

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
