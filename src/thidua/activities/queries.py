"""Every read of activities."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from thidua.activities.model import Act, Activity, Context, Participant, State
from thidua.infra.database import Connection

_decode_attributes = msgspec.json.Decoder(dict[str, Any]).decode
_decode_participants = msgspec.json.Decoder(tuple[Participant, ...]).decode
_decode_evidence = msgspec.json.Decoder(tuple[dict[str, Any], ...]).decode
_decode_context = msgspec.json.Decoder(Context).decode

COLUMNS = """
    a.id, a.type, a.occurred_at, a.recorded_at, a.actor, a.actor_kind, a.team, a.unit, a.festival,
    a.quantity, a.attributes::text AS attributes, a.participants::text AS participants,
    a.evidence::text AS evidence, a.context::text AS context, a.source, a.state, a.suspended,
    a.rulebook_version, a.replaces"""
_BY_ID = f"SELECT {COLUMNS} FROM activity a WHERE a.id = ANY($1::uuid[])"  # noqa: S608 -- made of our own words
_COUNTING = "a.state = 2 AND a.suspended = 0"
# OFFSET 0 and LIMIT keep a subquery whole, so that each asked row is one look into an index: joined as a set,
# a few hundred of them made PostgreSQL read whole tables (2 ms an activity instead of 90 us).
_IN_SPANS = """
SELECT s.number, {columns}
FROM (
    SELECT number, subject, starts_at, ends_at, string_to_array(words, ' ') AS types
    FROM unnest($1::integer[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[])
        AS asked(number, subject, starts_at, ends_at, words) OFFSET 0
) s CROSS JOIN LATERAL (
    SELECT * FROM activity a WHERE a.{owner} = s.subject
        AND a.occurred_at >= s.starts_at AND a.occurred_at < s.ends_at
        AND a.type = ANY(s.types) AND {counting} OFFSET 0
) a ORDER BY s.number, a.occurred_at, a.id
"""
_OF_ACTOR = _IN_SPANS.format(columns=COLUMNS, owner="actor", counting=_COUNTING)
_OF_TEAM = _IN_SPANS.format(columns=COLUMNS, owner="team", counting=_COUNTING)
_KEYS = "SELECT id, source, fingerprint FROM activity_key WHERE id = ANY($1::uuid[])"
# The type as the index of actors tells it.
_A_DAY = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM activity a WHERE a.actor = s.actor
    AND a.occurred_at >= s.day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
    AND a.occurred_at < (s.day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
    AND a.type || '' = s.type AND a.state = 2 LIMIT 201) found) AS found
FROM unnest($1::uuid[], $2::date[], $3::text[]) WITH ORDINALITY AS s(actor, day, type, number)
ORDER BY s.number
"""
_OTHERS = """
SELECT s.number - 1 AS place FROM (
    SELECT number, subject, starts_at, ends_at, string_to_array(words, ' ') AS types,
        ($5::uuid[])[from_place:to_place] AS known
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $6::integer[], $7::integer[])
        WITH ORDINALITY AS asked(subject, words, starts_at, ends_at, from_place, to_place, number) OFFSET 0
) s CROSS JOIN LATERAL (
    SELECT 1 FROM activity a WHERE a.{owner} = s.subject
        AND a.occurred_at >= s.starts_at AND a.occurred_at < s.ends_at
        AND a.type = ANY(s.types) AND {counting} AND NOT a.id = ANY(s.known) LIMIT 1
) other
"""
_OTHERS_OF_ACTOR = _OTHERS.format(owner="actor", counting=_COUNTING)
_OTHERS_OF_TEAM = _OTHERS.format(owner="team", counting=_COUNTING)
_ACTIVITIES_OF_ACTS = "SELECT id, activity FROM activity_act WHERE id = ANY($1::uuid[])"
_ACTS = "SELECT * FROM activity_act WHERE activity = ANY($1::uuid[]) ORDER BY at, id"


class Span(msgspec.Struct, frozen=True, gc=False):
    """Which activities are asked for: of a subject (actor or team), of these types, in a half-open span."""

    subject: UUID
    types: frozenset[str]
    starts_at: datetime
    ends_at: datetime
    of_team: bool = False

    @property
    def types_text(self) -> str:
        """The types as one text: codes hold no spaces."""
        return _joined(self.types)


@lru_cache(1024)
def _joined(types: frozenset[str]) -> str:
    return " ".join(sorted(types))


async def by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Activity]:
    """Return the activities that exist among the ids."""
    rows = await connection.fetch(_BY_ID, list(ids))
    return {row["id"]: activity_of(row) for row in rows}


