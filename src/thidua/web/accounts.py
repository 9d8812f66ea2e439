"""Accounts in one's scope: the list, one account with its roles, a new one; and the table of all roles."""

import re
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from thidua.accounts.appointing import demand_rights, managed_account
from thidua.accounts.errors import AboveOwnRightsError
from thidua.accounts.model import Account, AccountLine, Appointer
from thidua.accounts.permissions import Permission, carrying, needed_to_give
from thidua.accounts.queries import account_of_person, managed_accounts
from thidua.accounts.roles import Role
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.organisation.editing import PERSON, facts_known
from thidua.organisation.leading import Wanted, people_led
from thidua.organisation.vietnamese import fold
from thidua.web import paging
from thidua.web.account_forms import ROLE_FIELDS, teams_offered
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.organisation_scope import Cursor, Words, led_of, localised
from thidua.web.pages import render
from thidua.web.role_words import grants_shown, role_shown, table_shown
from thidua.web.visitors import Visitor, demand, needs, visitor_let_in

ROWS = 50
_PEOPLE_MAX = 20
_NOT_PLAIN = re.compile(r"[^a-z0-9.]")
MANAGES = needs(Permission.MANAGE_ACCOUNTS)


@get("/accounts/roles", include_in_schema=False)
async def roles_page(request: AnyRequest) -> Response[bytes]:
    """Who may do what, for everybody to read: the very table that every guard asks."""
    return render(request, "accounts/roles.html", **table_shown(language_of(request)))


@get("/accounts", include_in_schema=False, guards=[MANAGES])
async def accounts_page(request: AnyRequest, q: Words = None, cursor: Cursor = None) -> Response[bytes]:
    """Accounts that the visitor manages, by login."""
    visitor, language = visitor_let_in(request), language_of(request)
    purpose = f"accounts {visitor.account} {q}"
    after = None if cursor is None else str(paging.decode(purpose, cursor)[0])
    held = carrying(visitor.grants, Permission.MANAGE_ACCOUNTS)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        rows = await managed_accounts(database, held, q=q, after=after, count_max=ROWS + 1, at=now())
    more = paging.encode(purpose, rows[ROWS - 1].place) if len(rows) > ROWS else None
    shown = [_line(one, language) for one in rows[:ROWS]]
    told: dict[str, Any] = {"lines": shown, "asked": {"q": q or ""}, "next": more, "is_first": cursor is None}
    return render(request, "accounts/list.html", **told)


@get("/accounts/new", include_in_schema=False, guards=[MANAGES])
async def new_account_page(
    request: AnyRequest, person: FromQuery[UUID | None] = None, q: Words = None
) -> Response[bytes]:
    """First who shall have an account, then its login and role."""
    return await new_account_form(request, person=person, q=q or "")


@get("/accounts/{account:uuid}", include_in_schema=False, guards=[MANAGES])
async def account_managed_page(request: AnyRequest, account: FromPath[UUID]) -> Response[bytes]:
    """One account: who it is, its roles, and what may be done about it."""
    return await account_managed(request, account)


async def account_managed(
    request: AnyRequest, account: UUID, *, status: int = 200, **told: object
) -> Response[bytes]:
    """The page of one account; `told` holds a one-time password, what was done, or faults of a form."""
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    appointer = appointer_of(visitor)
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        found = await managed_account(database, account, by=appointer, at=at)
        grants = await grants_shown(database, found.grants, language, at=at)
        teams = await teams_offered(database, found.person, language, at=at)
        is_own = _is_own(found, visitor)
        may_reset = not is_own and await _may_give_all(database, found, appointer)
    shown = {"account": found, "grants": grants, "teams": teams, "is_own": is_own, "may_reset": may_reset}
    blank = {"password": None, "done": "", "errors": {}, "typed": dict.fromkeys(ROLE_FIELDS, "")}
    roles = roles_offered(visitor, language)
    return render(request, "accounts/one.html", status=status, roles=roles, **shown, **(blank | told))


async def new_account_form(
    request: AnyRequest, *, person: UUID | None, q: str = "", status: int = 200, **told: object
) -> Response[bytes]:
    """The form of a new account, or the search for its person."""
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        somebody = None if person is None else await _somebody(database, visitor, person)
        teams = await teams_offered(database, person, language, at=at) if somebody else []
        people = await _people(database, visitor, q, language) if q.strip() else []
    blank: dict[str, Any] = {"errors": {}, "typed": dict.fromkeys(("login", "name", *ROLE_FIELDS), "")}
    shown = {"person": somebody, "people": people, "search": q, "teams": teams}
    # Without a person an account takes no part: it can only run the instance.
    may_be_nobody = visitor.can(Permission.OPERATE)
    roles = roles_offered(visitor, language)
    context = shown | {"roles": roles, "may_be_nobody": may_be_nobody} | blank | told
    return render(request, "accounts/new.html", status=status, **context)


def appointer_of(visitor: Visitor) -> Appointer:
    """The visitor as one who gives and takes roles."""
    return Appointer(account=visitor.account, person=visitor.person, grants=visitor.grants)


def roles_offered(visitor: Visitor, language: Language) -> list[tuple[str, str]]:
    """The roles that the visitor may give somewhere; where exactly is checked when one is given."""
    from_table = [role for role in Role if _may_give_somewhere(visitor, role)]
    return [(role.value, role_shown(role, language)) for role in from_table]


def _may_give_somewhere(visitor: Visitor, role: Role) -> bool:
    return all(visitor.can(one) for one in needed_to_give(role))


async def _may_give_all(database: Connection, account: Account, appointer: Appointer) -> bool:
    try:
        for one in account.grants:
            await demand_rights(database, one, by=appointer, at=now())
    except AboveOwnRightsError:
        return False
    return True


def _is_own(account: Account, visitor: Visitor) -> bool:
    return account.id == visitor.account or (account.person is not None and account.person == visitor.person)


def _line(line: AccountLine, language: Language) -> dict[str, Any]:
    roles = [role_shown(Role(one), language) for one in line.roles]
    return {
        "id": line.id,
        "login": line.login,
        "name": line.name,
        "roles": roles,
        "is_disabled": line.is_disabled,
    }


async def _somebody(database: Connection, visitor: Visitor, person: UUID) -> dict[str, Any]:
    await demand(database, visitor, Permission.MANAGE_ACCOUNTS, person=person)
    await demand(database, visitor, Permission.SEE_NAMES, person=person)
    facts = await facts_known(database, PERSON, person, at=now())
    account = await account_of_person(database, person)
    *before, given = fold(facts["name"]).split()
    login = _NOT_PLAIN.sub("", ".".join([given, *before]))
    return {"id": person, "name": facts["name"], "account": account, "login": login, "unit": facts["unit"]}


async def _people(database: Connection, visitor: Visitor, q: str, language: Language) -> list[dict[str, Any]]:
    led = await led_of(database, visitor, Permission.SEE_NAMES)
    rows = await people_led(database, led, Wanted(q=q), at=now(), count_max=_PEOPLE_MAX)
    return localised(rows, language)


account_list_handlers = [roles_page, accounts_page, new_account_page, account_managed_page]
