"""Pages of badges: all there are, each by itself, and one's own backpack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from thidua.accounts.permissions import Permission
from thidua.badges import queries
from thidua.badges.catalogue import catalogue
from thidua.badges.definitions import Badge
from thidua.badges.model import Award, AwardState, BadgeState, Family, Status, Window
from thidua.badges.outlook import is_of_now, progress_of
from thidua.badges.queries import Place
from thidua.badges.texts import lead
from thidua.infra.clock import now
from thidua.infra.database import Connection, connection
from thidua.kernel.errors import NotFoundError
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.vietnamese import fold
from thidua.web import paging
from thidua.web.badge_parts import badges_of
from thidua.web.badge_pictures import badge_picture
from thidua.web.badge_shown import award_shown, badge_shown, receivers
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.organisation_scope import Cursor
from thidua.web.pages import render
from thidua.web.visitors import signed_in, visitor_let_in, visitor_of

_FILTER_CHARACTERS_MAX = 100
_HOLDERS_A_PAGE = 50
_MINE, _OPEN = "mine", "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the address of the gallery asks for; a word that we do not know asks for nothing."""

    q: str = ""
    family: str = ""
    who: str = ""
    state: str = ""

    @classmethod
    def of(cls, told: Mapping[str, str]) -> "Filters":
        """The filters that an address tells of."""
        known = {
            "family": {one.value for one in Family},
            "who": {one.word for one in SubjectKind},
            "state": {one.value for one in BadgeState} | {_MINE, _OPEN},
        }
        chosen = {name: told[name] for name, words in known.items() if told.get(name) in words}
        return cls(q=told.get("q", "").strip()[:_FILTER_CHARACTERS_MAX], **chosen)

    @property
    def are_set(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()

    def leave(self, badge: Badge, mine: "_Mine") -> bool:
        """Whether the badge is asked for: words begin so, with accents or without, in either language."""
        words = fold(" ".join([*badge.names.values(), *map(lead, badge.criteria.values())])).split()
        return (
            all(any(one.startswith(typed) for one in words) for typed in fold(self.q).split())
            and self.family in {"", badge.family.value}
            and self.who in {"", badge.subject.word}
            and (self.state in {"", badge.state.value} or mine.says(self.state, badge.slug))
        )


@dataclass(frozen=True, slots=True)
class _Mine:
    """What the reader has or had, and how far they are with the rest; nothing for who is not signed in."""

    awards: Mapping[str, Award]
    revoked: Mapping[str, Award]  # the last of each badge of which nothing is left
    progress: Mapping[str, tuple[int, int]]

    def says(self, state: str, slug: str) -> bool:
        """Whether the badge is one of mine, or one still to be earned."""
        return (state == _MINE and slug in self.awards) or (state == _OPEN and slug in self.progress)


@get("/badges", include_in_schema=False)
async def gallery_page(request: AnyRequest) -> Response[bytes]:
    """Every badge by family, series and level; to who is signed in also how far they are."""
    language, at = language_of(request), now()
    filters = Filters.of(request.query_params)
    async with connection() as database:
        mine = await _mine(request, database, at)
    found = [one for one in catalogue().badges.values() if filters.leave(one, mine)]
    shown = [_in_gallery(one, mine, language, at) for one in found]
    return render(
        request,
        "badges/list.html",
        filters=filters,
        count=len(found),
        families=[
            (family.value, those)
            for family in Family
            if (those := [one for one in shown if one["family"] == family.value])
        ],
    )


@get("/badges/{name:str}", include_in_schema=False)
async def badge_page(request: AnyRequest, name: FromPath[str], cursor: Cursor = None) -> Response[bytes]:
    """One badge: what earns it, who has it; or its picture, where an ending asks for one."""
    if "." in name:
        return await badge_picture(request, name)
    badge = catalogue().badges.get(name)
    if badge is None:
        raise NotFoundError
    language, at, visitor = language_of(request), now(), visitor_of(request)
    async with connection() as database:
        mine = await _mine(request, database, at)
        held = await queries.count_held(database, badge.slug, at=at)
        found = await queries.holders(database, badge.slug, _HOLDERS_A_PAGE + 1, _place(badge, cursor))
        awards = found[:_HOLDERS_A_PAGE]
        names = await receivers(database, awards, language, at=at)
    return render(
        request,
        "badges/page.html",
        badge=_in_gallery(badge, mine, language, at),
        series=_series(badge, language),
        held=held,
        holders=_holders(awards, names, language, at),
        next=_cursor(badge, awards[-1]) if len(found) > len(awards) else None,
        is_first=cursor is None,
        may_award=visitor is not None and visitor.can(Permission.AWARD_BADGES),
    )


@get("/backpack", include_in_schema=False, guards=[signed_in])
async def backpack_page(request: AnyRequest) -> Response[bytes]:
    """What the visitor has earned, took part in, and can still earn."""
    language, at, person = language_of(request), now(), visitor_let_in(request).person
    earned: dict[str, Any] = {"awards": [], "took_part": [], "open": []}
    if person is not None:
        async with connection() as database:
            earned = await badges_of(database, person, language, at=at, with_open=True, with_team=True)
    return render(request, "badges/backpack.html", badges=earned)


async def _mine(request: AnyRequest, database: Connection, at: datetime) -> _Mine:
    visitor = visitor_of(request)
    if visitor is None or visitor.person is None:
        return _Mine({}, {}, {})
    awards = await queries.awards_of(database, visitor.person)
    held = {one.badge: one for one in reversed(awards) if one.state is AwardState.ACTIVE}
    revoked = {one.badge: one for one in reversed(awards) if one.badge not in held}
    found = await progress_of(database, visitor.person, at)
    progress = {badge.slug: (min(told.have, told.need), told.need) for badge, told in found}
    return _Mine(held, revoked, progress)


def _in_gallery(badge: Badge, mine: _Mine, language: Language, at: datetime) -> dict[str, Any]:
    award, revoked = mine.awards.get(badge.slug), mine.revoked.get(badge.slug)
    return badge_shown(badge, language) | {
        "progress": mine.progress.get(badge.slug),
        "award": None if award is None else award_shown(award, language, at=at),
        "revoked": None if revoked is None else award_shown(revoked, language, at=at),
        "is_again_later": award is not None and _is_again_later(badge, award, at),
    }


def _is_again_later(badge: Badge, award: Award, at: datetime) -> bool:
    """Whether who has the award can earn the badge once more, but only in a span to come."""
    is_given = badge.state is BadgeState.ACTIVE and badge.window is not Window.EVER
    return is_given and is_of_now(badge, award, at)


def _purpose(badge: Badge) -> str:
    return f"holders {badge.slug}"


def _place(badge: Badge, cursor: str | None) -> Place | None:
    """The award that the page of holders begins after."""
    if cursor is None:
        return None
    earned_at, award = paging.decode(_purpose(badge), cursor)
    return Place(datetime.fromisoformat(str(earned_at)), UUID(str(award)))


def _cursor(badge: Badge, award: Award) -> str:
    return paging.encode(_purpose(badge), award.earned_at.isoformat(), str(award.id))


def _series(badge: Badge, language: Language) -> list[dict[str, Any]]:
    """The levels of its series, itself among them; none for a lone badge."""
    return [badge_shown(one, language) for one in catalogue().series(badge.series)] if badge.series else []


def _holders(
    awards: Sequence[Award], names: Mapping[UUID, dict[str, Any]], language: Language, at: datetime
) -> list[dict[str, Any]]:
    return [
        {"who": names[one.subject], "award": award_shown(one, language, at=at)}
        for one in awards
        if one.subject in names and one.status(at) is not Status.REVOKED
    ]


badge_handlers = [gallery_page, badge_page, backpack_page]
