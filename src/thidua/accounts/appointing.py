"""Giving and taking roles, passwords and accounts: within one's own scope, never above one's own rights."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from thidua.accounts import actions, passwords
from thidua.accounts.errors import (
    AboveOwnRightsError,
    AccountInputError,
    LastAdministratorError,
    OwnRoleError,
)
from thidua.accounts.model import Account, Appointer
from thidua.accounts.permissions import Permission, carrying, needed_to_give
from thidua.accounts.queries import account_of, covers, has_other_administrators, is_managed
from thidua.accounts.roles import Grant, Role
from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError, NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What an account is made of; without a person it takes no part, it only works here."""

    login: str
    name: str
    person: UUID | None
    grants: tuple[Grant, ...]


async def managed_account(connection: Connection, account: UUID, *, by: Appointer, at: datetime) -> Account:
    """The account, if the appointer manages accounts where it and all its roles lie; else NotFoundError."""
    held = carrying(by.grants, Permission.MANAGE_ACCOUNTS)
    found = await account_of(connection, account)
    if found is None or not await is_managed(connection, account, held, at=at):
        raise NotFoundError
    return found


async def invite(
    connection: Connection,
    new: NewAccount,
    *,
    by: Appointer,
    at: datetime,
) -> tuple[UUID, str]:
    """Make an account and return it with its one-time password, which is kept nowhere.

    Only who runs the instance makes one of nobody: whoever else did could confirm with it what they reported.
    """
    is_idle = all(one.role is Role.MEMBER for one in new.grants)
    if new.person is None and (is_idle or not carrying(by.grants, Permission.OPERATE)):
        raise AccountInputError([FieldError("person", "missing_field")])
    if new.person is not None:
        await _demand_person(connection, new.person, by=by, at=at)
    for one in new.grants:
        await demand_rights(connection, one, by=by, at=at)
    password = passwords.made_up()
    account = await actions.create_account(
        connection,
        login=new.login,
        password=password,
        name=new.name,
        person=new.person,
        grants=new.grants,
        is_password_once=True,
        by=by.account,
        at=at,
    )
    return account, password


async def appoint(
    connection: Connection, account: UUID, given: Grant, *, by: Appointer, at: datetime
) -> bool:
    """Give a role; whether the account did not have it."""
    await _somebody_else(connection, account, by=by, at=at)
    await demand_rights(connection, given, by=by, at=at)
    return await actions.grant(connection, account, given, by=by.account, at=at)


async def dismiss(
    connection: Connection, account: UUID, taken: Grant, *, by: Appointer, at: datetime
) -> bool:
    """Take a role back; whether the account had it."""
    await _somebody_else(connection, account, by=by, at=at)
    if taken == Grant(Role.SYSTEM_ADMINISTRATOR):
        await _leave_an_administrator(connection, account)
    return await actions.revoke(connection, account, taken, by=by.account, at=at)


async def give_password(connection: Connection, account: UUID, *, by: Appointer, at: datetime) -> str:
    """Give the account a new one-time password and return it: who could not give its roles may not."""
    found = await _somebody_else(connection, account, by=by, at=at)
    for one in found.grants:
        await demand_rights(connection, one, by=by, at=at)
    password = passwords.made_up()
    await actions.set_password(connection, account, password, is_once=True, by=by.account, at=at)
    return password


async def shut(connection: Connection, account: UUID, *, by: Appointer, at: datetime) -> bool:
    """Disable an account; whether it could be used."""
    found = await _somebody_else(connection, account, by=by, at=at)
    if Grant(Role.SYSTEM_ADMINISTRATOR) in found.grants:
        await _leave_an_administrator(connection, account)
    return await actions.disable(connection, account, by=by.account, at=at)


async def reopen(connection: Connection, account: UUID, *, by: Appointer, at: datetime) -> bool:
    """Let a disabled account be used again; whether it was disabled."""
    await _somebody_else(connection, account, by=by, at=at)
    return await actions.enable(connection, account, by=by.account, at=at)


async def demand_rights(connection: Connection, given: Grant, *, by: Appointer, at: datetime) -> None:
    """Go on only if the appointer holds all that the role carries, where it shall hold."""
    for permission in sorted(needed_to_give(given.role)):
        held = carrying(by.grants, permission)
        if given.role is Role.MEMBER:  # it reaches nobody but its owner, so it is held nowhere else
            holds = bool(held)
        elif given.is_everywhere:
            holds = any(grant.is_everywhere for grant in held)
        else:
            holds = await covers(connection, held, unit=given.unit, team=given.team, at=at)
        if not holds:
            raise AboveOwnRightsError


async def _somebody_else(connection: Connection, account: UUID, *, by: Appointer, at: datetime) -> Account:
    found = await managed_account(connection, account, by=by, at=at)
    if found.id == by.account or (found.person is not None and found.person == by.person):
        raise OwnRoleError
    return found


async def _demand_person(connection: Connection, person: UUID, *, by: Appointer, at: datetime) -> None:
    held = carrying(by.grants, Permission.MANAGE_ACCOUNTS)
    if person == by.person:
        raise OwnRoleError
    if not await covers(connection, held, person=person, at=at):
        raise NotFoundError


async def _leave_an_administrator(connection: Connection, account: UUID) -> None:
    if not await has_other_administrators(connection, account):
        raise LastAdministratorError
