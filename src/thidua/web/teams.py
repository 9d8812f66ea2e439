"""Pages of teams: members, where the team stands, its weeks, and what was paid to the team itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from thidua.accounts.permissions import Permission
from thidua.infra.clock import now
from thidua.infra.database import Connection, transaction
from thidua.infra.settings import settings
from thidua.kernel.errors import NotFoundError
from thidua.kernel.period import Period, PeriodKind, local_day, period_of
from thidua.kernel.subjects import SubjectKind
from thidua.ledger.earned import earned_in_team
from thidua.ledger.shown import Earned
from thidua.ledger.weeks import weeks_up_to, whole_by_week
from thidua.organisation.directory import directory
from thidua.organisation.names import shown_names
from thidua.organisation.surroundings import path_of
from thidua.organisation.teammates import members_now, true_names
from thidua.web.badge_parts import badges_of
from thidua.web.book import BookAsked, book
from thidua.web.charts import bars
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.pages import render
from thidua.web.people import PERIOD_DEFAULT, Cursor, Name, may_read_all, ranks
from thidua.web.shown import period_shown, totals_shown
from thidua.web.subjects import Subject, shown_name, subject_of
from thidua.web.unit_parts import week_name
from thidua.web.units import place_shown
from thidua.web.visitors import may, visitor_of


@get("/teams/{subject:uuid}", include_in_schema=False)
async def team_page(
    request: AnyRequest, subject: FromPath[UUID], cursor: Cursor = None, period: Name = PERIOD_DEFAULT
) -> Response[bytes]:
    """One team."""
    language, at = language_of(request), now()
    async with transaction(isolation="repeatable_read", readonly=True) as database:
        found = await subject_of(database, subject, at=at)
        if found.name.kind is not SubjectKind.TEAM:
            raise NotFoundError
        sees_names = await _sees_names(request, database, subject)
        await directory().refresh(database)
        card = (await directory().load(database, [subject])).subject(subject)
        path = await path_of(database, card.homes[0].value) if card else []
        context = await _inside(database, found, at, language, sees_names=sees_names)
        is_known = visitor_of(request) is not None
        context["badges"] = await badges_of(database, subject, language, at=at, with_open=is_known)
        if sees_names or settings().public_entries:
            asked = BookAsked(
                subject=subject,
                period=period or PERIOD_DEFAULT,
                cursor=cursor,
                is_trusted=sees_names,
                language=language,
                at=at,
            )
            context["book"] = await book(database, asked)
    context["ranks"] = await ranks(subject, "teams-total", path, at, language)
    context["shares"] = await ranks(subject, "teams-per-member", path, at, language)
    context["within"] = [place_shown(one, language) for one in path]
    return render(request, "teams/page.html", here=f"/teams/{subject}", **context)


async def _sees_names(request: AnyRequest, database: Connection, team: UUID) -> bool:
    """Whether this reader is shown the members' true names: by token, or by a role for this team."""
    if await may_read_all(request):
        return True
    return await may(database, visitor_of(request), Permission.SEE_NAMES, team=team)


async def _inside(
    database: Connection, found: Subject, at: datetime, language: Language, *, sees_names: bool
) -> dict[str, Any]:
    today = local_day(at)
    quarter = period_of(PeriodKind.QUARTER, today)
    points = {total.period.kind: total.points for total in found.totals}
    weeks = weeks_up_to(today)
    values = await whole_by_week(database, Earned.IN_TEAM, found.id, weeks)
    return {
        "name": shown_name(found.name, language),
        "quarter": period_shown(quarter, language),
        "points": points[PeriodKind.QUARTER],
        "year_points": points[PeriodKind.YEAR],
        "totals": totals_shown(found.totals, language),
        "members": await _members(database, found.id, quarter, at, language, sees_names=sees_names),
        "weeks": [
            {"name": week_name(week, language), "bar": bar}
            for week, bar in zip(weeks, bars(values), strict=True)
        ],
    }


async def _members(
    database: Connection, team: UUID, quarter: Period, at: datetime, language: Language, *, sees_names: bool
) -> list[dict[str, Any]]:
    """Who is in the team today, most points with it first; aliases for all but those who see names."""
    assert quarter.starts_on is not None, "a quarter has both ends"
    assert quarter.ends_on is not None, "a quarter has both ends"
    people = await members_now(database, team, local_day(at))
    names = await shown_names(database, people, at, kind=SubjectKind.PERSON)
    true = await true_names(database, people) if sees_names else {}
    points = await earned_in_team(database, team, starts_on=quarter.starts_on, ends_on=quarter.ends_on)
    found = [
        {
            "id": str(one),
            "name": true.get(one) or shown_name(names[one], language),
            "is_alias": names[one].is_alias and one not in true,
            "points": points.get(one, 0),
        }
        for one in people
        if one in names
    ]
    return sorted(found, key=lambda one: (-one["points"], one["name"]))


team_handlers = [team_page]
