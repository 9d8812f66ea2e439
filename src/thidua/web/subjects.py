"""What every surface shows of a subject: its public name, its totals, and pages of its entries."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from thidua.infra.database import Connection
from thidua.kernel.errors import NotFoundError
from thidua.kernel.period import Period, local_day, parse_period
from thidua.kernel.subjects import SubjectKind
from thidua.ledger.shown import Earned, EntryRow, Total, entries_of, totals_of
from thidua.organisation.names import ShownName, shown_names
from thidua.web import paging
from thidua.web.language import Language
from thidua.web.problems import field_problem

_EARNED = {
    SubjectKind.PERSON: Earned.BY_SUBJECT,
    SubjectKind.HOUSEHOLD: Earned.BY_SUBJECT,
    SubjectKind.TEAM: Earned.IN_TEAM,
    SubjectKind.UNIT: Earned.WITHIN_UNIT,
}
BEGINNING, END = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject as anybody may see it."""

    id: UUID
    name: ShownName
    totals: list[Total]


@dataclass(frozen=True, slots=True)
class EntriesPage:
    """A page of entries, the moment it goes on from, and the cursor to the next, if there is one."""

    entries: list[EntryRow]
    next: str | None
    before: datetime | None = None


async def subject_of(connection: Connection, subject: UUID, *, at: datetime) -> Subject:
    """The subject with its totals, or NotFoundError."""
    name = await name_of(connection, subject, at=at)
    totals = await totals_of(connection, subject, _EARNED[name.kind], today=local_day(at))
    return Subject(subject, name, totals)


async def name_of(connection: Connection, subject: UUID, *, at: datetime) -> ShownName:
    """The shown name of the subject, or NotFoundError."""
    names = await shown_names(connection, [subject], at)
    if subject not in names:
        raise NotFoundError
    return names[subject]


async def entries_page(
    connection: Connection, subject: UUID, *, period: str, cursor: str | None, limit: int
) -> EntriesPage:
    """The subject's entries of the period, latest first."""
    asked = period_named(period)
    purpose = f"entries|{subject}|{asked.name}"
    before = None if cursor is None else _place(paging.decode(purpose, cursor))
    span = (asked.starts_at or BEGINNING, asked.ends_at or END)
    rows = await entries_of(connection, subject, span=span, before=before, rows_max=limit + 1)
    shown = rows[:limit]
    more = len(rows) > limit
    following = paging.encode(purpose, shown[-1].occurred_at, shown[-1].id) if more else None
    return EntriesPage(shown, following, None if before is None else before[0])


def period_named(period: str) -> Period:
    """The period of that name, or a problem with the parameter."""
    found = parse_period(period)
    if found is None:
        raise field_problem(400, "period", "period_unknown", period=period[:40])
    return found


def shown_name(name: ShownName, language: Language) -> str:
    """The name in that language."""
    return name.name_vi if language == "vi" else name.name_en


def _place(position: list[object]) -> tuple[datetime, int]:
    moment, entry = position
    assert isinstance(moment, str)
    assert isinstance(entry, int)
    return datetime.fromisoformat(moment), entry
