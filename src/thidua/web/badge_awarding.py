"""The page on which leaders and organisers give a badge by hand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from litestar import Response, get, post

from thidua.accounts.permissions import Permission
from thidua.badges import by_hand, queries
from thidua.badges.by_hand import Gift
from thidua.badges.catalogue import catalogue
from thidua.badges.definitions import Badge
from thidua.badges.given_lists import lists_lately
from thidua.badges.model import BadgeState, Window
from thidua.badges.progress import FESTIVAL
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import BusyError, DomainError, FieldError, InputError, NotFoundError
from thidua.kernel.period import local_day, midnight_of
from thidua.organisation.fields import as_id
from thidua.organisation.finding import Found, Within, subjects_named
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
_FESTIVALS_SINCE = timedelta(days=366)
_AWARDS_READ_MAX = 200
_LABELS = {
    "subject": "Người nhận",
    "who": "Mã",
    "name": "Họ tên hoặc Mã",
    "born_on": "Ngày sinh",
    "note": "Lý do",
    "earned_on": "Ngày đạt",
    "festival": "Ngày hội",
    "reason": "Lý do",
}
# Words for programs that people should not read in a form or a list.
_FOR_PEOPLE = {"missing_field": "empty", "not_a_date": "not_a_typed_date"}


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
        found.setdefault(one.field, fault_said(one, language))
    return found, None


def fault_said(fault: FieldError, language: Language) -> str:
    """What is wrong, the field being called as its form or column is."""
    label = translate(_LABELS.get(fault.field, fault.field), language)
    code = _FOR_PEOPLE.get(fault.code, fault.code)
    return say(code, language, {"field": label, **(fault.facts or {})})


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
        found, own = await _found(database, visitor, badge, q, at=at) if badge and q else ([], [])
        festivals = await _festivals(database, badge, at=at)
        lists = await _lists_shown(database, visitor, language, at=at)
    return render(
        request,
        "badges/award.html",
        status=status,
        offered=offered_badges(language),
        badge=badge_shown(badge, language) if badge else None,
        q=q,
        found=[_found_shown(one, language) for one in found],
        own=[one.name for one in own],
        festivals=festivals,
        lists=lists,
        typed=typed or Typed({}),
        errors=errors or {},
        refused=refused,
    )


def offered_badges(language: Language) -> list[dict[str, Any]]:
    """The badges that can be given at present."""
    active = [one for one in catalogue().badges.values() if one.state is BadgeState.ACTIVE]
    return [badge_shown(one, language) for one in active]


async def _found(
    database: Connection, visitor: Visitor, badge: Badge, q: str, *, at: datetime
) -> tuple[list[Found], list[Found]]:
    """Whom the words may mean: those to whom the visitor may give the badge, and those who are their own."""
    within = Within(
        units=await scope_of(database, visitor, Permission.AWARD_BADGES),
        teams=teams_of(visitor, Permission.AWARD_BADGES),
    )
    found = await subjects_named(database, q, within, at=at, count_max=_FOUND_MAX)
    meant = {one.id: one for one in found if one.kind is badge.subject}
    own = await by_hand.own_among(database, meant, badge.subject, by=appointer_of(visitor), at=at)
    return [meant[one] for one in meant if one not in own], [meant[one] for one in meant if one in own]


def _found_shown(one: Found, language: Language) -> dict[str, Any]:
    return {"id": str(one.id), "name": one.name, "unit": one.unit_vi if language == "vi" else one.unit_en}


async def _festivals(database: Connection, badge: Badge | None, *, at: datetime) -> list[str]:
    """The short names of festivals of the last year for which badges were given."""
    if badge is None or badge.window is not Window.FESTIVAL:
        return []
    slugs = [one.slug for one in catalogue().badges.values() if one.window is Window.FESTIVAL]
    since = at - _FESTIVALS_SINCE
    found = await queries.windows_lately(database, slugs, since=since, count_max=_AWARDS_READ_MAX)
    return [one.removeprefix(FESTIVAL) for one in found]


async def _lists_shown(
    database: Connection, visitor: Visitor, language: Language, *, at: datetime
) -> list[dict[str, Any]]:
    """The lists given lately; those whose badge's folder is gone have no page."""
    known = catalogue().badges
    return [
        {
            "href": f"/badges/award/lists/{one.batch}",
            "name": known[one.badge].names[language],
            "given_at": one.given_at,
            "given": one.given,
            "active": one.active,
        }
        for one in await lists_lately(database, by=appointer_of(visitor), at=at)
        if one.badge in known
    ]


badge_awarding_handlers = [award_page, award_badge]
