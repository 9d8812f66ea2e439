"""What scoring reads of the ledger: nets, states, claims and rulebooks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from thidua.infra.database import Connection
from thidua.ledger.model import Net

# OFFSET 0 keeps each subquery whole: one look into an index a row, whatever the planner thinks of the table.
_NETS = """
SELECT e.activity, e.rule, e.subject, min(e.subject_kind) AS subject_kind, e.team, e.unit,
    min(e.festival) AS festival, min(e.category) AS category,
    max(e.rulebook_version) AS rulebook_version, min(e.occurred_at) AS occurred_at,
    sum(e.points)::bigint AS points, sum(e.units)::bigint AS units, min(e.sentence) AS sentence
FROM unnest($1::uuid[], $2::text[]) AS asked(activity, rule) CROSS JOIN LATERAL (
    SELECT * FROM ledger_entry WHERE activity = asked.activity AND rule = asked.rule OFFSET 0) e
GROUP BY e.activity, e.rule, e.subject, e.team, e.unit HAVING sum(e.points) <> 0 OR sum(e.units) <> 0
"""
_NETS_OF = """
SELECT e.activity, sum(e.points)::bigint AS points FROM ledger_entry e
WHERE e.activity = ANY($1::uuid[]) GROUP BY 1
"""
_STATES = """
SELECT asked.subject, asked.rule, asked.bucket, s.state
FROM unnest($1::rule_state[]) AS asked CROSS JOIN LATERAL (
    SELECT state FROM rule_state
    WHERE subject = asked.subject AND rule = asked.rule AND bucket = asked.bucket OFFSET 0) s
"""
_FIRST_CLAIMS = """
SELECT asked.rule, asked.key, c.occurred_at, c.activity, c.subject
FROM unnest($1::text[], $2::uuid[], $3::integer[]) AS asked(rule, key, wanted)
CROSS JOIN LATERAL (
    SELECT occurred_at, activity, subject FROM rule_claim
    WHERE rule = asked.rule AND key = asked.key ORDER BY occurred_at, activity LIMIT asked.wanted) c
ORDER BY asked.rule, asked.key, c.occurred_at, c.activity
"""
_CLAIMANTS = """
SELECT asked.number, c.activity FROM unnest($1::integer[], $2::text[], $3::uuid[]) AS asked(number, rule, key)
CROSS JOIN LATERAL (SELECT activity FROM rule_claim WHERE rule = asked.rule AND key = asked.key OFFSET 0) c
"""
# The key of a row that says: every fact left a state here, so where there is none there was no fact. Whoever
# empties the table takes the row along, and states are made again from the facts.
STATES_ARE_WHOLE = (UUID(int=0), "*", "")
_RULEBOOKS = "SELECT version, name, toml, published_at, in_force_from FROM rulebook ORDER BY version"


class ClaimRow(msgspec.Struct, frozen=True, gc=False):
    """One claim to a key, in the order in which claims hold it."""

    occurred_at: datetime
    activity: UUID
    subject: UUID

    @property
    def order(self) -> tuple[datetime, UUID]:
        """Where the claim stands among the key's claims."""
        return (self.occurred_at, self.activity)


@dataclass(frozen=True, slots=True)
class PublishedRulebook:
    """One published version as stored; `in_force_from` None means it has always been in force."""

    version: int
    name: str
    toml: str
    published_at: datetime
    in_force_from: datetime | None


async def nets(connection: Connection, asked: Collection[tuple[UUID, str]]) -> list[Net]:
    """Return what stands in the ledger for each asked (activity, rule), by subject, team and unit."""
    if not asked:
        return []
    rows = await connection.fetch(_NETS, *zip(*asked, strict=True))
    return [Net(*row.values()) for row in rows]


async def points_of(connection: Connection, activities: Collection[UUID]) -> dict[UUID, int]:
    """Return what each activity brings at present to all its beneficiaries."""
    rows = await connection.fetch(_NETS_OF, list(activities))
    return {row["activity"]: row["points"] for row in rows}


async def states(
    connection: Connection, keys: Collection[tuple[UUID, str, str]]
) -> dict[tuple[UUID, str, str], str]:
    """Return the stored states among the keys (subject, rule, bucket), as JSON text."""
    if not keys:
        return {}
    rows = await connection.fetch(_STATES, [(*key, None) for key in keys])
    return {(row["subject"], row["rule"], row["bucket"]): row["state"] for row in rows}


async def first_claims(
    connection: Connection, asked: Sequence[tuple[str, UUID, int]]
) -> dict[tuple[str, UUID], list[ClaimRow]]:
    """Return, for each (rule, key, how many), the first claims of the key in order."""
    found: dict[tuple[str, UUID], list[ClaimRow]] = {(rule, key): [] for rule, key, _ in asked}
    if not asked:
        return found
    for row in await connection.fetch(_FIRST_CLAIMS, *zip(*asked, strict=True)):
        claim = ClaimRow(row["occurred_at"], row["activity"], row["subject"])
        found[(row["rule"], row["key"])].append(claim)
    return found


async def claimants(connection: Connection, asked: Sequence[tuple[int, str, UUID]]) -> list[tuple[int, UUID]]:
    """Return (number, activity) of every activity that claims the asked (number, rule, key)."""
    if not asked:
        return []
    rows = await connection.fetch(_CLAIMANTS, *zip(*asked, strict=True))
    return [(row["number"], row["activity"]) for row in rows]


async def rulebooks(connection: Connection) -> list[PublishedRulebook]:
    """Return every published version, oldest first."""
    return [PublishedRulebook(*row.values()) for row in await connection.fetch(_RULEBOOKS)]
