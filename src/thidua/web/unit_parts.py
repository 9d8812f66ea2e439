"""What lies within a unit: the board of its parts, their weeks side by side, and the map of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from thidua.boards.model import BoardPage
from thidua.boards.model import Place as BoardPlace
from thidua.boards.reading import reader
from thidua.infra.database import Connection
from thidua.kernel.period import PeriodKind, period_of
from thidua.ledger.weeks import teams_by_week
from thidua.ledger.within import Within
from thidua.organisation.queries import UnitView
from thidua.organisation.teammates import teams_within
from thidua.web.board_views import figure
from thidua.web.catalogue import translate
from thidua.web.charts import line, scale_of
from thidua.web.language import Language
from thidua.web.standings import asked, board_address, first_rows, rows_shown
from thidua.web.unit_map import map_shown

_ROWS = 10
_LINES_MAX = 8
_TEAMS_MAX = 300
_PER_MEMBER, _TOTAL = "per-member", "total"


@dataclass(frozen=True, slots=True)
class Scores:
    """Where units stand: all with points, and those whose points a member are ranked."""

    total: Mapping[UUID, BoardPlace]
    divided: Mapping[UUID, BoardPlace]


async def board_of(
    who: str, code: str, *, period: str, kind: str | None, language: Language
) -> dict[str, Any] | None:
    """The first rows of the parts by points a member, else by points; None when nobody has any."""
    for measure in (_PER_MEMBER, _TOTAL):
        question = await asked(f"{who}-{measure}", period=period, within=code, kind=kind)
        page = await first_rows(question, rows_max=_ROWS)
        if any(row.place.rank is not None for row in page.rows):
            return _board(page, board_address(question), language)
    return None


def weeks_shown(
    weeks: Sequence[date], parts: Mapping[UUID, Sequence[int]], names: Mapping[UUID, str], language: Language
) -> dict[str, Any] | None:
    """The parts with the most points, a small line each on one scale, and all of them as figures."""
    known = {part: list(points) for part, points in parts.items() if part in names}
    if not known:
        return None
    ordered = sorted(known, key=lambda part: (-sum(known[part]), names[part]))
    top = scale_of([value for part in ordered[:_LINES_MAX] for value in known[part]])
    return {
        "top": top,
        "weeks": [week_name(week, language) for week in weeks],
        "lines": [
            {"name": names[part], "line": line(known[part], top=top), "sum": sum(known[part])}
            for part in ordered[:_LINES_MAX]
        ],
        "rows": [{"name": names[part], "values_by_week": known[part]} for part in ordered],
    }


def week_name(week: date, language: Language) -> str:
    """A week as a chart has room for: T47, W47."""
    return translate("T%(week)s", language, week=week.isocalendar().week)


async def team_weeks(
    database: Connection, unit: UUID, within: Within, language: Language
) -> dict[str, Any] | None:
    """The weeks of the teams in the unit and below."""
    teams = dict(await teams_within(database, unit, count_max=_TEAMS_MAX))
    points = await teams_by_week(database, list(teams), within.weeks)
    return weeks_shown(within.weeks, points, teams, language)


async def scores_of(code: str, kind: str, *, period: str) -> Scores:
    """Where every unit of the kind within the unit stands, by points and by points a member."""
    here = await reader()
    total, divided = [
        (await here.standing((await asked(slug, period=period, within=code, kind=kind)).key)).standing
        for slug in ("units-total", "units-per-member")
    ]
    return Scores(
        {place.subject: place for place in total.places(0, total.total)},
        {place.subject: place for place in divided.places(0, divided.ranked)},
    )


def map_of(units: Sequence[UnitView], scores: Scores, language: Language) -> dict[str, Any] | None:
    """The map of the units right below, by points a member where most of the active have those."""
    is_per_member = len(scores.divided) * 2 > len(scores.total)
    places = scores.divided if is_per_member else scores.total
    return map_shown(units, places, is_per_member=is_per_member, language=language)


def child_shown(unit: UnitView, scores: Scores, language: Language) -> dict[str, Any]:
    """A unit right below as a line of the table behind the map."""
    total, divided = scores.total.get(unit.id), scores.divided.get(unit.id)
    return {
        "code": unit.code,
        "name": unit.name if language == "vi" else unit.name_en or unit.name,
        "members": unit.members,
        "points": None if total is None else total.points,
        "score": None if divided is None else figure(divided.hundredths, language, is_per_member=True),
    }


def quarter_of(today: date) -> str:
    """The quarter that a unit's page is about."""
    return period_of(PeriodKind.QUARTER, today).name


def _board(page: BoardPage, address: str, language: Language) -> dict[str, Any]:
    return {
        "rows": rows_shown(page, language),
        "total": page.total,
        "address": address,
        "is_per_member": page.key.board.is_per_member,
        "members_on": page.denominator_on,
        "is_frozen": page.is_frozen,
        "has_change": any(row.change is not None for row in page.rows),
        "as_of": page.stamp.as_of,
    }
