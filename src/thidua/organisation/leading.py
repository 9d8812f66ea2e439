"""What leaders see of what they lead: their units with counts, teams, members and people, by name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.organisation.vietnamese import fold

MEMBERS_MAX = 500

_COUNTED = """
SELECT u.id, u.code, u.kind, u.name, coalesce(u.name_en, u.name) AS name_en, u.valid_to,
    u.members AS declared, u.adults,
    (SELECT count(*) FROM unit c WHERE c.parent = u.id AND (c.valid_to IS NULL OR c.valid_to > $2)) AS units,
    (SELECT count(*) FROM unit_within w JOIN team t ON t.unit = w.unit
        WHERE w.ancestor = u.id AND (t.valid_to IS NULL OR t.valid_to > $2)) AS teams,
    (SELECT count(*) FROM unit_within w JOIN person_home h ON h.unit = w.unit
        WHERE w.ancestor = u.id AND (h.valid_from IS NULL OR h.valid_from <= $2)
        AND (h.valid_to IS NULL OR h.valid_to > $2)) AS people
FROM unit u
"""
_ROOTS = _COUNTED + "WHERE u.id = ANY($1::uuid[]) ORDER BY u.name_fold, u.code"
_BELOW = (
    _COUNTED + "WHERE u.parent = $1 ORDER BY u.valid_to IS NOT NULL, u.kind, u.name_fold, u.code LIMIT 500"
)
_WITHIN = "(SELECT unit FROM unit_within WHERE ancestor = ANY($1::uuid[]))"
_UNITS_FOUND = f"""
SELECT u.id, u.code, u.kind, u.name, coalesce(u.name_en, u.name) AS name_en,
    p.name AS within_vi, coalesce(p.name_en, p.name) AS within_en
FROM unit u LEFT JOIN unit p ON p.id = u.parent
WHERE u.id IN {_WITHIN} AND (u.valid_to IS NULL OR u.valid_to > $4)
    AND (u.name_fold LIKE '%' || $2 || '%' OR upper(u.code) = upper($3))
ORDER BY upper(u.code) <> upper($3), u.name_fold <> $2, u.name_fold NOT LIKE $2 || '%', length(u.name_fold),
    u.name_fold, u.code
LIMIT $5
"""  # noqa: S608 -- a constant of ours
_TEAMS = f"""
SELECT t.id, t.kind, t.name, t.name_fold, t.valid_from, t.valid_to, u.code AS unit_code, u.name AS unit_vi,
    coalesce(u.name_en, u.name) AS unit_en,
    (SELECT count(DISTINCT m.person) FROM membership m WHERE m.team = t.id
        AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to > $3)) AS people
FROM team t JOIN unit u ON u.id = t.unit
WHERE (t.unit IN {_WITHIN} OR t.id = ANY($2::uuid[]))
    AND ($4::uuid IS NULL OR t.unit IN (SELECT unit FROM unit_within WHERE ancestor = $4))
    AND ($5::text IS NULL OR t.name_fold LIKE '%' || $5 || '%') AND ($6::text IS NULL OR t.kind = $6)
    AND (t.valid_to IS NOT NULL AND t.valid_to <= $3) = $7
    AND ($8::text IS NULL OR (t.name_fold, t.id) > ($8, $9::uuid))
ORDER BY t.name_fold, t.id LIMIT $10
"""  # noqa: S608 -- a constant of ours
_PERSON_COLUMNS = """
SELECT f.person AS id, f.name, f.sort_key, f.born_on, f.contact, f.target_group, f.public_name, f.priority,
    u.code AS unit_code, u.name AS unit_vi, coalesce(u.name_en, u.name) AS unit_en,
    ARRAY(SELECT t.name FROM membership m JOIN team t ON t.id = m.team
        WHERE m.person = f.person AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to > $3)
        ORDER BY t.name_fold, t.id) AS teams
FROM person_profile f
LEFT JOIN person_home h ON h.person = f.person
    AND (h.valid_from IS NULL OR h.valid_from <= $3) AND (h.valid_to IS NULL OR h.valid_to > $3)
LEFT JOIN unit u ON u.id = h.unit
"""
_IN_SCOPE = f"""
WHERE (h.unit IN {_WITHIN} OR EXISTS (SELECT FROM membership m WHERE m.person = f.person
    AND m.team = ANY($2::uuid[]) AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to > $3)))
"""
_PEOPLE = f"""
{_PERSON_COLUMNS} {_IN_SCOPE}
    AND ($4::uuid IS NULL OR h.unit IN (SELECT unit FROM unit_within WHERE ancestor = $4))
    AND ($5::text IS NULL OR f.name_fold LIKE '%' || $5 || '%')
    AND ($6::text IS NULL OR f.target_group = $6)
    AND ($7::text IS NULL OR (f.sort_key, f.person) > ($7, $8::uuid))
