"""The statements behind the actions: what is there, and how changed rows are written."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import msgspec

from thidua.infra.database import Connection
from thidua.organisation.batch import Row
from thidua.organisation.belonging import homes
from thidua.organisation.fields import as_id
from thidua.organisation.model import Change, Put

MembershipKey = tuple[UUID | None, UUID | None, date | None]

_LOCK = "SELECT version FROM organisation_version FOR UPDATE"
_NEW_VERSION = "UPDATE organisation_version SET version = version + 1, mark = gen_random_uuid()"
_UNITS_NAMED = "SELECT id, code FROM unit WHERE id = ANY($1::uuid[]) OR code = ANY($2::text[])"
_PEOPLE = """
SELECT p.id, p.created_at, f.name, f.name_fold, f.sort_key, f.born_on, f.contact, f.target_group,
    f.public_name, f.priority
FROM person p LEFT JOIN person_profile f ON f.person = p.id WHERE p.id = ANY($1::uuid[])
"""
_HOMES = "SELECT person, unit, valid_from FROM person_home WHERE person = ANY($1::uuid[])"
_MEMBERSHIPS = "SELECT person, team, valid_from, valid_to FROM membership WHERE person = ANY($1::uuid[])"
_PEOPLE_THERE = "SELECT id FROM person WHERE id = ANY($1::uuid[])"
_TEAMS_THERE = "SELECT id FROM team WHERE id = ANY($1::uuid[])"
_SUBJECTS_THERE = """
SELECT s.id FROM unnest($1::uuid[]) AS s (id) WHERE NOT $2 AND EXISTS (SELECT FROM person p WHERE p.id = s.id)
    OR EXISTS (SELECT FROM team t WHERE t.id = s.id) OR EXISTS (SELECT FROM unit u WHERE u.id = s.id)
    OR EXISTS (SELECT FROM household h WHERE h.id = s.id)
"""
_FORGET_HOMES = "DELETE FROM person_home WHERE person = ANY($1::uuid[])"
_STORE_HOMES = "INSERT INTO person_home SELECT * FROM jsonb_populate_recordset(NULL::person_home, $1::jsonb)"
_FORGET_CLUSTER_UNITS = "DELETE FROM cluster_unit WHERE cluster = ANY($1::uuid[])"
_STORE_CLUSTER_UNITS = """
INSERT INTO cluster_unit SELECT * FROM jsonb_populate_recordset(NULL::cluster_unit, $1::jsonb)
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of thing is read (by ids and codes) and written (from a JSON list of whole rows)."""

    read: str
    write: tuple[str, ...]


UNITS = Kind(
    "SELECT * FROM unit WHERE id = ANY($1::uuid[]) OR code = ANY($2::text[])",
    (
        """
        INSERT INTO unit SELECT * FROM jsonb_populate_recordset(NULL::unit, $1::jsonb)
        ON CONFLICT (id) DO UPDATE SET code = excluded.code, kind = excluded.kind, name = excluded.name,
            name_en = excluded.name_en, name_fold = excluded.name_fold, parent = excluded.parent,
            area_group = excluded.area_group, flags = excluded.flags, members = excluded.members,
            adults = excluded.adults, latitude = excluded.latitude, longitude = excluded.longitude,
            valid_from = excluded.valid_from, valid_to = excluded.valid_to, successor = excluded.successor
        """,
    ),
)
TEAMS = Kind(
    "SELECT *, NULL AS code FROM team WHERE id = ANY($1::uuid[]) AND $2::text[] IS NOT NULL",
    (
        """
        INSERT INTO team SELECT * FROM jsonb_populate_recordset(NULL::team, $1::jsonb)
        ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name,
            name_fold = excluded.name_fold, unit = excluded.unit, valid_from = excluded.valid_from,
            valid_to = excluded.valid_to
        """,
    ),
)
HOUSEHOLDS = Kind(
    "SELECT *, NULL AS code FROM household WHERE id = ANY($1::uuid[]) AND $2::text[] IS NOT NULL",
    (
        """
        INSERT INTO household SELECT * FROM jsonb_populate_recordset(NULL::household, $1::jsonb)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, unit = excluded.unit
        """,
    ),
)
CLUSTERS = Kind(
    """
    SELECT c.*, ARRAY(SELECT u.unit FROM cluster_unit u WHERE u.cluster = c.id ORDER BY u.unit) AS units
    FROM cluster c WHERE c.id = ANY($1::uuid[]) OR c.code = ANY($2::text[])
    """,
    (
        """
        INSERT INTO cluster SELECT * FROM jsonb_populate_recordset(NULL::cluster, $1::jsonb)
        ON CONFLICT (id) DO UPDATE SET code = excluded.code, kind = excluded.kind, name = excluded.name,
            unit = excluded.unit
        """,
    ),
)
PEOPLE = Kind(
    _PEOPLE,
    (
        """
        INSERT INTO person SELECT * FROM jsonb_populate_recordset(NULL::person, $1::jsonb)
        ON CONFLICT (id) DO NOTHING
        """,
        """
        INSERT INTO person_profile SELECT * FROM jsonb_populate_recordset(NULL::person_profile, $1::jsonb)
        ON CONFLICT (person) DO UPDATE SET name = excluded.name, name_fold = excluded.name_fold,
            sort_key = excluded.sort_key, born_on = excluded.born_on, contact = excluded.contact,
            target_group = excluded.target_group, public_name = excluded.public_name,
            priority = excluded.priority
        """,
    ),
)
MEMBERSHIPS = Kind(
    _MEMBERSHIPS,
    (
        """
        INSERT INTO membership SELECT * FROM jsonb_populate_recordset(NULL::membership, $1::jsonb)
        ON CONFLICT (person, team, valid_from) DO UPDATE SET valid_to = excluded.valid_to
        """,
    ),
)


async def lock(connection: Connection) -> None:
    """Let no other change of the organisation run beside this one; readers are not held up."""
    await connection.execute(_LOCK)


async def count_version(connection: Connection) -> None:
    """Say that the organisation has changed, so that nobody goes on with what they keep of it."""
    await connection.execute(_NEW_VERSION)


async def stored(
    connection: Connection, kind: Kind, ids: Iterable[UUID | None], codes: Iterable[str | None]
) -> tuple[dict[UUID | None, Row], dict[str | None, Row]]:
    """Return what is there under these ids or codes, by id and by code."""
    rows = [
        dict(row)
        for row in await connection.fetch(
            kind.read, [one for one in ids if one is not None], [one for one in codes if one is not None]
        )
    ]
    return {row["id"]: row for row in rows}, {row["code"]: row for row in rows}


async def units_named(connection: Connection, names: Collection[str]) -> dict[str, UUID]:
    """Return the ids of units named by id or code; both the id's text and the code are keys."""
    ids = [one for one in map(as_id, names) if one is not None]
    rows = await connection.fetch(_UNITS_NAMED, ids, list(names))
    return {str(name): row["id"] for row in rows for name in (row["id"], row["code"])}


