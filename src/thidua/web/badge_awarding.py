"""The page on which leaders and organisers give a badge by hand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from litestar import Response, get, post

from thidua.accounts.permissions import Permission
from thidua.badges import by_hand
from thidua.badges.by_hand import Gift
from thidua.badges.catalogue import catalogue
from thidua.badges.definitions import Badge
from thidua.badges.model import BadgeState
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import BusyError, DomainError, FieldError, InputError, NotFoundError
from thidua.kernel.period import local_day, midnight_of
from thidua.organisation.fields import as_id
from thidua.organisation.finding import Within, subjects_named
from thidua.web.accounts import appointer_of
from thidua.web.badge_shown import badge_shown
from thidua.web.catalogue import translate
from thidua.web.forms import form_of
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.organisation_forms import Typed, typed_day
from thidua.web.organisation_scope import see_other
from thidua.web.pages import render
from thidua.web.visitors import Visitor, needs, scope_of, teams_of, visitor_let_in
from thidua.web.wording import say

MAY_AWARD = [needs(Permission.AWARD_BADGES)]
_FOUND_MAX = 20
_WORDS_MAX = 100
_LABELS = {
    "subject": "Người nhận",
    "note": "Lý do",
    "earned_on": "Ngày đạt",
    "reason": "Lý do",
}


@get("/badges/award", include_in_schema=False, guards=MAY_AWARD)
async def award_page(request: AnyRequest) -> Response[bytes]:
    """Choose a badge, find who shall have it, say why."""
    told = request.query_params
    return await _award(request, told.get("badge", ""), told.get("q", ""))


@post("/badges/award", include_in_schema=False, guards=MAY_AWARD, status_code=303)
async def award_badge(request: AnyRequest) -> Response[Any]:
    """Give the badge and lead to its page, or say what is wrong."""
    typed, at, visitor = Typed(await form_of(request)), now(), visitor_let_in(request)
    badge, language = badge_named(typed.line("badge")), language_of(request)
    try:
        gift = _gift(badge, typed, at)
        async with transaction() as database:
            award = await by_hand.give(database, gift, by=appointer_of(visitor), at=at)
    except (NotFoundError, BusyError):
        raise
    except DomainError as error:
        errors, refused = worded(error, language)
        return await _award(
            request, badge.slug, typed.line("q"), status=422, typed=typed, errors=errors, refused=refused
        )
    return see_other(f"/credentials/{award.id}")


def _gift(badge: Badge, typed: Typed, at: datetime) -> Gift:
    subject = as_id(typed.line("subject"))
    if subject is None:
        raise InputError([FieldError("subject", "nothing_chosen")])
    day = typed_day(typed, "earned_on") if typed.maybe("earned_on") else local_day(at)
    noon = midnight_of(day) + timedelta(hours=12)
    return Gift(
        badge=badge,
        subject=subject,
        note=typed.line("note"),
        earned_at=at if day == local_day(at) else noon,
        festival=typed.maybe("festival"),
    )


def badge_named(slug: str) -> Badge:
    """The badge that a form names."""
    found = catalogue().badges.get(slug)
    if found is None:
        raise NotFoundError
    return found


def worded(error: DomainError, language: Language) -> tuple[dict[str, str], str | None]:
    """The first fault of each field, or what stands against it altogether."""
    if not isinstance(error, InputError):
        return {}, say(error.code, language, error.facts)
    found: dict[str, str] = {}
    for one in error.errors:
        code = {"missing_field": "empty"}.get(one.code, one.code)
        facts = {"field": _label(one.field, language), **(one.facts or {})}
        found.setdefault(one.field, say(code, language, facts))
    return found, None


def _label(field: str, language: Language) -> str:
    return translate(_LABELS.get(field, field), language)


async def _award(  # noqa: PLR0913 -- the page and what came of a form
    request: AnyRequest,
    slug: str,
    q: str,
    *,
    status: int = 200,
    typed: Typed | None = None,
    errors: Mapping[str, str] | None = None,
    refused: str | None = None,
) -> Response[bytes]:
    visitor, language, at = visitor_let_in(request), language_of(request), now()
    badge, q = catalogue().badges.get(slug), q.strip()[:_WORDS_MAX]
    async with transaction(readonly=True) as database:
        found = await _found(database, visitor, badge, q, language, at=at) if badge and q else []
    return render(
        request,
        "badges/award.html",
        status=status,
        offered=offered_badges(language),
        badge=badge_shown(badge, language) if badge else None,
        q=q,
        found=found,
        typed=typed or Typed({}),
        errors=errors or {},
        refused=refused,
    )


def offered_badges(language: Language) -> list[dict[str, Any]]:
    """The badges that can be given at present."""
    active = [one for one in catalogue().badges.values() if one.state is BadgeState.ACTIVE]
    return [badge_shown(one, language) for one in active]


async def _found(
    database: Connection, visitor: Visitor, badge: Badge, q: str, language: Language, *, at: datetime
) -> list[dict[str, Any]]:
    """Whom the words may mean, among those to whom the visitor may give the badge."""
    within = Within(
        units=await scope_of(database, visitor, Permission.AWARD_BADGES),
        teams=teams_of(visitor, Permission.AWARD_BADGES),
    )
    found = await subjects_named(database, q, within, at=at, count_max=_FOUND_MAX)
    return [
        {"id": str(one.id), "name": one.name, "unit": one.unit_vi if language == "vi" else one.unit_en}
        for one in found
        if one.kind is badge.subject
    ]


badge_awarding_handlers = [award_page, award_badge]
