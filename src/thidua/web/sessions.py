"""The session cookie, and recognising who sends it: only requests that carry one pay for it."""

from collections.abc import Mapping
from typing import Any

import structlog
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.types import HTTPScope, Message, Send

from thidua.accounts.errors import SessionsAwayError
from thidua.accounts.model import Account
from thidua.accounts.queries import account_of
from thidua.accounts.sessions import LONGEST, Begun, is_over, renewed, session_of
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.infra.errors import ServiceUnavailableError
from thidua.web.origins import is_encrypted
from thidua.web.visitors import AnyConnection, Visitor, be_unsure, welcome

SESSION, FORM = "thidua_session", "thidua_form"
# A cookie of this prefix comes from https and from this very host: nobody else can plant one.
_HOST = "__Host-"
_MARK = SESSION.encode()
# Programs use tokens, and files are the same for everybody.
_NEVER = ("/api/", "/static/", "/health/", "/metrics")
_PRIVATE = (b"cache-control", b"private, no-store")
_log = structlog.get_logger("thidua.web")


def carries_session(scope: HTTPScope) -> bool:
    """Whether the request may be of somebody signed in: all that anonymous requests pay."""
    return any(name == b"cookie" and _MARK in value for name, value in scope["headers"])


async def recognised(scope: HTTPScope, send: Send) -> Send:
    """Note who is signed in, and return a `send` that lets nobody keep what only they may see."""
    request: AnyConnection = ASGIConnection[Any, Any, Any, State](scope)
    session_id = None if _is_for_all(request) else session_id_of(request)
    if session_id is None:
        return send
    try:
        found = await _who(session_id)
    except SessionsAwayError:  # signed out until Redis is back
        return send
    except ServiceUnavailableError as error:
        be_unsure(scope, error)
        return send
    if found is None:
        return send
    begun, account = found
    welcome(scope, _visitor(begun, account))
    fresh = [] if begun.id == session_id else [session_cookie(request, begun.id)]
    return _private(send, fresh)


def session_id_of(request: AnyConnection) -> str | None:
    """The session that the cookie names; over https, one that plain http could have planted is no good."""
    cookies = request.cookies
    guarded = cookies.get(_HOST + SESSION)
    if guarded is not None or is_encrypted(request.scope, request.headers):
        return guarded
    return cookies.get(SESSION)


def form_token_of(request: AnyConnection) -> str | None:
    """The token of forms for people who are not signed in, from its cookie."""
    return request.cookies.get(_HOST + FORM) or request.cookies.get(FORM)


def session_cookie(request: AnyConnection, session_id: str) -> Cookie:
    """The cookie that holds a session's id."""
    return _cookie(request, SESSION, session_id, seconds=int(LONGEST.total_seconds()))


def form_cookie(request: AnyConnection, token: str) -> Cookie:
    """The cookie that a form for people who are not signed in is compared with."""
    return _cookie(request, FORM, token, seconds=None)


def ended_cookies() -> list[Cookie]:
    """Cookies that take a session's cookie away, whichever name it has."""
    return [
        Cookie(_HOST + SESSION, value="", max_age=0, httponly=True, samesite="lax", secure=True),
        Cookie(SESSION, value="", max_age=0, httponly=True, samesite="lax"),
    ]


def _cookie(request: AnyConnection, name: str, value: str, *, seconds: int | None) -> Cookie:
    guarded = is_encrypted(request.scope, request.headers)
    key = _HOST + name if guarded else name
    return Cookie(key, value=value, max_age=seconds, httponly=True, samesite="lax", secure=guarded)


def _is_for_all(request: AnyConnection) -> bool:
    return request.scope["path"].startswith(_NEVER) or carries_token(request.headers)


def carries_token(headers: Mapping[str, str]) -> bool:
    """Whether a program's token is sent, which no other site can make a browser do."""
    return headers.get("authorization", "").lower().startswith("bearer ")


async def _who(session_id: str) -> tuple[Begun, Account] | None:
    session = await session_of(session_id, at=now())
    if session is None:
        return None
    async with connection() as database:
        account = await account_of(database, session.account)
    if account is None or is_over(session, account):
        return None
    begun = Begun(session_id, session)
    if session.roles_at != account.roles_at:
        _log.info("session renewed after a change of roles", account=str(account.id))
        begun = await renewed(begun, account)
    return begun, account


def _visitor(begun: Begun, account: Account) -> Visitor:
    return Visitor(
        account=account.id,
        login=account.login,
        name=account.name,
        person=account.person,
        # Until a one-time password is changed, it opens nothing else.
        grants=() if account.is_password_once else account.grants,
        language=account.language,
        csrf=begun.session.csrf,
        must_change_password=account.is_password_once,
    )


def _private(send: Send, cookies: list[Cookie]) -> Send:
    added = [_PRIVATE, *((b"set-cookie", one.to_header(header="").encode()) for one in cookies)]

    async def private(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name.lower() != b"cache-control"]
            message["headers"] = [*kept, *added]
        await send(message)

    return private
