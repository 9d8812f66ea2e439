"""What pages of persons read of activities: the newest of an actor, and how many people an actor helped."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from thidua.activities.model import HELPED_ROLES, Activity, State
from thidua.activities.queries import COLUMNS, activity_of
from thidua.infra.database import Connection

_OF_ACTOR = f"""
SELECT {COLUMNS} FROM activity a
WHERE a.actor = $1 AND a.occurred_at > $2 AND a.occurred_at <= $3 AND a.state = ANY($4::smallint[])
ORDER BY a.occurred_at DESC, a.id DESC LIMIT $5
"""  # noqa: S608 -- made of our own words
_HELPED = """
SELECT count(DISTINCT who ->> 'subject') FROM activity a, jsonb_array_elements(a.participants) who
WHERE a.actor = $1 AND a.occurred_at >= $2 AND a.occurred_at < $3 AND a.state = 2 AND a.suspended = 0
    AND who ->> 'role' = ANY($4::text[])
"""
_WAITING = "SELECT count(*) FROM activity WHERE actor = $1 AND state = 1"
_ON_DAY = """
SELECT count(*) FROM activity WHERE actor = $1 AND state = 1 AND type = ANY($2::text[])
    AND occurred_at >= $3 AND occurred_at < $4 AND id <> $5
"""


async def of_actor(
    connection: Connection,
    actor: UUID,
    *,
    after: datetime,
    until: datetime,
    states: Collection[State],
    rows_max: int,
) -> list[Activity]:
    """Return the actor's activities in those states after one moment and up to another, latest first."""
    wanted = [state.value for state in states]
    rows = await connection.fetch(_OF_ACTOR, actor, after, until, wanted, rows_max)
    return [activity_of(row) for row in rows]


async def people_helped(
    connection: Connection, actor: UUID, *, starts_at: datetime, ends_at: datetime
) -> int:
    """Return how many different people the actor helped by name, in activities that count."""
    found: int = await connection.fetchval(_HELPED, actor, starts_at, ends_at, list(HELPED_ROLES))
    return found


async def waiting(connection: Connection, actor: UUID) -> int:
    """Return how many activities of the actor are not confirmed yet."""
    found: int = await connection.fetchval(_WAITING, actor)
    return found


async def count_on_day(
    connection: Connection,
    actor: UUID,
    *,
    types: Collection[str],
    starts_at: datetime,
    ends_at: datetime,
    without: UUID,
) -> int:
    """Return how many other activities of these types, done by the actor that day, are not confirmed yet."""
    found: int = await connection.fetchval(_ON_DAY, actor, list(types), starts_at, ends_at, without)
    return found
