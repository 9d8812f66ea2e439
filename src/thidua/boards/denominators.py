"""By how many members points are divided, written down when first needed: no correction moves a rank."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from thidua.boards.model import BoardKey
from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.kernel.subjects import SubjectKind

_WRITTEN = "SELECT subject, value FROM board_denominator WHERE period = $1 AND subject = ANY($2::uuid[])"
_WRITE = """
INSERT INTO board_denominator (subject, period, value, source, taken_at)
SELECT u.subject, $1, u.value, u.source, $2
FROM unnest($3::uuid[], $4::int[], $5::text[]) AS u (subject, value, source)
ORDER BY u.subject
ON CONFLICT (subject, period) DO NOTHING
"""
_TEAM_MEMBERS = """
SELECT t.id AS subject, 'memberships' AS source, (
    SELECT count(DISTINCT m.person)::int FROM membership m
    WHERE m.team = t.id AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)
) AS value
FROM team t WHERE t.id = ANY($1::uuid[])
"""
# What was declared for that day; for a day before all declarations, the first of them.
_UNIT_MEMBERS = """
SELECT u.id AS subject, CASE WHEN d.members IS NULL THEN 'homes' ELSE 'declared' END AS source,
    coalesce(d.members, (
        SELECT count(DISTINCT h.person)::int FROM unit_within w JOIN person_home h ON h.unit = w.unit
        WHERE w.ancestor = u.id AND (h.valid_from IS NULL OR h.valid_from <= $2)
            AND (h.valid_to IS NULL OR h.valid_to > $2))) AS value
FROM unit u CROSS JOIN LATERAL (
    SELECT k.members FROM (
        SELECT members, valid_from FROM unit_members WHERE unit = u.id
        UNION ALL SELECT u.members, NULL
    ) k ORDER BY k.valid_from IS NULL, k.valid_from <= $2 DESC, abs(k.valid_from - $2) LIMIT 1
) d
WHERE u.id = ANY($1::uuid[])
"""
_TEAMS_FOUNDED_LATER = "SELECT id FROM team WHERE id = ANY($1::uuid[]) AND valid_from > $2"
_UNITS_FOUNDED_LATER = "SELECT id FROM unit WHERE id = ANY($1::uuid[]) AND valid_from > $2"


@dataclass(frozen=True, slots=True)
class Denominators:
    """Members by subject on one day; frozen when written down, so that they never change again."""

    members: dict[UUID, int]
    founded_later: frozenset[UUID]
    on: date
    is_frozen: bool


async def denominators(
    connection: Connection, key: BoardKey, subjects: Sequence[UUID], *, at: datetime
) -> Denominators:
    """Members at the period's first moment; for a period without one, today's, which are not frozen."""
    today, days = local_day(at), key.days
    starts_on = None if days is None else days.starts_on
    is_team = key.board.who is SubjectKind.TEAM
    if starts_on is None or starts_on > today:
        members, _ = await _counted(connection, subjects, today, is_team=is_team)
        return Denominators(members, frozenset(), today, is_frozen=False)
    members = await _written(connection, key.period, subjects)
    missing = [subject for subject in subjects if subject not in members]
    if missing:
        counted, sources = await _counted(connection, missing, starts_on, is_team=is_team)
        await _write(connection, key.period, counted, sources, at)
        members |= await _written(connection, key.period, missing)
    later = await connection.fetch(
        _TEAMS_FOUNDED_LATER if is_team else _UNITS_FOUNDED_LATER, list(subjects), starts_on
    )
    return Denominators(members, frozenset(row["id"] for row in later), starts_on, is_frozen=True)


async def _written(connection: Connection, period: str, subjects: Sequence[UUID]) -> dict[UUID, int]:
    rows = await connection.fetch(_WRITTEN, period, list(subjects))
    return {row["subject"]: row["value"] for row in rows}


async def _counted(
    connection: Connection, subjects: Sequence[UUID], day: date, *, is_team: bool
) -> tuple[dict[UUID, int], dict[UUID, str]]:
    rows = await connection.fetch(_TEAM_MEMBERS if is_team else _UNIT_MEMBERS, list(subjects), day)
    return {row["subject"]: row["value"] for row in rows}, {row["subject"]: row["source"] for row in rows}


async def _write(
    connection: Connection, period: str, counted: dict[UUID, int], sources: dict[UUID, str], at: datetime
) -> None:
    subjects = sorted(counted)
    await connection.execute(
        _WRITE, period, at, subjects, [counted[one] for one in subjects], [sources[one] for one in subjects]
    )
