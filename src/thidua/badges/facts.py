"""The deeds that badges are earned by, as they are stored now: of actors, of teams, of everybody."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from thidua.activities.model import Context, Participant, State
from thidua.badges.definitions import Who
from thidua.infra.database import Connection
from thidua.scoring.model import Fact

_decode_attributes = msgspec.json.Decoder(dict[str, Any]).decode
_decode_participants = msgspec.json.Decoder(tuple[Participant, ...]).decode
_decode_context = msgspec.json.Decoder(Context).decode

FACT_COLUMNS = """
    a.id, a.type, a.occurred_at, a.actor, a.actor_kind, a.unit, a.team, a.festival, a.quantity"""
COLUMNS = f"""{FACT_COLUMNS},
    a.attributes::text AS attributes, a.participants::text AS participants, a.context::text AS context,
    a.state, a.suspended"""
# OFFSET 0 keeps the subquery whole: one look into an index a subject, whatever the planner thinks.
_OF = """
SELECT {columns}, s.subject FROM (
    SELECT subject, string_to_array(words, ' ') AS types FROM unnest($1::uuid[], $2::text[])
        AS asked(subject, words) OFFSET 0
) s CROSS JOIN LATERAL (
    SELECT * FROM activity a WHERE a.{owner} = s.subject AND a.type = ANY(s.types) AND {standing} OFFSET 0
) a
"""
_COUNTING = "a.state = 2 AND a.suspended = 0"
_JUDGED = "a.state IN (2, 3)"
_BY_ID = f"SELECT {COLUMNS} FROM activity a WHERE a.id = ANY($1::uuid[])"  # noqa: S608 -- made of our own words
_SOME = f"""
SELECT {COLUMNS} FROM activity a WHERE a.id > $1 AND a.type = ANY($2::text[]) AND a.state IN (2, 3)
ORDER BY a.id LIMIT $3
"""  # noqa: S608 -- as above
_ABOVE = "SELECT unit, ancestor FROM unit_within WHERE unit = ANY($1::uuid[])"
_POINTS = """
SELECT e.subject, e.occurred_at, e.festival, e.points FROM ledger_entry e
WHERE e.subject = ANY($1::uuid[]) AND (cardinality($2::text[]) = 0 OR e.category = ANY($2::text[]))
"""
_PAGE = 5_000
_EMPTY = (None, "{}", "[]")
_NOTHING: Mapping[str, object] = {}
_NO_CONTEXT: tuple[None, frozenset[str], None, frozenset[str]] = (None, frozenset(), None, frozenset())
_FIRST = UUID(int=0)


class Deed(NamedTuple):
    """A deed, and whether it counts now: verified, and not named by a finding of fraud."""

    fact: Fact
    counts: bool


class Points(NamedTuple):
    """Points of one entry, and when they were earned."""

    occurred_at: datetime
    festival: str | None
    points: int


async def deeds_of(
    connection: Connection, who: Who, asked: Mapping[UUID, Collection[str]], *, also_refused: bool = False
) -> dict[UUID, list[Deed]]:
    """Return the deeds of each actor, or for each team, of the types asked of it.

    With `also_refused` those that were rejected or are suspended too.
    """
    assert who in {Who.ACTOR, Who.TEAM}, "those that an index finds"
    query = _OF.format(columns=COLUMNS, owner=who.value, standing=_JUDGED if also_refused else _COUNTING)
    words = [" ".join(types) for types in asked.values()]
    found: dict[UUID, list[Deed]] = {}
    for row in await connection.fetch(query, list(asked), words):
        found.setdefault(row[14], []).append(deed_of(row))
    return found


async def deeds_named(connection: Connection, ids: Collection[UUID]) -> list[Deed]:
    """Return these deeds, whatever became of them."""
    return [deed_of(row) for row in await connection.fetch(_BY_ID, list(ids))] if ids else []


async def all_deeds(connection: Connection, types: Collection[str]) -> AsyncIterator[list[Deed]]:
    """Yield every deed of the types that was verified or rejected, some thousands at a time."""
    after = _FIRST
    while rows := await connection.fetch(_SOME, after, list(types), _PAGE):
        yield [deed_of(row) for row in rows]
        after = rows[-1]["id"]


async def points_of(
    connection: Connection, subjects: Collection[UUID], categories: Collection[str]
) -> dict[UUID, list[Points]]:
    """Return what each subject was paid in these categories, or in all if none is named."""
    found: dict[UUID, list[Points]] = {}
    for row in await connection.fetch(_POINTS, list(subjects), list(categories)):
        found.setdefault(row["subject"], []).append(
            Points(row["occurred_at"], row["festival"], row["points"])
        )
    return found


async def units_above(connection: Connection, units: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Return each unit with all above it, itself included."""
    found: dict[UUID, list[UUID]] = {}
    for row in await connection.fetch(_ABOVE, list(units)):
        found.setdefault(row["unit"], []).append(row["ancestor"])
    return found


def deed_of(row: Sequence[Any]) -> Deed:
    """The deed a row that begins with `COLUMNS` holds."""
    return Deed(fact_of(row), row[12] == State.VERIFIED and not row[13])


def fact_of(row: Sequence[Any]) -> Fact:
    """The fact a row that begins with `FACT_COLUMNS` holds; a text that was not asked for is empty there."""
    attributes, participants = row[9], row[10]
    area_group, flags, target_group, helped = _NO_CONTEXT if row[11] is None else _context(row[11])
    return Fact(
        id=row[0],
        type=row[1],
        occurred_at=row[2],
        version=0,  # of the rulebook: badges ask for none
        actor=row[3],
        actor_kind=row[4],
        unit=row[5],
        team=row[6],
        festival=row[7],
        quantity=row[8],
        attributes=_NOTHING if attributes in _EMPTY else _decode_attributes(attributes),
        participants=() if participants in _EMPTY else _participants(participants),
        area_group=area_group,
        flags=flags,
        target_group=target_group,
        helped=helped,
    )


def counting(deeds: Iterable[Deed]) -> list[Fact]:
    """The deeds that count."""
    return [deed.fact for deed in deeds if deed.counts]


def refused(deeds: Iterable[Deed]) -> Sequence[Fact]:
    """The deeds that do not."""
    return [deed.fact for deed in deeds if not deed.counts]


def _participants(text: str) -> tuple[tuple[UUID, str], ...]:
    return tuple([(one.subject, one.role) for one in _decode_participants(text)])


@lru_cache(10_000)
def _context(text: str) -> tuple[str | None, frozenset[str], str | None, frozenset[str]]:
    """What a stored context tells; there are few different ones."""
    context = _decode_context(text)
    return context.area_group, frozenset(context.flags), context.target_group, frozenset(context.helped)
