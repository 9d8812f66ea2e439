"""How many members units declare, and from which day on: past periods divide by the figure of then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.organisation.batch import Batch, Row
from thidua.organisation.storing import count_version

# What is declared first stands for all days before: nothing else is known of them.
_EARLIEST = date(1900, 1, 1)
_KEEP = """
INSERT INTO unit_members (unit, valid_from, members, noted_at)
SELECT t.unit, coalesce(t.since,
    CASE WHEN EXISTS (SELECT FROM unit_members k WHERE k.unit = t.unit) THEN $4::date ELSE $5::date END),
    t.members, $6
FROM unnest($1::uuid[], $2::date[], $3::int[]) AS t (unit, since, members)
ON CONFLICT (unit, valid_from) DO UPDATE SET members = excluded.members, noted_at = excluded.noted_at
    WHERE unit_members.members IS DISTINCT FROM excluded.members
RETURNING unit
"""
_TODAY = """
UPDATE unit u SET members = m.members FROM (
    SELECT DISTINCT ON (k.unit) k.unit, k.members FROM unit_members k
    WHERE k.unit = ANY($1::uuid[]) AND k.valid_from <= $2 ORDER BY k.unit, k.valid_from DESC
) m WHERE u.id = m.unit AND u.members IS DISTINCT FROM m.members
RETURNING u.id
"""
_FIGURES = "SELECT members, valid_from FROM unit_members WHERE unit = $1 ORDER BY valid_from DESC LIMIT $2"


@dataclass(frozen=True, slots=True)
class Figure:
    """How many members a unit has declared; no day: from the beginning."""

    members: int | None
    since: date | None


@dataclass(frozen=True, slots=True)
class Declared:
    """What one unit declares; no day: from today on."""

    unit: UUID
    members: int | None
    since: date | None


def declared_in(
    batch: Batch, rows: Sequence[Row], olds: Sequence[Mapping[str, object] | None], *, at: datetime
) -> list[Declared]:
    """Take the days out of the rows, and return what is declared otherwise than before."""
    found = []
    for index, (row, old) in enumerate(zip(rows, olds, strict=True)):
        since: date | None = row.pop("members_from")
        if since is not None and "members" not in batch.stated[index]:
            batch.fault(index, "members", "missing_field")
        if since is not None and since > local_day(at):
            batch.fault(index, "members_from", "in_the_future")
        before = None if old is None else old["members"]
        if row["members"] != before or since is not None:
            found.append(Declared(row["id"], row["members"], since))
        if old is not None and since is not None:
            # Which figure is today's is known once all are kept.
            row["members"] = before
    return found


async def keep_declared(connection: Connection, declared: Sequence[Declared], *, at: datetime) -> set[UUID]:
    """Keep what the units declare from their days on, and return for whom that was news.

    The figure of today is the latest of them; where it becomes another, a version is counted.
    """
    if not declared:
        return set()
    units, since = [one.unit for one in declared], [one.since for one in declared]
    members, today = [one.members for one in declared], local_day(at)
    kept = await connection.fetch(_KEEP, units, since, members, today, _EARLIEST, at)
    if await connection.fetch(_TODAY, units, today):
        await count_version(connection)
    return {row["unit"] for row in kept}


async def figures_of(connection: Connection, unit: UUID, *, count_max: int) -> list[Figure]:
    """Return what a unit has declared, those of the latest days first."""
    rows = await connection.fetch(_FIGURES, unit, count_max)
    return [
        Figure(row["members"], None if row["valid_from"] == _EARLIEST else row["valid_from"]) for row in rows
    ]
