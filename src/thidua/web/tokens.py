"""Who calls: reads the bearer token, and guards routes by scope."""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler

from thidua.accounts.actions import secret_hash
from thidua.accounts.errors import NotSignedInError, ScopeMissingError
from thidua.accounts.model import Caller, Scope
from thidua.accounts.queries import caller_of
from thidua.infra.database import connection
from thidua.web.language import header_of

AnyConnection = ASGIConnection[Any, Any, Any, State]
Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]

# A revoked token dies within this time in every process.
CACHE_SECONDS = 3.0
_CACHED_MAX = 10_000
_BEARER = re.compile(r"Bearer ([A-Za-z0-9._~+/=-]{1,200})", re.IGNORECASE)
_STATE = "thidua_caller"

_known: dict[bytes, tuple[float, Caller]] = {}


def requires(*scopes: str | Scope) -> Guard:
    """A guard: 401 without a good token, 403 when the token carries none of the scopes."""
    needed = [Scope(scope) for scope in scopes]

    async def guard(request: AnyConnection, _handler: BaseRouteHandler) -> None:
        caller = await caller_behind(request)
        if caller is None:
            raise NotSignedInError
        if not any(caller.may(scope) for scope in needed):
            raise ScopeMissingError(scope=" / ".join(needed))

    return guard


async def caller_behind(request: AnyConnection) -> Caller | None:
    """The caller whose token the request carries, None without one; a token that is no good is an error."""
    if _STATE in request.scope["state"]:
        kept: Caller | None = request.scope["state"][_STATE]
        return kept
    header = header_of(request, b"authorization")
    caller = None if header is None else await _caller_of_header(header)
    request.scope["state"][_STATE] = caller
    return caller


def caller_of_request(request: AnyConnection) -> Caller:
    """The caller that a guard has let in."""
    caller: Caller = request.scope["state"][_STATE]
    return caller


def forget_tokens() -> None:
    """Look every token up again."""
    _known.clear()


async def _caller_of_header(header: str) -> Caller:
    found = _BEARER.fullmatch(header.strip())
    if found is None:
        raise NotSignedInError
    hashed = secret_hash(found[1])
    known = _known.get(hashed)
    if known is not None and time.monotonic() - known[0] < CACHE_SECONDS:
        return known[1]
    return await _looked_up(hashed)


async def _looked_up(hashed: bytes) -> Caller:
    asked_at = time.monotonic()
    async with connection() as database:
        caller = await caller_of(database, hashed)
    if caller is None:
        _known.pop(hashed, None)
        raise NotSignedInError
    if len(_known) >= _CACHED_MAX:
        _known.clear()
    _known[hashed] = (asked_at, caller)
    return caller
