"""The public page of a badge that somebody was given: true of this very moment, for everybody to verify."""

import asyncio
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from thidua.accounts.permissions import Permission, carrying
from thidua.badges import by_hand, queries
from thidua.badges.actions import RULE
from thidua.badges.credentials.addresses import here
from thidua.badges.credentials.issuing import badge_of, issued, issuer_here
from thidua.badges.credentials.verify import verify
from thidua.badges.definitions import Badge
from thidua.badges.model import Award, AwardState
from thidua.badges.pictures.share import Shared, share
from thidua.infra.clock import now
from thidua.infra.database import Connection, connection, transaction
from thidua.kernel.errors import DomainError, InputError, NotFoundError
from thidua.kernel.period import local_day
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.directory import directory
from thidua.organisation.fields import as_id
from thidua.organisation.names import ShownName
from thidua.organisation.surroundings import path_of
from thidua.web.accounts import appointer_of
from thidua.web.badge_awarding import worded
from thidua.web.badge_shown import award_shown, badge_shown, receiver
from thidua.web.forms import form_of
from thidua.web.language import AnyRequest, Language, known, language_of
from thidua.web.organisation_scope import see_other
from thidua.web.pace import Pace
from thidua.web.pages import render
from thidua.web.subjects import name_of, shown_name
from thidua.web.visitors import Visitor, needs, visitor_let_in, visitor_of
from thidua.web.wording import say

_MAY_AWARD = [needs(Permission.AWARD_BADGES)]
# Drawing one takes a core for a tenth of a second; who shares asks for one.
_pace = Pace(count_max=60, within_seconds=60.0, at_once_max=1)


async def credential_page(
    request: AnyRequest, award_id: UUID, *, errors: dict[str, str] | None = None, status: int = 200
) -> Response[bytes]:
    """The award as it is now; it is read, and its credential verified, at each request."""
    language, at, visitor = language_of(request), now(), visitor_of(request)
    async with connection() as database:
        award = await queries.award(database, award_id)
        badge = badge_of(award)
        name = await name_of(database, award.subject, at=at)
        issuer = await issuer_here(database)
        unit = await _unit(database, award, language)
        may_revoke = await _may_revoke(database, visitor, award, at=at)
    page = render(
        request,
        "credentials/page.html",
        status=status,
        award=award_shown(award, language, at=at),
        badge=badge_shown(badge, language),
        who=receiver(award.subject, name, language),
        unit=unit,
        issuer=issuer,
        version=award.version,
        evidence=_evidence(award, name),
        is_mine=visitor is not None and visitor.person == award.subject,
        may_revoke=may_revoke,
        verdict=await _verdict(award, language, at=at),
        address=here().credential(award.id),
        as_of=at,
        errors=errors or {},
    )
    # Whoever keeps a page may show as valid what was revoked meanwhile.
    page.headers["cache-control"] = "no-store" if visitor is None else "private, no-store"
    return page


@get("/credentials/{name:str}/share.png", include_in_schema=False)
async def share_picture(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """The picture that is shown where somebody shares the page; it says what is true now."""
    language, at = known(request.query_params.get("lang")) or "vi", now()
    async with connection() as database:
        award = await queries.award(database, _id(name))
        badge = badge_of(award)
        shown = await name_of(database, award.subject, at=at)
        unit = await _unit(database, award, language)
    told = Shared(
        receiver=shown_name(shown, language),
        unit=unit["name"] if unit else "",
        earned_on=local_day(award.earned_at),
        address=here().credential(award.id),
    )
    async with _pace.keep(request):
        drawn = await asyncio.to_thread(_shared, badge, told, award, language, at)
    tag = f'"{sha256(drawn).hexdigest()[:24]}"'
    headers = {
        "etag": tag,
        "cache-control": "public, no-cache",
        "cross-origin-resource-policy": "cross-origin",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type="image/png")
    return Response(drawn, headers=headers, media_type="image/png")


@post("/credentials/{name:str}/revoke", include_in_schema=False, guards=_MAY_AWARD, status_code=303)
async def revoke_award(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """Take the award back, with a reason that everybody can read."""
    award, reason = _id(name), ((await form_of(request)).get("reason") or [""])[0]
    try:
        async with transaction() as database:
            by = appointer_of(visitor_let_in(request))
            await by_hand.take_back(database, award, reason=reason, by=by, at=now())
    except InputError as error:
        errors, _ = worded(error, language_of(request))
        return await credential_page(request, award, errors=errors, status=422)
    return see_other(f"/credentials/{award}")


def _id(name: str) -> UUID:
    """The award of the address; one written otherwise is not there."""
    found = as_id(name)
    if found is None or str(found) != name:
        raise NotFoundError
    return found


def _shared(badge: Badge, told: Shared, award: Award, language: Language, at: datetime) -> bytes:
    year = local_day(award.earned_at).year
    return share(badge, told, year=year, status=award.status(at), language=language)


async def _verdict(award: Award, language: Language, *, at: datetime) -> dict[str, Any]:
    """What anybody would find who verified the token that we hand out."""
    signed = await issued(award, at=at)
    verdict = await verify(signed.jwt.encode(), at=at)
    return {"outcome": verdict.outcome.value, "sentence": say(verdict.reason.value, language)}


async def _unit(database: Connection, award: Award, language: Language) -> dict[str, str] | None:
    """The unit where the receiver was at home when it was earned, as its own pages name it."""
    await directory().refresh(database)
    card = (await directory().load(database, [award.subject])).subject(award.subject)
    unit = None if card is None else card.unit_on(local_day(award.earned_at))
    if unit is None or award.subject_kind is SubjectKind.UNIT:
        return None
    path = await path_of(database, unit)
    if not path:
        return None
    place = path[-1]
    names = [one.name if language == "vi" else one.name_en for one in path[1:]] or [place.name]
    return {"name": ", ".join(reversed(names)), "code": place.code}


def _evidence(award: Award, name: ShownName) -> dict[str, Any]:
    """What it stands on; what a leader wrote may name the person, so under an alias it is kept back."""
    return {
        "is_counted": award.by == RULE and award.need > 0,
        "have": award.have,
        "need": award.need,
        "note": "" if name.is_alias else award.note,
        "is_kept_back": bool(award.note) and name.is_alias,
    }


async def _may_revoke(database: Connection, visitor: Visitor | None, award: Award, *, at: datetime) -> bool:
    if visitor is None or award.state is not AwardState.ACTIVE:
        return False
    if not carrying(visitor.grants, Permission.AWARD_BADGES):
        return False
    try:
        by = appointer_of(visitor)
        await by_hand.demand_over(database, award.subject, award.subject_kind, by=by, at=at)
    except DomainError:
        return False
    return True


credential_page_handlers = [share_picture, revoke_award]