async def people_with(
    connection: Connection, ids: Iterable[UUID | None]
) -> tuple[dict[UUID | None, Row], set[UUID]]:
    """Return the people there with their homes, and who of them has been erased.

    Who has no home was taken back: the id in history may be theirs again.
    """
    asked = [one for one in ids if one is not None]
    rows = {row["id"]: dict(row) | {"homes": {}} for row in await connection.fetch(_PEOPLE, asked)}
    for home in await connection.fetch(_HOMES, asked):
        rows[home["person"]]["homes"][home["valid_from"]] = home["unit"]
    there = {one: row for one, row in rows.items() if row["homes"]}
    return there, {one for one, row in there.items() if row["name"] is None}


async def memberships_of(connection: Connection, people: Collection[UUID]) -> dict[MembershipKey, Row]:
    """Return all memberships of these people, by person, team and first day."""
    rows = [dict(row) for row in await connection.fetch(_MEMBERSHIPS, list(people))]
    return {(row["person"], row["team"], row["valid_from"]): row for row in rows}


async def people_there(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Return which of these people exist."""
    return {row["id"] for row in await connection.fetch(_PEOPLE_THERE, list(ids))}


async def subjects_there(connection: Connection, ids: Collection[UUID], *, but: Kind) -> set[UUID]:
    """Return which of these ids something of another kind bears already."""
    rows = await connection.fetch(_SUBJECTS_THERE, list(ids), but is PEOPLE) if ids else ()
    return {row["id"] for row in rows}


async def teams_there(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Return which of these teams exist."""
    return {row["id"] for row in await connection.fetch(_TEAMS_THERE, list(ids))}


async def store(
    connection: Connection, kind: Kind, olds: Sequence[Row | None], rows: Sequence[Row]
) -> list[Put]:
    """Write the rows that are new or differ, count a version if there are any, and say what came of each."""
    changes = [_change(old, row) for old, row in zip(olds, rows, strict=True)]
    changed = [row for row, change in zip(rows, changes, strict=True) if change is not Change.UNCHANGED]
    if changed:
        await _write(connection, kind, changed)
        await count_version(connection)
    return [Put(row.get("id"), row.get("code"), change) for row, change in zip(rows, changes, strict=True)]


def _change(old: Row | None, row: Row) -> Change:
    if old is None:
        return Change.CREATED
    is_same = all(old[name] == value for name, value in row.items() if name in old)
    return Change.UNCHANGED if is_same else Change.UPDATED


async def _write(connection: Connection, kind: Kind, rows: Sequence[Row]) -> None:
    if kind is MEMBERSHIPS:
        # The earlier is closed before the next is opened: at no row may two of one pair be open.
        rows = sorted(rows, key=lambda row: row["valid_from"])
    payload = _as_json([row | {"person": row["id"]} if kind is PEOPLE else row for row in rows])
    for statement in kind.write:
        await connection.execute(statement, payload)
    if kind is PEOPLE:
        await _replace_homes(connection, rows)
    if kind is CLUSTERS:
        await _replace_cluster_units(connection, rows)


async def _replace_homes(connection: Connection, people: Sequence[Row]) -> None:
    await connection.execute(_FORGET_HOMES, [row["id"] for row in people])
    spans = [_home_row(row["id"], row["homes"]) for row in people]
    await connection.execute(
        _STORE_HOMES, _as_json([home for homes_of_one in spans for home in homes_of_one])
    )


def _home_row(person: UUID, moves: Mapping[date | None, UUID]) -> list[Row]:
    return [
        {"person": person, "unit": span.value, "valid_from": span.valid_from, "valid_to": span.valid_to}
        for span in homes(moves)
    ]


async def _replace_cluster_units(connection: Connection, clusters: Sequence[Row]) -> None:
    await connection.execute(_FORGET_CLUSTER_UNITS, [row["id"] for row in clusters])
    pairs = [{"cluster": row["id"], "unit": unit} for row in clusters for unit in row["units"]]
    await connection.execute(_STORE_CLUSTER_UNITS, _as_json(pairs))


def _as_json(rows: Sequence[Row]) -> str:
    return msgspec.json.encode(
        [{name: value for name, value in row.items() if name != "homes"} for row in rows]
    ).decode()
