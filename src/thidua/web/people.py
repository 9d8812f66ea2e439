"""Pages of people and households: who they are, where they stand, why, and what would pay next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from thidua.accounts.model import Scope
from thidua.activities.personal import people_helped, waiting
from thidua.engine.caps import outlook
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.infra.settings import settings
from thidua.kernel.errors import NotFoundError
from thidua.kernel.period import PeriodKind, local_day, period_of
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.directory import directory
from thidua.organisation.surroundings import Place, path_of
from thidua.organisation.teammates import teams_now, true_names
from thidua.web.badge_parts import badges_of
from thidua.web.book import BookAsked, book
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.outlook import outlook_shown
from thidua.web.pages import render
from thidua.web.shown import period_shown, totals_shown
from thidua.web.standings import Rank, rank_of
from thidua.web.subjects import Subject, shown_name, subject_of
from thidua.web.tokens import caller_behind
from thidua.web.units import place_shown
from thidua.web.visitors import sees_entries, visitor_of

_KINDS = frozenset({SubjectKind.PERSON, SubjectKind.HOUSEHOLD})
_RANKED_WITHIN = ("commune", "province")
PERIOD_DEFAULT = "all"
Cursor = Annotated[str | None, QueryParameter(max_length=1000)]
Name = Annotated[str, QueryParameter(max_length=40)]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What this reader may see: the book; if trusted the true name and what waits; if own, advice."""

    book: bool
    is_trusted: bool
    is_own: bool


@get("/people/{subject:uuid}", include_in_schema=False)
async def person_page(
    request: AnyRequest, subject: FromPath[UUID], cursor: Cursor = None, period: Name = PERIOD_DEFAULT
) -> Response[bytes]:
    """One person: what they have and, to whoever may see it, why."""
    language, at = language_of(request), now()
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        found = await subject_of(database, subject, at=at)
        if found.name.kind not in _KINDS:
            raise NotFoundError
        seen = await _seen(request, database, found)
        context = await _figures(database, found, at, language) | await _who(database, found, seen, language)
        path = await _path(database, subject, at)
        context["badges"] = await badges_of(
            database, subject, language, at=at, with_open=seen.is_own, with_team=True
        )
        if seen.book:
            asked = BookAsked(
                subject=subject,
                period=period or PERIOD_DEFAULT,
                cursor=cursor,
                is_trusted=seen.is_trusted,
                language=language,
                at=at,
            )
            context |= {"book": await book(database, asked), "here": f"/people/{subject}"}
            context |= outlook_shown(await outlook(database, subject, at=at), language)
            context["teams"] = await teams_now(database, subject, local_day(at))
    context["ranks"] = await ranks(subject, "people-total", path, at, language)
    context["within"] = [place_shown(one, language) for one in path]
    return render(request, "people/page.html", seen=seen, **context)


async def may_read_all(request: AnyRequest) -> bool:
    """Whether the request carries a token that may read anybody's entries."""
    caller = await caller_behind(request)
    return caller is not None and caller.may(Scope.BOARDS_READ)


async def ranks(subject: UUID, slug: str, path: list[Place], at: datetime, language: Language) -> list[Rank]:
    """Where the subject stands this quarter in its commune and its province."""
    quarter = period_of(PeriodKind.QUARTER, local_day(at)).name
    places = [one for one in reversed(path) if one.kind in _RANKED_WITHIN]
    found = [
        await rank_of(subject, slug, period=quarter, within=one, kind=None, language=language)
        for one in places
    ]
    return [one for one in found if one is not None]


async def _seen(request: AnyRequest, database: Connection, found: Subject) -> _Seen:
    visitor = visitor_of(request)
    is_trusted = await may_read_all(request) or await sees_entries(database, visitor, found.id)
    # Under an alias entries name nobody. Whoever shows a name has not thereby opened the whole book.
    is_open = is_trusted or (settings().public_entries and found.name.is_alias)
    return _Seen(is_open, is_trusted, visitor is not None and visitor.person == found.id)


async def _path(database: Connection, subject: UUID, at: datetime) -> list[Place]:
    """The units the subject's home lies in, from the country down; none for who has no home now."""
    await directory().refresh(database)
    card = (await directory().load(database, [subject])).subject(subject)
    home = None if card is None else card.unit_on(local_day(at))
    return [] if home is None else await path_of(database, home)


async def _who(database: Connection, found: Subject, seen: _Seen, language: Language) -> dict[str, Any]:
    names = await true_names(database, [found.id]) if seen.is_trusted and found.name.is_alias else {}
    return {
        "id": str(found.id),
        "name": names.get(found.id) or shown_name(found.name, language),
        "alias": shown_name(found.name, language) if found.name.is_alias else None,
        "is_named": found.id in names or not found.name.is_alias,
        "is_household": found.name.kind is SubjectKind.HOUSEHOLD,
        "waiting": await waiting(database, found.id) if seen.is_trusted else 0,
    }


async def _figures(database: Connection, found: Subject, at: datetime, language: Language) -> dict[str, Any]:
    quarter = period_of(PeriodKind.QUARTER, local_day(at))
    assert quarter.starts_at is not None, "a quarter has both ends"
    assert quarter.ends_at is not None, "a quarter has both ends"
    points = {total.period.kind: total.points for total in found.totals}
    return {
        "quarter": period_shown(quarter, language),
        "quarter_name": quarter.name,
        "points": points[PeriodKind.QUARTER],
        "year_points": points[PeriodKind.YEAR],
        "helped": await people_helped(
            database, found.id, starts_at=quarter.starts_at, ends_at=quarter.ends_at
        ),
        "totals": totals_shown(found.totals, language),
    }


people_handlers = [person_page]
