"""Credentials as files, the lists that say which are revoked, and the keys: what verifiers anywhere read."""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from thidua.badges import queries
from thidua.badges.baking import bake_png, bake_svg
from thidua.badges.credentials.addresses import here
from thidua.badges.credentials.certificate import Certified, certificate
from thidua.badges.credentials.did import did_document, jwks
from thidua.badges.credentials.issuing import Signed, badge_of, collective_name, issued, issuer_here
from thidua.badges.credentials.keys import issuer_keys
from thidua.badges.credentials.published_lists import signed_list
from thidua.badges.model import Award
from thidua.badges.pictures import picture
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.infra.settings import settings
from thidua.kernel.errors import NotFoundError
from thidua.kernel.period import local_day
from thidua.organisation.fields import as_id
from thidua.web.credential_pages import credential_page
from thidua.web.language import AnyRequest
from thidua.web.pace import Pace

VC, VC_JWT, VC_LD = "application/vc", "application/vc+jwt", "application/ld+json"
_DID, _JWKS = "application/did+json", "application/jwk-set+json"
# A certificate takes a core for a tenth of a second; a class prints its own at the same time.
_pace = Pace(count_max=120, within_seconds=60.0, at_once_max=1)
# Verifiers run in pages of others; what stands here is asked for again each time, for it may be revoked.
_OPEN = {
    "access-control-allow-origin": "*",
    "cache-control": "public, no-cache",
    "cross-origin-resource-policy": "cross-origin",
}


@get("/credentials/{name:str}", include_in_schema=False)
async def credential(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """The page of a credential, or the credential as the file that a name's ending or a verifier asks for."""
    text, _, ending = name.partition(".")
    found = as_id(text)
    if found is None or ending not in _FORMS or name != f"{found}{'.' if ending else ''}{ending}":
        raise NotFoundError
    return await _FORMS[ending](request, found)


@get("/status-lists/{number:int}", include_in_schema=False)
async def status_list(request: AnyRequest, number: FromPath[int]) -> Response[bytes]:
    """Which credentials of a list are revoked now, as a token or with an embedded proof."""
    found = await signed_list(number, at=now())
    if _wants_token(request):
        return _file(request, found.jwt, VC_JWT, f"{found.tag}-jwt", vary="Accept")
    return _file(request, found.json, _json_type(request), found.tag, vary="Accept")


@get("/.well-known/did.json", include_in_schema=False)
async def own_did(request: AnyRequest) -> Response[bytes]:
    """The issuer's keys, those of earlier years too."""
    return _document(request, did_document(here().did, issuer_keys(settings().data_dir)), _DID)


@get("/.well-known/jwks.json", include_in_schema=False)
async def own_jwks(request: AnyRequest) -> Response[bytes]:
    """The same keys for readers of tokens."""
    return _document(request, jwks(here().did, issuer_keys(settings().data_dir)), _JWKS)


async def _page(request: AnyRequest, award: UUID) -> Response[Any]:
    """What a credential's id leads to: a page for people, the credential for programs that ask for one."""
    accept = request.headers.get("accept", "")
    if "text/html" not in accept and any(one in accept for one in (VC, VC_LD, "application/json")):
        return await (_jwt if _wants_token(request) else _json)(request, award)
    return await credential_page(request, award)


async def _json(request: AnyRequest, award: UUID) -> Response[bytes]:
    _, signed = await _issued(award)
    return _file(request, signed.json.encode(), _json_type(request), _tag(signed.json), vary="Accept")


async def _jwt(request: AnyRequest, award: UUID) -> Response[bytes]:
    _, signed = await _issued(award)
    return _file(request, signed.jwt.encode(), VC_JWT, _tag(signed.jwt))


async def _png(request: AnyRequest, award_id: UUID) -> Response[bytes]:
    """The picture as it looks today, the credential in it."""
    award, signed = await _issued(award_id)
    drawn = await asyncio.to_thread(picture.png, **_look(request, award))
    return _file(request, bake_png(drawn, signed.json), "image/png", _tag(f"{signed.json}{len(drawn)}"))


async def _svg(request: AnyRequest, award_id: UUID) -> Response[bytes]:
    award, signed = await _issued(award_id)
    drawn = await asyncio.to_thread(picture.svg, **_look(request, award))
    return _file(request, bake_svg(drawn, signed.json).encode(), "image/svg+xml", _tag(signed.json + drawn))


async def _pdf(request: AnyRequest, award_id: UUID) -> Response[bytes]:
    """The certificate; the signed JSON is attached to it."""
    award, signed = await _issued(award_id)
    async with connection() as database:
        issuer = await issuer_here(database)
        holder = await collective_name(database, award)
    look, at = _look(request, award), now()
    told = Certified(
        issuer=issuer.name,
        holder=holder,
        address=here().credential(award.id),
        picture=await asyncio.to_thread(picture.svg, **look),
        credential=signed.json,
    )
    async with _pace.keep(request):
        content = await asyncio.to_thread(certificate, award, look["badge"], told, at=at)
    answer = _file(request, content, "application/pdf", _tag(f"{signed.json}{look['status']}{local_day(at)}"))
    answer.headers["content-disposition"] = f'attachment; filename="{award.badge}.pdf"'
    return answer


def _look(request: AnyRequest, award: Award) -> dict[str, Any]:
    """What the picture of an award depends on; its words are Vietnamese unless the address says `lang=en`."""
    language = "en" if request.query_params.get("lang") == "en" else "vi"
    year, status = local_day(award.earned_at).year, award.status(now())
    return {"badge": badge_of(award), "year": year, "status": status, "language": language}


async def _issued(award_id: UUID) -> tuple[Award, Signed]:
    async with connection() as database:
        award = await queries.award(database, award_id)
    return award, await issued(award, at=now())


def _document(request: AnyRequest, told: object, media_type: str) -> Response[bytes]:
    content = msgspec.json.encode(told)
    return _file(request, content, media_type, _tag(content.decode()))


def _file(
    request: AnyRequest, content: bytes, media_type: str, tag: str, *, vary: str | None = None
) -> Response[bytes]:
    headers = {**_OPEN, "etag": f'"{tag}"', **({} if vary is None else {"vary": vary})}
    if f'"{tag}"' in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    return Response(content, headers=headers, media_type=media_type)


def _tag(content: str) -> str:
    return sha256(content.encode()).hexdigest()[:24]


def _wants_token(request: AnyRequest) -> bool:
    """Whether a token is asked for by name, and the other form is not asked for before it."""
    accept = request.headers.get("accept", "").lower()
    token = accept.find(VC_JWT)
    others = [found for one in (VC_LD, "application/json") if (found := accept.find(one)) >= 0]
    plain = accept.replace(VC_JWT, "").find(VC)
    others += [plain] if plain >= 0 else []
    return token >= 0 and all(token < one for one in others)


def _json_type(request: AnyRequest) -> str:
    return VC_LD if VC_LD in request.headers.get("accept", "") else VC


_FORMS: dict[str, Callable[[AnyRequest, UUID], Awaitable[Response[Any]]]] = {
    "": _page,
    "json": _json,
    "jwt": _jwt,
    "png": _png,
    "svg": _svg,
    "pdf": _pdf,
}

credential_handlers = [credential, status_list, own_did, own_jwks]
