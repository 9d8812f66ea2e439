"""One's own account: name shown, language, password, and signing out everywhere."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import QueryParameter
from litestar.response import Redirect

from thidua.accounts import passwords, sessions
from thidua.accounts.actions import end_sessions, set_language, set_password
from thidua.accounts.queries import account_of, secret_of_account
from thidua.accounts.tries import count_try, forget_try
from thidua.infra.clock import now
from thidua.infra.database import Connection, connection, transaction
from thidua.kernel.errors import FieldError, NotFoundError
from thidua.kernel.period import local_day
from thidua.organisation.editing import PERSON, Editor, change, facts_known, facts_of
from thidua.organisation.names import adult_on, alias_of
from thidua.web.forms import form_of
from thidua.web.language import AnyRequest, known, language_of
from thidua.web.pages import render
from thidua.web.role_words import grants_shown
from thidua.web.sessions import ended_cookies, session_cookie
from thidua.web.sign_in import language_cookie, line
from thidua.web.visitors import Visitor, signed_in, visitor_let_in
from thidua.web.wording import say

Said = Annotated[str, QueryParameter(max_length=20)]
_DONE = frozenset({"password", "language", "name"})


@get("/account", include_in_schema=False, guards=[signed_in])
async def account_page(request: AnyRequest, done: Said = "") -> Response[bytes]:
    """Everything about one's own account."""
    return await _page(request, done=done if done in _DONE else "")


@post("/account/password", include_in_schema=False, guards=[signed_in])
async def change_password(request: AnyRequest) -> Response[bytes] | Redirect:
    """Take a new password; every other session of this account is over."""
    visitor, form = visitor_let_in(request), await form_of(request)
    old, new, again = (line(form, name) for name in ("current", "password", "again"))
    faults = await _faults(visitor, old, new, again)
    if faults:
        language = language_of(request)
        worded = {
            one.field: say(one.code, language, {"field": one.field, **(one.facts or {})}) for one in faults
        }
        return await _page(request, errors=worded, status=422)
    async with transaction() as database:
        await set_password(database, visitor.account, new, by=visitor.account, at=now())
    async with connection() as database:
        account = await account_of(database, visitor.account)
    assert account is not None, "it has just got a password"
    begun = await sessions.begin(account, at=now())
    return _back("password", session_cookie(request, begun.id))


@post("/account/language", include_in_schema=False, guards=[signed_in])
async def change_language(request: AnyRequest) -> Redirect:
    """Keep the language of this reader, on every device."""
    visitor, form = visitor_let_in(request), await form_of(request)
    chosen = known(line(form, "language"))
    async with connection() as database:
        await set_language(database, visitor.account, chosen)
    return _back("language", *([language_cookie(chosen)] if chosen else []))


@post("/account/name", include_in_schema=False, guards=[signed_in])
async def change_public_name(request: AnyRequest) -> Redirect:
    """Show one's name in public, or no longer; who chose it and when is noted."""
    visitor, form = visitor_let_in(request), await form_of(request)
    if visitor.person is None or visitor.must_change_password:
        raise NotFoundError
    at = now()
    async with transaction() as database:
        seen = await facts_known(database, PERSON, visitor.person, at=at)
        wanted = {"id": visitor.person, "public_name": line(form, "public_name") == "yes"}
        await change(database, PERSON, wanted, seen=seen, editor=Editor(visitor.account, at))
    return _back("name")


@post("/account/sign-out-everywhere", include_in_schema=False, guards=[signed_in])
async def sign_out_everywhere(request: AnyRequest) -> Redirect:
    """End every session of this account, this one included."""
    visitor = visitor_let_in(request)
    async with transaction() as database:
        await end_sessions(database, visitor.account, by=visitor.account, at=now())
    return Redirect("/", status_code=303, cookies=ended_cookies(), headers={"cache-control": "no-store"})


async def _faults(visitor: Visitor, old: str, new: str, again: str) -> list[FieldError]:
    found = passwords.faults(new, login=visitor.login)
    if new != again:
        found.append(FieldError("again", "passwords_differ"))
    tried = await count_try(visitor.login, at=now())
    async with connection() as database:
        kept = await secret_of_account(database, visitor.account)
    if not await passwords.is_right(old, kept):
        return [FieldError("current", "password_wrong"), *found]
    await forget_try(visitor.login, tried)
    return found


async def _page(
    request: AnyRequest, *, done: str = "", errors: Mapping[str, str] | None = None, status: int = 200
) -> Response[bytes]:
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    async with connection() as database:
        grants = await grants_shown(database, visitor.grants, language, at=at)
        me = await _me(database, visitor)
    told: dict[str, Any] = {"grants": grants, "me": me, "done": done, "errors": errors or {}}
    return render(request, "account/page.html", status=status, **told)


async def _me(database: Connection, visitor: Visitor) -> dict[str, Any] | None:
    """What the person behind the account shows in public."""
    if visitor.person is None:
        return None
    at = now()
    facts = await facts_of(database, PERSON, visitor.person, at=at)
    if facts is None:
        return None
    born_on = None if facts["born_on"] is None else date.fromisoformat(facts["born_on"])
    return {
        "id": visitor.person,
        "name": facts["name"],
        "alias": alias_of(visitor.person),
        "is_public": facts["public_name"],
        "is_minor": born_on is not None and adult_on(born_on) > local_day(at),
    }


def _back(done: str, *cookies: Cookie) -> Redirect:
    headers = {"cache-control": "no-store"}
    return Redirect(f"/account?done={done}", status_code=303, cookies=list(cookies), headers=headers)


account_handlers = [
    account_page,
    change_password,
    change_language,
    change_public_name,
    sign_out_everywhere,
]
