"""Codes for people who were helped and have no account: made by who reports, answered on another phone."""

import hashlib
import io
from typing import Annotated, Any
from uuid import UUID

import segno
from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from markupsafe import Markup

from thidua.accounts.actions import signing_secret
from thidua.accounts.tries import count_try
from thidua.activities import codes
from thidua.activities.catalogue import Step
from thidua.activities.codes import Code, spelled
from thidua.activities.queries import acts_of_many, by_id
from thidua.engine.confirm import NotIndependentError, confirm, refuse, standings
from thidua.engine.separation import Confirmer, partiality
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.infra.settings import settings
from thidua.kernel.errors import DomainError, NotFoundError
from thidua.organisation.finding import true_names
from thidua.web.addresses import address_behind
from thidua.web.claims_shown import activity_shown, waits_for_helped
from thidua.web.language import AnyRequest, language_of
from thidua.web.organisation_forms import typed_of
from thidua.web.origins import is_encrypted
from thidua.web.own_activities import confirmer_of
from thidua.web.pages import render
from thidua.web.visitors import signed_in, visitor_let_in, visitor_of
from thidua.web.wording import say

_GONE = 410
_QUIET_ZONE = 4
Letters = Annotated[str, QueryParameter(max_length=40)]


@post("/activities/{activity:uuid}/code", include_in_schema=False, guards=[signed_in], status_code=200)
async def make_code(request: AnyRequest, activity: FromPath[UUID]) -> Response[bytes]:
    """Make a code for somebody helped, and show it this once: as letters, as an address, as a picture."""
    visitor, at = visitor_let_in(request), now()
    async with transaction() as database:
        found = (await by_id(database, [activity])).get(activity)
        acts = (await acts_of_many(database, [activity])).get(activity, ())
        if found is None or found.source != visitor.source or not waits_for_helped(found, acts):
            raise NotFoundError(activity=activity)
        device, _ = await _traces(database, request)
        word = await codes.make_code(database, found, by=visitor.account, device=device, at=at)
    address = f"{_origin(request)}/c/{word}"
    shown = f"{word[:5]}-{word[5:]}"
    picture = _picture(address)
    return render(
        request, "helped/code.html", activity=activity, word=shown, address=address, picture=picture
    )


@get("/c", include_in_schema=False)
async def code_page(request: AnyRequest, code: Letters = "") -> Response[Any]:
    """Where a code that was read aloud is typed in."""
    if spelled(code):
        return Redirect(f"/c/{spelled(code)}", status_code=303)
    return render(request, "helped/type.html", refused=None)


@get("/c/{word:str}", include_in_schema=False)
async def answer_page(request: AnyRequest, word: FromPath[str]) -> Response[bytes]:
    """What somebody says to have done for whoever holds the code; looking at it changes nothing."""
    return await _answer(request, word)


@post("/c/{word:str}", include_in_schema=False)
async def answer_by_code(request: AnyRequest, word: FromPath[str]) -> Response[bytes]:
    """Say that one was helped, or that one was not; the code is then used up."""
    typed, at = await typed_of(request), now()
    if typed.line("do") not in {"yes", "no"}:
        return await _answer(request, word, status=422, refused="nothing_picked")
    code = await _code(request, word)
    if code is None:
        return _gone(request)
    try:
        async with transaction() as database:
            device, place = await _traces(database, request)
            await codes.refuse_misuse(database, code, device=device, place=place, at=at)
            await _refuse_partial(database, request, code)
        who = Confirmer(code.id, is_code=True)
        if typed.line("do") == "yes":
            await confirm(code.activity, who=who, at=at, step=Step.COUNTERPARTY)
        else:
            await refuse(code.activity, who=who, reason=say("not_so", language_of(request)), at=at)
        async with transaction() as database:
            await codes.use_up(database, code, place=place, at=at)
    except DomainError as error:
        return await _answer(request, word, status=409, refused=error.code, facts=error.facts)
    return render(request, "helped/done.html", said=typed.line("do"))


async def _answer(
    request: AnyRequest,
    word: str,
    *,
    status: int = 200,
    refused: str | None = None,
    facts: dict[str, object] | None = None,
) -> Response[bytes]:
    code, language, at = await _code(request, word), language_of(request), now()
    if code is None:
        return _gone(request)
    async with transaction(readonly=True) as database:
        found = (await by_id(database, [code.activity]))[code.activity]
        names = await true_names(database, {found.actor, found.unit}, at=at)
    shown = activity_shown(found, (), names, language) | {"helped": [], "evidence": []}
    why = say(refused, language, facts) if refused else None
    page = render(request, "helped/answer.html", status=status, one=shown, word=word, refused=why)
    page.headers["cache-control"] = "private, no-store"
    return page


async def _code(request: AnyRequest, word: str) -> Code | None:
    """The code, if it is good; who tries many that are not is told to wait."""
    async with transaction(readonly=True) as database:
        found = await codes.code_behind(database, word, at=now())
    if found is None:
        await count_try(f"code {address_behind(request)}", at=now())
    return found


async def _refuse_partial(database: Connection, request: AnyRequest, code: Code) -> None:
    """Who is signed in here may not be who reported it or gains by it."""
    visitor = visitor_of(request)
    if visitor is None:
        return
    who = await confirmer_of(database, visitor)
    found = list((await by_id(database, [code.activity])).values())
    known = await standings(database, found, who)
    if any(partiality(who, one, known[one.id]) for one in found):
        raise NotIndependentError


async def _traces(database: Connection, request: AnyRequest) -> tuple[bytes, bytes | None]:
    """Hashes of the device and of the place a request comes from, that nobody can turn back."""
    secret = await signing_secret(database, "devices", at=now())
    address, agent = address_behind(request), request.headers.get("user-agent", "")
    device = hashlib.blake2b(f"{address}|{agent}".encode(), key=secret[:32], digest_size=16).digest()
    if address is None:
        return device, None
    return device, hashlib.blake2b(address.encode(), key=secret[:32], digest_size=16).digest()


def _gone(request: AnyRequest) -> Response[bytes]:
    return render(
        request, "helped/type.html", status=_GONE, refused=say("code_unknown", language_of(request))
    )


def _origin(request: AnyRequest) -> str:
    if settings().public_url is not None:
        return str(settings().public_url)
    scheme = "https" if is_encrypted(request.scope, request.headers) else "http"
    return f"{scheme}://{request.headers.get('host', '')}"


def _picture(address: str) -> Markup:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, border=_QUIET_ZONE, dark="#06214d", omitsize=True
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 -- drawn by segno: paths, and none of the text


helped_handlers = [make_code, code_page, answer_page, answer_by_code]