async def counting_in(connection: Connection, spans: Sequence[Span]) -> list[list[Activity]]:
    """Return, for each span, the activities there that scoring sees, in order."""
    found: list[list[Activity]] = [[] for _ in spans]
    for of_team, query in ((False, _OF_ACTOR), (True, _OF_TEAM)):
        asked = [(number, span) for number, span in enumerate(spans) if span.of_team is of_team]
        if not asked:
            continue
        rows = await connection.fetch(
            query,
            [number for number, _ in asked],
            [span.subject for _, span in asked],
            [span.starts_at for _, span in asked],
            [span.ends_at for _, span in asked],
            [span.types_text for _, span in asked],
        )
        for row in rows:
            found[row["number"]].append(activity_of(row))
    return found


async def keys_taken(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, tuple[str, bytes]]:
    """Return the source and fingerprint under which each of the ids was taken."""
    rows = await connection.fetch(_KEYS, list(ids))
    return {row["id"]: (row["source"], row["fingerprint"]) for row in rows}


async def others_in(
    connection: Connection, spans: Sequence[Span], known: Mapping[UUID, Sequence[UUID]]
) -> set[int]:
    """Return the places of the spans in which scoring sees any activity but those known of the subject."""
    found: set[int] = set()
    for of_team, query in ((False, _OTHERS_OF_ACTOR), (True, _OTHERS_OF_TEAM)):
        places = [place for place, span in enumerate(spans) if span.of_team is of_team]
        if not places:
            continue
        asked = [spans[place] for place in places]
        ids: list[UUID] = []
        slices = {span.subject: _slice(ids, known[span.subject]) for span in asked}
        rows = await connection.fetch(
            query,
            [span.subject for span in asked],
            [span.types_text for span in asked],
            [span.starts_at for span in asked],
            [span.ends_at for span in asked],
            ids,
            [slices[span.subject][0] for span in asked],
            [slices[span.subject][1] for span in asked],
        )
        found.update(places[row["place"]] for row in rows)
    return found


def _slice(ids: list[UUID], more: Sequence[UUID]) -> tuple[int, int]:
    """Add more ids; return the places of the first and the last of them, as PostgreSQL counts."""
    ids += more
    return len(ids) - len(more) + 1, len(ids)


async def verified_a_day(connection: Connection, asked: Collection[tuple[UUID, date, str]]) -> list[int]:
    """Return how many verified activities each (actor, local day, type) has; counting stops at 201."""
    if not asked:
        return []
    rows = await connection.fetch(_A_DAY, *zip(*asked, strict=True))
    return [row["found"] for row in rows]


async def acts_of(connection: Connection, activity: UUID) -> list[Act]:
    """Return the acts that changed the activity after its recording, oldest first."""
    return (await acts_of_many(connection, [activity])).get(activity, [])


async def acts_of_many(connection: Connection, ids: Collection[UUID]) -> dict[UUID, list[Act]]:
    """Return the acts of each of the activities that has any, oldest first."""
    found: dict[UUID, list[Act]] = {}
    for row in await connection.fetch(_ACTS, list(ids)):
        found.setdefault(row["activity"], []).append(_act_of(row))
    return found


async def activities_of_acts(connection: Connection, acts: Collection[UUID]) -> dict[UUID, UUID]:
    """Return which activity each of the acts is about; recording one is no act."""
    rows = await connection.fetch(_ACTIVITIES_OF_ACTS, list(acts))
    return {row["id"]: row["activity"] for row in rows}


def activity_of(row: Any) -> Activity:  # noqa: ANN401  asyncpg's records carry no types
    """Return the activity a row of the table holds."""
    return Activity(
        id=row["id"],
        type=row["type"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        actor=row["actor"],
        actor_kind=row["actor_kind"],
        team=row["team"],
        unit=row["unit"],
        festival=row["festival"],
        quantity=row["quantity"],
        attributes=_decode_attributes(row["attributes"]),
        participants=_decode_participants(row["participants"]),
        evidence=_decode_evidence(row["evidence"]),
        context=_decode_context(row["context"]),
        source=row["source"],
        state=State(row["state"]),
        suspended=row["suspended"],
        rulebook_version=row["rulebook_version"],
        replaces=row["replaces"],
    )


def _act_of(row: Any) -> Act:  # noqa: ANN401  as above
    return Act(
        id=row["id"],
        activity=row["activity"],
        kind=row["kind"],
        from_state=State(row["from_state"]),
        to_state=State(row["to_state"]),
        by=row["by"],
        reason=row["reason"],
        at=row["at"],
    )
