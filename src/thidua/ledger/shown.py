"""What pages and the API read of the ledger: a subject's totals, its entries, and an entry with its seal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec

from thidua.infra.database import Connection
from thidua.kernel.period import Period, PeriodKind, period_of
from thidua.ledger.proof import SEAL_OF_ENTRY


class Earned(Enum):
    """Whose points a total counts: paid to the subject, earned in the team, or within the unit's subtree."""

    BY_SUBJECT = "subject = $1"
    IN_TEAM = "team = $1"
    WITHIN_UNIT = "unit IN (SELECT unit FROM unit_within WHERE ancestor = $1)"


@dataclass(frozen=True, slots=True)
class Total:
    """Points in one period, whole and by category."""

    period: Period
    points: int
    categories: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One entry as stored, with the block that seals it, if one does by now."""

    id: int
    subject: UUID
    subject_kind: int
    team: UUID | None
    unit: UUID
    category: str
    rule: str
    rulebook_version: int
    points: int
    units: int
    activity: UUID
    act: UUID
    kind: int
    occurred_at: datetime
    posted_at: datetime
    sentence: str
    params: dict[str, Any]
    hash: bytes
    block: int | None
    root: bytes | None
    previous: bytes | None


_DAYS = ", ".join(
    f"coalesce(sum(points) FILTER (WHERE day >= ${2 * number} AND day < ${2 * number + 1}), 0)::bigint"
    for number in range(1, len(PeriodKind) + 1)
)
_TOTALS = "SELECT category, {days} FROM tally WHERE {earned} GROUP BY category"
_ENTRIES = """
SELECT e.id, e.subject, e.subject_kind, e.team, e.unit, e.category, e.rule, e.rulebook_version,
    e.points, e.units, e.activity, e.act, e.kind, e.occurred_at, e.posted_at, e.sentence,
    e.params::text AS params, e.hash,
    s.block, s.root, s.previous
FROM (SELECT * FROM ledger_entry WHERE {chosen}) e
{seal}
ORDER BY e.occurred_at DESC, e.id DESC
"""
_ONE = _ENTRIES.format(chosen="id = $1", seal=SEAL_OF_ENTRY)
_OF_SUBJECT = _ENTRIES.format(
    chosen="""subject = $1 AND occurred_at >= $2 AND occurred_at < $3
    AND (occurred_at, id) < ($4, $5) ORDER BY occurred_at DESC, id DESC LIMIT $6""",
    seal=SEAL_OF_ENTRY,
)
_BEGINNING, _END = date(1, 1, 2), date(9999, 12, 30)
_BIGGEST = 2**63 - 1


async def totals_of(connection: Connection, subject: UUID, earned: Earned, *, today: date) -> list[Total]:
    """The points of the subject in each period that today lies in, from the day to all time."""
    periods = [period_of(kind, today) for kind in PeriodKind]
    bounds = [bound for one in periods for bound in (one.starts_on or _BEGINNING, one.ends_on or _END)]
    rows = await connection.fetch(_TOTALS.format(days=_DAYS, earned=earned.value), subject, *bounds)
    return [_total(period, number, rows) for number, period in enumerate(periods, start=1)]


async def entries_of(
    connection: Connection,
    subject: UUID,
    *,
    span: tuple[datetime, datetime],
    before: tuple[datetime, int] | None,
    rows_max: int,
) -> list[EntryRow]:
    """The subject's entries of that span, latest first, after the place `before`."""
    moment, entry = before or (span[1], _BIGGEST)
    rows = await connection.fetch(_OF_SUBJECT, subject, *span, moment, entry, rows_max)
    return [_entry(row) for row in rows]


async def entry_by_id(connection: Connection, entry: int) -> EntryRow | None:
    """The entry of that number, if there is one."""
    rows = await connection.fetch(_ONE, entry)
    return _entry(rows[0]) if rows else None


def _total(period: Period, column: int, rows: Sequence[Any]) -> Total:
    categories = {row[0]: row[column] for row in rows if row[column]}
    return Total(period, sum(categories.values()), dict(sorted(categories.items())))


def _entry(row: Mapping[str, Any]) -> EntryRow:
    return EntryRow(**{**row, "params": msgspec.json.decode(row["params"])})