ORDER BY f.sort_key, f.person LIMIT $9
"""  # noqa: S608 -- constants of ours
_ALIKE = f"""
{_PERSON_COLUMNS} {_IN_SCOPE} AND f.name_fold = $4 AND f.born_on = $5 AND f.person <> $6
ORDER BY f.sort_key, f.person LIMIT 10
"""
_MEMBERS = """
SELECT m.person AS id, f.name, m.valid_from, m.valid_to, u.code AS unit_code, u.name AS unit_vi,
    coalesce(u.name_en, u.name) AS unit_en
FROM membership m JOIN person_profile f ON f.person = m.person
LEFT JOIN person_home h ON h.person = m.person
    AND (h.valid_from IS NULL OR h.valid_from <= $2) AND (h.valid_to IS NULL OR h.valid_to > $2)
LEFT JOIN unit u ON u.id = h.unit
WHERE m.team = $1 AND (m.valid_to IS NOT NULL AND m.valid_to <= $2) = $3
ORDER BY f.sort_key, m.person, m.valid_from LIMIT $4
"""
_HOMES = """
SELECT u.code, u.name, coalesce(u.name_en, u.name) AS name_en, h.valid_from, h.valid_to
FROM person_home h JOIN unit u ON u.id = h.unit WHERE h.person = $1 ORDER BY h.valid_from DESC NULLS LAST
"""
_STAYS = """
SELECT t.id, t.name, m.valid_from, m.valid_to
FROM membership m JOIN team t ON t.id = m.team WHERE m.person = $1 ORDER BY m.valid_from DESC, t.name_fold
"""
_WILD = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Led:
    """What somebody leads: units with all below them, and single teams."""

    units: tuple[UUID, ...] = ()
    teams: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list shall hold, and after which row it begins."""

    unit: UUID | None = None
    q: str | None = None
    kind: str | None = None
    is_ended: bool = False
    after: tuple[str, UUID] | None = None


async def units_counted(connection: Connection, units: Collection[UUID], *, at: datetime) -> list[Row]:
    """Return these units by name, each with how many units, teams and people it holds."""
    return list(await connection.fetch(_ROOTS, list(units), local_day(at)))


async def units_below(connection: Connection, unit: UUID, *, at: datetime) -> list[Row]:
    """Return the units right below, each with how many units, teams and people it holds."""
    return list(await connection.fetch(_BELOW, unit, local_day(at)))


async def units_found(
    connection: Connection, led: Led, words: str, *, at: datetime, count_max: int
) -> list[Row]:
    """Return the units led whose name holds the words, accents or not, or whose code it is; best first."""
    folded = (_folded(words) or "").translate(_WILD)
    return list(
        await connection.fetch(_UNITS_FOUND, list(led.units), folded, words.strip(), local_day(at), count_max)
    )


async def teams_led(
    connection: Connection, led: Led, wanted: Wanted, *, at: datetime, count_max: int
) -> list[Row]:
    """Return teams by name, each with how many people are in it today."""
    name, team = wanted.after or (None, None)
    same = (list(led.units), list(led.teams), local_day(at), wanted.unit, _holding(wanted.q), wanted.kind)
    return list(await connection.fetch(_TEAMS, *same, wanted.is_ended, name, team, count_max))


async def people_led(
    connection: Connection, led: Led, wanted: Wanted, *, at: datetime, count_max: int
) -> list[Row]:
    """Return people as Vietnamese lists sort them; `kind` is the target group."""
    name, person = wanted.after or (None, None)
    same = (list(led.units), list(led.teams), local_day(at), wanted.unit, _holding(wanted.q), wanted.kind)
    return list(await connection.fetch(_PEOPLE, *same, name, person, count_max))


async def people_alike(
    connection: Connection, led: Led, *, name: str, born_on: date, besides: UUID, at: datetime
) -> list[Row]:
    """Return who is led and has the same name, but for accents, and the same birthday."""
    same = (list(led.units), list(led.teams), local_day(at))
    return list(await connection.fetch(_ALIKE, *same, fold(name), born_on, besides))


async def members_of(connection: Connection, team: UUID, *, at: datetime, is_past: bool = False) -> list[Row]:
    """Return who is in the team today or will be; or, of the past, whose stay has ended."""
    return list(await connection.fetch(_MEMBERS, team, local_day(at), is_past, MEMBERS_MAX))


async def homes_of(connection: Connection, person: UUID) -> list[Row]:
    """Return the home units of a person, the latest first."""
    return list(await connection.fetch(_HOMES, person))


async def stays_of(connection: Connection, person: UUID) -> list[Row]:
    """Return the teams a person is or was in, the latest first."""
    return list(await connection.fetch(_STAYS, person))


def _folded(words: str | None) -> str | None:
    return fold(words or "") or None


def _holding(words: str | None) -> str | None:
    folded = _folded(words)
    return None if folded is None else folded.translate(_WILD)
