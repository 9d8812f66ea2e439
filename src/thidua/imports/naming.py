"""Who and what activities, entries and badges name: history that no import may take back."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from thidua.activities.model import State
from thidua.infra.database import Connection

# A thing of ours cannot be named by what was recorded before it existed.
_NAMED = """
WITH asked AS (SELECT unnest($1::uuid[]) AS id)
SELECT id FROM asked
WHERE EXISTS (SELECT FROM activity a WHERE a.actor = asked.id AND a.state IS DISTINCT FROM $3)
    OR EXISTS (SELECT FROM activity a WHERE a.team = asked.id AND a.state IS DISTINCT FROM $3)
    OR EXISTS (SELECT FROM ledger_entry e JOIN activity a ON a.id = e.activity
        WHERE e.subject = asked.id AND a.state IS DISTINCT FROM $3)
    OR EXISTS (SELECT FROM badge_award b WHERE b.subject = asked.id)
    OR EXISTS (SELECT FROM account c WHERE c.person = asked.id)
UNION
SELECT (p ->> 'subject')::uuid FROM activity a, jsonb_array_elements(a.participants) p
WHERE a.participants <> '[]' AND a.recorded_at >= $2 AND (p ->> 'subject')::uuid = ANY($1::uuid[])
    AND a.state IS DISTINCT FROM $3
"""
_UNITS_NAMED = """
SELECT unit FROM activity WHERE unit = ANY($1::uuid[]) AND recorded_at >= $2
UNION SELECT subject FROM badge_award WHERE subject = ANY($1::uuid[])
"""
_STATES = "SELECT state, count(*) AS number FROM activity WHERE id = ANY($1::uuid[]) GROUP BY state"


async def named_by_history(
    connection: Connection, subjects: Collection[UUID], *, since: datetime, spared: State | None = None
) -> set[UUID]:
    """Return which people and teams, put in at `since`, some activity, entry, badge or account names.

    What is at the state `spared` is passed over.
    """
    rows = await connection.fetch(_NAMED, list(subjects), since, spared)
    return {row["id"] for row in rows}


async def units_named_by_history(
    connection: Connection, units: Collection[UUID], *, since: datetime
) -> set[UUID]:
    """Return which of these units, put in at `since`, have a badge or an activity that took place there."""
    return {row["unit"] for row in await connection.fetch(_UNITS_NAMED, list(units), since)}


async def states_of(connection: Connection, activities: Collection[UUID]) -> dict[State, int]:
    """Return how many of these activities stand in each state."""
    rows = await connection.fetch(_STATES, list(activities))
    return {State(row["state"]): row["number"] for row in rows}
