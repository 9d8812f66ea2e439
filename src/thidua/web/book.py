"""A page of somebody's book: the lines of the ledger, and between them what brought nothing, with why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from thidua.activities.catalogue import catalogue
from thidua.activities.model import Activity, State
from thidua.activities.personal import of_actor
from thidua.engine.group import reasons_now
from thidua.engine.rulebooks import shelf
from thidua.infra.database import Connection
from thidua.kernel.period import Period, PeriodKind, local_day, parse_period, period_of
from thidua.ledger.earned import with_entries
from thidua.scoring.explain import reason
from thidua.scoring.model import Reason
from thidua.web.entries import entry_shown
from thidua.web.grounds import grounds_of
from thidua.web.language import Language
from thidua.web.shown import period_shown
from thidua.web.subjects import BEGINNING, END, EntriesPage, entries_page, period_named

_ROWS = 12
_WITHOUT_POINTS_MAX = 200
_OFFERED = (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR, PeriodKind.ALL)
_PUBLIC = (State.VERIFIED,)
_PRIVATE = (State.SUBMITTED, State.VERIFIED, State.REJECTED, State.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookAsked:
    """Whose book, over which period, from where; the trusted also see what waits or was refused."""

    subject: UUID
    period: str
    cursor: str | None
    is_trusted: bool
    language: Language
    at: datetime


async def book(connection: Connection, asked: BookAsked) -> dict[str, Any]:
    """A page of the book for a template: `lines`, latest first, and the cursor to older ones."""
    page = await entries_page(
        connection, asked.subject, period=asked.period, cursor=asked.cursor, limit=_ROWS
    )
    grounds = await grounds_of(connection, page.entries, asked.language)
    lines = [
        {"is_entry": True, "grounds": grounds.get(one.id)} | entry_shown(one, asked.language)
        for one in page.entries
    ]
    lines += await _without_points(connection, asked, page)
    lines.sort(key=lambda one: one["occurred_at"], reverse=True)
    return {
        "lines": lines,
        "next": page.next,
        "is_first": asked.cursor is None,
        "period": asked.period,
        "periods": _periods(asked),
    }


async def _without_points(
    connection: Connection, asked: BookAsked, page: EntriesPage
) -> list[dict[str, Any]]:
    """The activities of the page's span that the book has no line for, with the reason in words."""
    span = period_named(asked.period)
    after = page.entries[-1].occurred_at if page.next else span.starts_at or BEGINNING
    found = await of_actor(
        connection,
        asked.subject,
        after=after,
        until=page.before or span.ends_at or END,
        states=_PRIVATE if asked.is_trusted else _PUBLIC,
        rows_max=_WITHOUT_POINTS_MAX,
    )
    paid = await with_entries(connection, asked.subject, [one.id for one in found])
    unpaid = [one for one in found if one.id not in paid]
    registry = (await shelf(connection, at=asked.at)).registry
    why = await reasons_now(connection, unpaid, registry)
    return [_line(one, why.get(one.id, ()), asked.language) for one in unpaid]


def _line(activity: Activity, reasons: Sequence[Reason], language: Language) -> dict[str, Any]:
    kind = catalogue().types[activity.type].name
    return {
        "is_entry": False,
        "id": activity.id,
        "occurred_at": activity.occurred_at,
        "name": kind.vi if language == "vi" else kind.en,
        "state": activity.state.word,
        "reasons": [reason(one.code, one.params, language, sentence_code=activity.type) for one in reasons],
    }


def _periods(asked: BookAsked) -> list[tuple[str, str]]:
    """The periods to choose from, by name and in words; the one that is shown is among them."""
    offered: list[Period] = [period_of(kind, local_day(asked.at)) for kind in _OFFERED]
    chosen = parse_period(asked.period)
    if chosen is not None and chosen.name not in {one.name for one in offered}:
        offered.insert(0, chosen)
    return [(one.name, period_shown(one, asked.language)) for one in reversed(offered)]
