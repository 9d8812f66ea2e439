"""Signing in and out."""

import secrets
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import QueryParameter
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from thidua.accounts import sessions
from thidua.accounts.errors import SessionsAwayError, SignInRefusedError, TooManyTriesError
from thidua.accounts.signing_in import account_signing_in
from thidua.infra.clock import now
from thidua.kernel.errors import DomainError
from thidua.web.csrf import FIELD, StaleFormError, check_token
from thidua.web.forms import form_of
from thidua.web.home import own_path
from thidua.web.language import COOKIE, AnyRequest, language_of
from thidua.web.origins import is_from_our_pages
from thidua.web.pages import own_address, render
from thidua.web.problems import answer, problem_of, wants_page
from thidua.web.sessions import (
    ended_cookies,
    form_cookie,
    form_token_of,
    session_cookie,
    session_id_of,
)
from thidua.web.visitors import PasswordChangeNeededError, SignInNeededError, signed_in, visitor_of
from thidua.web.wording import say

_A_YEAR_SECONDS = 31_536_000
_NO_STORE = {"cache-control": "no-store"}
_LONGEST = 200
Address = Annotated[str, QueryParameter(name="next", max_length=4000)]


@get("/sign-in", include_in_schema=False)
async def sign_in_page(request: AnyRequest, back: Address = "/") -> Response[bytes] | Redirect:
    """The form; who is signed in already is led on."""
    if visitor_of(request) is not None:
        return _led_to(own_path(back))
    return _form(request, back=own_path(back))


@post("/sign-in", include_in_schema=False)
async def sign_in(request: AnyRequest) -> Response[bytes] | Redirect:
    """Begin a session under an id that nobody knew before, and lead to where the visitor wanted to go."""
    form = await form_of(request)
    login, password, back, token = (line(form, name) for name in ("login", "password", "next", FIELD))
    try:
        check_token(token, form_token_of(request) or "")
        account = await account_signing_in(login, password[:_LONGEST], at=now())
        begun = await sessions.begin(account, at=now())
    except (SignInRefusedError, TooManyTriesError, SessionsAwayError, StaleFormError) as error:
        return _form(request, back=own_path(back), login=login[:_LONGEST], error=error)
    await _end_session(request)
    cookies = [session_cookie(request, begun.id)]
    if account.language is not None:
        cookies.append(language_cookie(account.language))
    return _led_to("/account" if account.is_password_once else own_path(back), cookies)


@get("/sign-out", include_in_schema=False, guards=[signed_in])
async def sign_out_page(request: AnyRequest) -> Response[bytes]:
    """Ask before signing out: an address alone changes nothing."""
    return render(request, "sign_in/out.html")


@post("/sign-out", include_in_schema=False)
async def sign_out(request: AnyRequest) -> Response[bytes] | Redirect:
    """End the session here and in Redis."""
    await _end_session(request)
    return _led_to("/", ended_cookies())


def language_cookie(language: str) -> Cookie:
    """The cookie that keeps the reader's language."""
    return Cookie(COOKIE, value=language, max_age=_A_YEAR_SECONDS, httponly=True, samesite="lax")


async def _end_session(request: AnyRequest) -> None:
    session_id = session_id_of(request)
    if session_id is not None:
        await sessions.end(session_id)


def _form(
    request: AnyRequest, *, back: str, login: str = "", error: DomainError | None = None
) -> Response[bytes]:
    token = form_token_of(request) or secrets.token_urlsafe(32)
    problem = None if error is None else problem_of(error)
    shown: dict[str, Any] = {"csrf_token": token, "back": back, "login": login}
    shown["fault"] = say(problem.code, language_of(request), problem.facts) if problem else None
    page = render(request, "sign_in/page.html", status=problem.status if problem else 200, **shown)
    page.headers.update(_NO_STORE | dict(problem.headers if problem else {}))
    page.set_cookie(form_cookie(request, token))
    return page


def line(form: dict[str, list[str]], name: str) -> str:
    """The first text that the form sent under this name, else nothing."""
    return next(iter(form.get(name, ())), "")


def _led_to(path: str, cookies: list[Cookie] | None = None) -> Redirect:
    return Redirect(path, status_code=303, cookies=cookies, headers=_NO_STORE)


def on_sign_in_needed(request: AnyRequest, error: SignInNeededError) -> Response[Any]:
    """Lead a browser to the form and back; tell a program, or a script of ours, that it is signed out."""
    if not wants_page(request):
        return answer(request, problem_of(error))
    return _leading(request, f"/sign-in?next={quote(_back(request), safe='/')}")


def on_password_change_needed(request: AnyRequest, error: PasswordChangeNeededError) -> Response[Any]:
    """Lead whoever has a one-time password to where it is changed."""
    if not wants_page(request):
        return answer(request, problem_of(error))
    return _leading(request, "/account")


def _leading(request: AnyRequest, path: str) -> Response[Any]:
    if "hx-request" in request.headers:  # a piece of a page would be put where the piece belongs
        return Response(b"", status_code=HTTPStatus.OK, headers=_NO_STORE | {"hx-redirect": path})
    return _led_to(path)


def _back(request: AnyRequest) -> str:
    """Where to go on afterwards: this page, or the page whose form was sent."""
    if request.method == "GET":
        return own_address(request)
    if not is_from_our_pages(request.scope, request.headers):
        return "/"
    came_from = urlsplit(request.headers.get("referer", ""))
    return own_path(f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path)


SIGN_IN_EXCEPTIONS: ExceptionHandlersMap = {
    SignInNeededError: on_sign_in_needed,
    PasswordChangeNeededError: on_password_change_needed,
}
sign_in_handlers = [sign_in_page, sign_in, sign_out_page, sign_out]
