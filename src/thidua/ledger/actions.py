"""Every write of the ledger. Only the engine calls these, in its transaction, under the subjects' locks."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from thidua.infra.database import Connection
from thidua.kernel.period import midnight_of
from thidua.ledger.model import Grain, Posting, entry_hash

_encode = msgspec.json.Encoder(order="deterministic").encode

_NUMBERS = "SELECT nextval('ledger_entry_id_seq') AS id FROM generate_series(1, $1)"
_COLUMNS = (
    *(
        "id",
        "subject",
        "subject_kind",
        "team",
        "unit",
        "festival",
        "category",
        "rule",
        "rulebook_version",
        "points",
    ),
    *("units", "activity", "act", "kind", "occurred_at", "posted_at", "sentence", "params", "hash"),
)
_ADD = """
INSERT INTO tally (subject, subject_kind, team, unit, festival, day, category, points, last_at)
SELECT * FROM unnest($1::tally[])
ON CONFLICT (subject, day, category, unit, team, festival)
DO UPDATE SET points = tally.points + excluded.points, last_at = greatest(tally.last_at, excluded.last_at)
"""
# An award fell to 0: the last moment is read again from the entries of that row (21).
_LAST_AGAIN = """
UPDATE tally t SET last_at = (
    SELECT max(occurred_at) FROM (
        SELECT min(e.occurred_at) AS occurred_at FROM ledger_entry e
        WHERE e.subject = t.subject AND e.occurred_at >= $8 AND e.occurred_at < $8 + interval '1 day'
            AND e.team IS NOT DISTINCT FROM t.team AND e.unit = t.unit
            AND e.festival IS NOT DISTINCT FROM t.festival AND e.category = t.category
        GROUP BY e.activity, e.rule HAVING sum(e.points) <> 0) standing)
WHERE t.subject = $1 AND t.team IS NOT DISTINCT FROM $2 AND t.unit = $3 AND t.festival IS NOT DISTINCT FROM $4
    AND t.day = $5 AND t.category = $6 AND t.subject_kind = $7
"""
_KEEP_STATES = """
INSERT INTO rule_state (subject, rule, bucket, state)
SELECT * FROM unnest($1::rule_state[])
ON CONFLICT (subject, rule, bucket) DO UPDATE SET state = excluded.state
"""
_STATE_COLUMNS = ("subject", "rule", "bucket", "state")
# From so many rows on a COPY is cheaper than an INSERT that must expect conflicts.
_COPIED_FROM = 32
_CLAIM = """
INSERT INTO rule_claim (rule, key, occurred_at, activity, subject)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::uuid[])
"""
_RELEASE = """
DELETE FROM rule_claim c USING unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::uuid[])
    AS gone(rule, key, occurred_at, activity)
WHERE c.rule = gone.rule AND c.key = gone.key
    AND c.occurred_at = gone.occurred_at AND c.activity = gone.activity
"""
_PUBLISH = """
INSERT INTO rulebook (version, name, toml, hash, published_at, in_force_from) VALUES ($1, $2, $3, $4, $5, $6)
"""

Claim = tuple[str, UUID, datetime, UUID, UUID]
StateKey = tuple[UUID, str, str]


async def post(connection: Connection, postings: Sequence[Posting], *, at: datetime) -> list[int]:
    """Write the entries and add them to their totals; return the entries' numbers, in the order given."""
    if not postings:
        return []
    numbers = [row["id"] for row in await connection.fetch(_NUMBERS, len(postings))]
    rows = [_row(number, posting, at) for number, posting in zip(numbers, postings, strict=True)]
    await connection.copy_records_to_table("ledger_entry", records=rows, columns=_COLUMNS)
    await _add_to_tallies(connection, postings)
    return numbers


async def keep_states(
    connection: Connection, states: Mapping[StateKey, bytes], *, known: Container[StateKey] = ()
) -> None:
    """Store where the folds stand now; an empty state says that facts were there, to be read when needed.

    `known` are keys that have a row, as read under the same locks: the others are new.
    """
    rows = [(*key, state.decode()) for key, state in states.items()]
    new = [row for row in rows if row[:3] not in known]
    if len(new) >= _COPIED_FROM:
        await connection.copy_records_to_table("rule_state", records=new, columns=_STATE_COLUMNS)
        rows = [row for row in rows if row[:3] in known]
    if rows:
        await connection.execute(_KEEP_STATES, rows)


async def claim(connection: Connection, claims: Sequence[Claim]) -> None:
    """Enter the claims; the first claim of a key, in order of its activity, holds it."""
    if claims:
        await connection.execute(_CLAIM, *zip(*claims, strict=True))


async def release(connection: Connection, claims: Sequence[Claim]) -> None:
    """Strike out the claims of activities that no longer count; claims are derived and may go."""
    if claims:
        await connection.execute(_RELEASE, *list(zip(*claims, strict=True))[:4])


async def publish_rulebook(  # noqa: PLR0913  the row's columns
    connection: Connection,
    *,
    version: int,
    name: str,
    toml: str,
    digest: bytes,
    published_at: datetime,
    in_force_from: datetime | None,
) -> None:
    """Store a rulebook version for good."""
    await connection.execute(_PUBLISH, version, name, toml, digest, published_at, in_force_from)


async def _add_to_tallies(connection: Connection, postings: Iterable[Posting]) -> None:
    points: dict[Grain, int] = {}
    last_at: dict[Grain, datetime | None] = {}
    fallen: set[Grain] = set()
    for posting in postings:
        grain = posting.grain
        points[grain] = points.get(grain, 0) + posting.points
        if posting.falls_to_zero:
            fallen.add(grain)
        moment = None if posting.falls_to_zero else posting.occurred_at
        known = last_at.get(grain)
        last_at[grain] = max(known, moment) if known and moment else known or moment
    rows = [(*grain, amount, last_at[grain]) for grain, amount in points.items()]
    await connection.execute(_ADD, rows)
    for grain in fallen:
        subject, kind, team, unit, festival, day, category = grain
        await connection.execute(
            _LAST_AGAIN, subject, team, unit, festival, day, category, kind, midnight_of(day)
        )


def _row(number: int, posting: Posting, at: datetime) -> tuple[object, ...]:
    params = _encode(posting.params)
    return (
        number,
        posting.subject,
        posting.subject_kind,
        posting.team,
        posting.unit,
        posting.festival,
        posting.category,
        posting.rule,
        posting.rulebook_version,
        posting.points,
        posting.units,
        posting.activity,
        posting.act,
        int(posting.kind),
        posting.occurred_at,
        at,
        posting.sentence,
        params.decode(),
        entry_hash(number, posting, at, params),
    )
