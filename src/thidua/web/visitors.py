"""Who is signed in, and the guards of pages by what they may do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler
from litestar.types import HTTPScope

from thidua.accounts.permissions import Permission, carrying
from thidua.accounts.queries import covers, teams_covered, units_covered
from thidua.accounts.roles import Grant
from thidua.infra.clock import now
from thidua.infra.database import Connection
from thidua.infra.errors import ServiceUnavailableError
from thidua.kernel.errors import DomainError, NotAllowedError, NotFoundError

AnyConnection = ASGIConnection[Any, Any, Any, State]
Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]

# Where somebody whose password is a one-time one may go before it is changed.
_BEFORE_CHANGE = ("/account", "/sign-in", "/sign-out")
_KEY, _UNSURE = "thidua_visitor", "thidua_visitor_unsure"


class SignInNeededError(DomainError):
    """The page is for people who are signed in."""

    code = "signed_out"


class PasswordChangeNeededError(DomainError):
    """The password was given for one use: before anything else a new one is chosen."""

    code = "password_change_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who is signed in, with the roles in force at this request."""

    account: UUID
    login: str
    name: str
    person: UUID | None
    grants: tuple[Grant, ...]
    language: str | None
    csrf: str
    must_change_password: bool = False

    def can(self, permission: Permission) -> bool:
        """Whether some role carries the permission, wherever it holds."""
        return bool(carrying(self.grants, permission))

    @property
    def source(self) -> str:
        """What stands as source of activities they report, and as `by` of acts."""
        return f"account:{self.account}"


def visitor_of(request: AnyConnection) -> Visitor | None:
    """Who is signed in, None for everybody else; costs nothing, the session was read before."""
    visitor = request.scope.get(_KEY)
    return visitor if isinstance(visitor, Visitor) else None


def welcome(scope: HTTPScope, visitor: Visitor) -> None:
    """Let the rest of this request know who is signed in."""
    scope[_KEY] = visitor  # type: ignore[literal-required]  # a key of ours


def be_unsure(scope: HTTPScope, why: ServiceUnavailableError) -> None:
    """Let guards know that who is signed in cannot be found out now."""
    scope[_UNSURE] = why  # type: ignore[literal-required]  # a key of ours


async def signed_in(request: AnyConnection, _handler: BaseRouteHandler) -> None:
    """A guard: leads who is not signed in to /sign-in and back."""
    _visitor_behind(request)


def needs(*permissions: Permission) -> Guard:
    """A guard: the page is for those who hold one of the permissions somewhere; `demand` looks where."""

    async def guard(request: AnyConnection, _handler: BaseRouteHandler) -> None:
        visitor = _visitor_behind(request)
        if not any(visitor.can(one) for one in permissions):
            raise NotAllowedError

    guard.permissions = permissions  # type: ignore[attr-defined]  # for the authorisation matrix
    return guard


def visitor_let_in(request: AnyConnection) -> Visitor:
    """The visitor that a guard has let in."""
    visitor = visitor_of(request)
    assert visitor is not None, "a guard comes first"
    return visitor


async def may(
    connection: Connection,
    visitor: Visitor | None,
    permission: Permission,
    *,
    unit: UUID | None = None,
    team: UUID | None = None,
    person: UUID | None = None,
) -> bool:
    """Whether the visitor holds the permission for everything that is named."""
    held = carrying(visitor.grants, permission) if visitor else []
    return bool(held) and await covers(connection, held, unit=unit, team=team, person=person, at=now())


async def demand(
    connection: Connection,
    visitor: Visitor | None,
    permission: Permission,
    *,
    unit: UUID | None = None,
    team: UUID | None = None,
    person: UUID | None = None,
) -> None:
    """Go on only if the visitor holds the permission for everything named; beyond that nothing is there."""
    if not await may(connection, visitor, permission, unit=unit, team=team, person=person):
        raise NotFoundError


async def scope_of(connection: Connection, visitor: Visitor, permission: Permission) -> tuple[UUID, ...]:
    """The units in whose whole subtrees the visitor holds the permission; everywhere means the roots."""
    return await units_covered(connection, visitor.grants, permission)


def teams_of(visitor: Visitor, permission: Permission) -> tuple[UUID, ...]:
    """The single teams in which the visitor holds the permission, besides all teams below `scope_of`."""
    return teams_covered(visitor.grants, permission)


async def sees_entries(connection: Connection, visitor: Visitor | None, subject: UUID) -> bool:
    """Whether the visitor may open a person's or household's entries and read the true name."""
    if visitor is None:
        return False
    if visitor.person == subject:
        return True
    return await may(connection, visitor, Permission.SEE_NAMES, person=subject)


def _visitor_behind(request: AnyConnection) -> Visitor:
    visitor = visitor_of(request)
    if visitor is None:
        unsure = request.scope.get(_UNSURE)
        raise unsure if isinstance(unsure, ServiceUnavailableError) else SignInNeededError
    if visitor.must_change_password and not request.scope["path"].startswith(_BEFORE_CHANGE):
        raise PasswordChangeNeededError
    return visitor
