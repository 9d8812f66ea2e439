"""Pages of units: figures, the boards and weeks of their parts, a map of what lies right below."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get
from litestar.params import PathParameter

from thidua.boards.definitions import boards
from thidua.infra.clock import now
from thidua.infra.database import Connection, connection, transaction
from thidua.kernel.errors import NotFoundError
from thidua.kernel.period import PeriodKind, local_day, period_of
from thidua.ledger.within import Within, earnings
from thidua.organisation.directory import directory
from thidua.organisation.queries import UnitView, unit_members, units
from thidua.organisation.surroundings import Place, path_of, units_named
from thidua.web.badge_parts import badges_of
from thidua.web.language import AnyRequest, Language, language_of
from thidua.web.pages import render
from thidua.web.shown import period_shown, totals_shown
from thidua.web.standings import asked, first_rows, rank_of
from thidua.web.unit_parts import (
    board_of,
    child_shown,
    map_of,
    quarter_of,
    scores_of,
    team_weeks,
    weeks_shown,
)
from thidua.web.visitors import visitor_of

_CHILDREN_MAX = 500
_LEVELS_WITH_TEAMS = frozenset(
    {"commune", "agency", "school", "university", "enterprise", "branch", "hamlet"}
)
Name = Annotated[str, PathParameter(max_length=64)]


@get("/units/{name:str}", include_in_schema=False)
async def unit_page(request: AnyRequest, name: Name) -> Response[bytes]:
    """One unit, named by its code or its id."""
    language, at = language_of(request), now()
    today = local_day(at)
    async with connection() as database:
        unit, path = await _found(database, name)
        children = [one for one in await _children(database, path[-1]) if one.valid_to is None]
        members = (await unit_members(database, [unit], today))[unit]
        is_known = visitor_of(request) is not None
        badges = await badges_of(database, unit, language, at=at, with_open=is_known)
    within = await earnings().within(unit, at=at)
    context = await _parts(unit, path[-1], children, within, quarter_of(today), language)
    return render(
        request,
        "units/page.html",
        unit=place_shown(path[-1], language),
        within=[place_shown(one, language) for one in path[:-1]],
        figures=await _figures(unit, path, within, language),
        quarter=period_shown(period_of(PeriodKind.QUARTER, today), language),
        members=members,
        as_of=within.as_of,
        totals=totals_shown(within.totals, language),
        boards=boards_shown(language),
        badges=badges,
        **context,
    )


async def units_found(words: str, language: Language) -> list[dict[str, Any]]:
    """The units that a search finds."""
    async with connection() as database:
        return [place_shown(one, language) for one in await units_named(database, words)]


def place_shown(place: Place, language: Language) -> dict[str, Any]:
    """A unit as a list shows it."""
    vi = language == "vi"
    within = place.within_vi if vi else place.within_en
    return {
        "code": place.code,
        "name": place.name if vi else place.name_en,
        "within": within or "",
        "kind": place.kind,
        "area_group": place.area_group,
        "flags": place.flags,
    }


def boards_shown(language: Language) -> list[dict[str, str]]:
    """The standing boards by name."""
    return [
        {"slug": one.slug, "name": one.name_vi if language == "vi" else one.name_en}
        for one in boards().values()
    ]


async def _found(database: Connection, name: str) -> tuple[UUID, list[Place]]:
    await directory().refresh(database)
    unit = (await directory().resolve_units(database, [name])).get(name)
    if unit is None:
        raise NotFoundError
    return unit, await path_of(database, unit)


async def _children(database: Connection, unit: Place) -> list[UnitView]:
    return await units(database, parent=unit.id, count_max=_CHILDREN_MAX)


async def _figures(unit: UUID, path: list[Place], within: Within, language: Language) -> dict[str, Any]:
    points = {total.period.kind: total for total in within.totals}
    quarter = points[PeriodKind.QUARTER].period.name
    people = await first_rows(await asked("people-total", period=quarter, within=path[-1].code), rows_max=1)
    ranks = []
    for slug in ("units-total", "units-per-member") if len(path) > 1 else ():
        rank = await rank_of(
            unit, slug, period=quarter, within=path[-2], kind=path[-1].kind, language=language
        )
        ranks.append((slug, rank))
    return {
        "points": points[PeriodKind.QUARTER].points,
        "year_points": points[PeriodKind.YEAR].points,
        "people": people.total,
        "ranks": [(slug, rank) for slug, rank in ranks if rank is not None and rank.rank is not None],
    }


async def _parts(
    unit: UUID, place: Place, children: list[UnitView], within: Within, quarter: str, language: Language
) -> dict[str, Any]:
    has_teams = place.kind in _LEVELS_WITH_TEAMS
    kind = children[0].kind if children else None
    names = {one.id: _name(one, language) for one in children}
    weeks = weeks_shown(within.weeks, within.parts, names, language) if children else None
    if weeks is None and has_teams:
        async with transaction(readonly=True) as database:
            weeks = await team_weeks(database, unit, within, language)
    scores = await scores_of(place.code, kind, period=quarter) if kind else None
    return {
        "units_board": await board_of("units", place.code, period=quarter, kind=kind, language=language)
        if kind
        else None,
        "teams_board": await board_of("teams", place.code, period=quarter, kind=None, language=language),
        "weeks": weeks,
        "map": None if scores is None else map_of(children, scores, language),
        "children": [] if scores is None else [child_shown(one, scores, language) for one in children],
    }


def _name(unit: UnitView, language: Language) -> str:
    return unit.name if language == "vi" else unit.name_en or unit.name


unit_handlers = [unit_page]
