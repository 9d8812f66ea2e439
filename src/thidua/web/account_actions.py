"""What is done about accounts: making one, giving and taking roles, a new password, disabling."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from thidua.accounts.appointing import NewAccount, appoint, dismiss, give_password, invite, reopen, shut
from thidua.accounts.roles import Grant, Role
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import InputError
from thidua.organisation.editing import PERSON, facts_of
from thidua.organisation.fields import as_id
from thidua.web.account_forms import ROLE_FIELDS, grant_named, grant_typed, worded
from thidua.web.accounts import MANAGES, account_managed, appointer_of, new_account_form
from thidua.web.forms import form_of
from thidua.web.language import AnyRequest, language_of
from thidua.web.sign_in import line
from thidua.web.visitors import Visitor, visitor_let_in


@post("/accounts", include_in_schema=False, guards=[MANAGES])
async def make_account(request: AnyRequest) -> Response[bytes]:
    """Make an account and show its one-time password, this once."""
    visitor = visitor_let_in(request)
    typed = await _typed(request, "login", "name", "person", *ROLE_FIELDS)
    person = as_id(typed["person"])
    try:
        async with transaction() as database:
            new = await _new_account(database, visitor, typed, person)
            made, password = await invite(database, new, by=appointer_of(visitor), at=now())
    except InputError as error:
        errors = worded(error, language_of(request))
        return await new_account_form(request, person=person, status=422, errors=errors, typed=typed)
    return await account_managed(request, made, password=password, done="made")


@post("/accounts/{account:uuid}/roles", include_in_schema=False, guards=[MANAGES])
async def give_role(request: AnyRequest, account: FromPath[UUID]) -> Response[bytes]:
    """Give a role."""
    visitor, typed = visitor_let_in(request), await _typed(request, *ROLE_FIELDS)
    try:
        async with transaction() as database:
            given = await grant_typed(database, visitor, typed)
            await appoint(database, account, given, by=appointer_of(visitor), at=now())
    except InputError as error:
        errors = worded(error, language_of(request))
        return await account_managed(request, account, status=422, errors=errors, typed=typed)
    return await account_managed(request, account, done="given")


@post("/accounts/{account:uuid}/roles/take", include_in_schema=False, guards=[MANAGES])
async def take_role(request: AnyRequest, account: FromPath[UUID]) -> Response[bytes]:
    """Take a role back."""
    taken = grant_named(await _typed(request, *ROLE_FIELDS))

    async def take(database: Connection, visitor: Visitor) -> object:
        return await dismiss(database, account, taken, by=appointer_of(visitor), at=now())

    return await _done(request, account, take, "taken")


@post("/accounts/{account:uuid}/password", include_in_schema=False, guards=[MANAGES])
async def new_password(request: AnyRequest, account: FromPath[UUID]) -> Response[bytes]:
    """Give a new one-time password, and show it this once."""
    async with transaction() as database:
        appointer = appointer_of(visitor_let_in(request))
        password = await give_password(database, account, by=appointer, at=now())
    return await account_managed(request, account, password=password, done="password")


@post("/accounts/{account:uuid}/disable", include_in_schema=False, guards=[MANAGES])
async def disable_account(request: AnyRequest, account: FromPath[UUID]) -> Response[bytes]:
    """Let nobody in with this account any more."""

    async def close(database: Connection, visitor: Visitor) -> object:
        return await shut(database, account, by=appointer_of(visitor), at=now())

    return await _done(request, account, close, "disabled")


@post("/accounts/{account:uuid}/enable", include_in_schema=False, guards=[MANAGES])
async def enable_account(request: AnyRequest, account: FromPath[UUID]) -> Response[bytes]:
    """Let the account be used again."""

    async def open_again(database: Connection, visitor: Visitor) -> object:
        return await reopen(database, account, by=appointer_of(visitor), at=now())

    return await _done(request, account, open_again, "enabled")


async def _done(
    request: AnyRequest, account: UUID, do: Callable[[Connection, Visitor], Awaitable[object]], said: str
) -> Response[Any]:
    async with transaction() as database:
        await do(database, visitor_let_in(request))
    return await account_managed(request, account, done=said)


async def _typed(request: AnyRequest, *names: str) -> dict[str, str]:
    form = await form_of(request)
    return {name: line(form, name) for name in names}


async def _new_account(
    database: Connection, visitor: Visitor, typed: dict[str, str], person: UUID | None
) -> NewAccount:
    given = await grant_typed(database, visitor, typed)
    grants = (given,) if given.role is Role.MEMBER or person is None else (Grant(Role.MEMBER), given)
    facts = None if person is None else await facts_of(database, PERSON, person, at=now())
    name = typed["name"] if facts is None else facts["name"]
    return NewAccount(login=typed["login"], name=name, person=person, grants=grants)


account_action_handlers = [
    make_account,
    give_role,
    take_role,
    new_password,
    disable_account,
    enable_account,
]
