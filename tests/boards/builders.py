"""Writes entries and their tallies straight into the tables, as the engine leaves them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import asyncpg

from thidua.kernel.period import local_day

NOON = datetime(2026, 10, 10, 5, tzinfo=UTC)
COUNTRY = UUID("00000000-0000-7000-8000-000000000001")
PROVINCE = UUID("00000000-0000-7000-8000-000000000002")
COMMUNE = UUID("00000000-0000-7000-8000-000000000003")
OTHER_COMMUNE = UUID("00000000-0000-7000-8000-000000000004")

_UNITS = (
    (COUNTRY, "VN", "central", "Việt Nam", None, None),
    (PROVINCE, "P-12", "province", "Lai Châu", COUNTRY, "mountain"),
    (COMMUNE, "C-03478", "commune", "Sin Suối Hồ", PROVINCE, "mountain"),
    (OTHER_COMMUNE, "C-03433", "commune", "Đoàn Kết", PROVINCE, "urban"),
)
_ENTRY_COLUMNS = (
    "subject", "subject_kind", "team", "unit", "festival", "category", "rule", "rulebook_version", "points",
    "units", "activity", "act", "kind", "occurred_at", "posted_at", "sentence", "params", "hash",
)  # fmt: skip
_TALLY = """
INSERT INTO tally AS t (subject, subject_kind, team, unit, festival, day, category, points, last_at)
SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::text[], $6::date[], $7::text[],
    $8::bigint[], $9::timestamptz[])
ON CONFLICT (subject, day, category, unit, team, festival)
DO UPDATE SET points = t.points + excluded.points, last_at = greatest(t.last_at, excluded.last_at)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """One award; all but the subject fills itself in."""

    subject: UUID
    points: int = 5
    subject_kind: int = 1
    team: UUID | None = None
    unit: UUID = COMMUNE
    festival: str | None = None
    category: str = "mentoring"
    occurred_at: datetime = NOON
    activity: UUID = field(default_factory=uuid4)

    @property
    def grain(self) -> tuple[UUID, int, UUID | None, UUID, str | None, date, str]:
        """The tally row it counts in."""
        day = local_day(self.occurred_at)
        return self.subject, self.subject_kind, self.team, self.unit, self.festival, day, self.category

    @property
    def entry(self) -> tuple[object, ...]:
        """The ledger row, in the order of its columns."""
        return (
            self.subject, self.subject_kind, self.team, self.unit, self.festival, self.category, "rule", 1,
            self.points, 1, self.activity, self.activity, 1, self.occurred_at, self.occurred_at, "sentence",
            "{}", b"",
        )  # fmt: skip


async def put_units(connection: asyncpg.Connection) -> None:
    """A country with one province and two communes."""
    for unit, code, kind, name, parent, group in _UNITS:
        await put_unit(connection, unit, code=code, kind=kind, name=name, parent=parent, area_group=group)


async def put_unit(  # noqa: PLR0913 -- a builder: all but the code fill themselves in
    connection: asyncpg.Connection,
    unit: UUID,
    *,
    code: str,
    kind: str = "branch",
    name: str = "Chi đoàn",
    parent: UUID | None = COMMUNE,
    area_group: str | None = None,
    members: int | None = None,
    valid_from: date | None = None,
) -> None:
    """One unit below another."""
    await connection.execute(
        "INSERT INTO unit"
        " (id, code, kind, name, name_fold, parent, area_group, members, valid_from, created_at)"
        " VALUES ($1, $2, $3, $4::text, lower($4::text), $5, $6, $7, $8, $9)",
        unit, code, kind, name, parent, area_group, members, valid_from, NOON,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO unit_within SELECT ancestor, $1::uuid, depth + 1 FROM unit_within WHERE unit = $2"
        " UNION ALL SELECT $1::uuid, $1::uuid, 0",
        unit,
        parent,
    )
    await changed_organisation(connection)


async def put_team(
    connection: asyncpg.Connection, team: UUID, *, name: str = "Đội", valid_from: date = date(2020, 1, 1)
) -> None:
    """One team of the commune."""
    await connection.execute(
        "INSERT INTO team (id, kind, name, name_fold, unit, valid_from)"
        " VALUES ($1, 'youth_digital', $2::text, lower($2::text), $3, $4)",
        team, name, COMMUNE, valid_from,
    )  # fmt: skip
    await changed_organisation(connection)


async def put_person(
    connection: asyncpg.Connection, person: UUID, *, name: str, fold: str, is_public: bool = True
) -> None:
    """One person with a profile."""
    await connection.execute("INSERT INTO person (id, created_at) VALUES ($1, $2)", person, NOON)
    await connection.execute(
        "INSERT INTO person_profile (person, name, name_fold, sort_key, public_name, priority)"
        " VALUES ($1, $2, $3, $3, $4, '{}')",
        person, name, fold, is_public,
    )  # fmt: skip
    await changed_organisation(connection)


async def changed_organisation(connection: asyncpg.Connection) -> None:
    """What every change of the organisation does."""
    await connection.execute(
        "UPDATE organisation_version SET version = version + 1, mark = gen_random_uuid()"
    )


async def post(connection: asyncpg.Connection, awards: Iterable[Award]) -> None:
    """Write entries and tallies; the caller's transaction decides when they are to be seen."""
    listed = list(awards)
    await connection.executemany(
        f"INSERT INTO ledger_entry ({', '.join(_ENTRY_COLUMNS)})"  # noqa: S608 -- our own column names
        f" VALUES ({', '.join(f'${number}' for number in range(1, len(_ENTRY_COLUMNS) + 1))})",
        [award.entry for award in listed],
    )
    await connection.execute(_TALLY, *_columns(listed))


def _columns(awards: Sequence[Award]) -> list[list[object]]:
    points: dict[tuple[object, ...], int] = defaultdict(int)
    last: dict[tuple[object, ...], datetime] = {}
    for award in awards:
        points[award.grain] += award.points
        last[award.grain] = max(last.get(award.grain, award.occurred_at), award.occurred_at)
    rows = sorted(((*grain, points[grain], last[grain]) for grain in points), key=lambda row: str(row[0]))
    return [list(column) for column in zip(*rows, strict=True)]


def people(count: int) -> list[UUID]:
    """Ids of people, the same every time."""
    return [UUID(int=(number << 64) | (1 << 63) | number) for number in range(1, count + 1)]
