"""Claims that wait to be confirmed, and what one person has reported or done: for queues and own pages."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from thidua.activities.model import Activity
from thidua.activities.queries import COLUMNS, activity_of
from thidua.infra.database import Connection

Place = tuple[datetime, UUID]

_WITHIN = """
(a.unit IN (SELECT unit FROM unit_within WHERE ancestor = ANY($1::uuid[])) OR a.team = ANY($2::uuid[]))
"""
_ASKED = """
    AND ($3::text IS NULL OR a.type = $3)
    AND ($4::uuid IS NULL OR a.unit IN (SELECT unit FROM unit_within WHERE ancestor = $4))
    AND ($5::uuid[] IS NULL OR a.actor = ANY($5))
    AND ($6::timestamptz IS NULL OR a.occurred_at >= $6)
    AND ($7::timestamptz IS NULL OR a.occurred_at < $7)
"""
_WAITING = f"""
SELECT {COLUMNS} FROM activity a WHERE a.state = 1 AND {_WITHIN} {_ASKED}
    AND ($8::timestamptz IS NULL OR (a.occurred_at, a.id) > ($8, $9::uuid))
ORDER BY a.occurred_at, a.id LIMIT $10
"""  # noqa: S608 -- made of our own words
_WAITING_LATEST = f"""
SELECT {COLUMNS} FROM activity a WHERE a.state = 1 AND {_WITHIN} {_ASKED}
    AND ($8::timestamptz IS NULL OR (a.occurred_at, a.id) < ($8, $9::uuid))
ORDER BY a.occurred_at DESC, a.id DESC LIMIT $10
"""  # noqa: S608 -- as above
_COUNT = f"""
SELECT count(*) FROM (SELECT 1 FROM activity a WHERE a.state = 1 AND {_WITHIN} {_ASKED} LIMIT $8) found
"""  # noqa: S608 -- as above
_TYPES = f"""
SELECT a.type, count(*) AS claims FROM activity a WHERE a.state = 1 AND {_WITHIN} GROUP BY a.type
"""  # noqa: S608 -- as above
_HELPED = f"""
SELECT {COLUMNS} FROM activity a WHERE a.state = 1 AND a.participants @> $1::jsonb
ORDER BY a.occurred_at DESC, a.id DESC LIMIT $2
"""  # noqa: S608 -- as above
# Two looks, each into its own index; an activity that was both done and reported by one is listed once.
_OWN = f"""
SELECT {COLUMNS} FROM activity a WHERE a.id IN (
    (SELECT id FROM activity WHERE actor = $1
        AND ($3::timestamptz IS NULL OR (occurred_at, id) < ($3, $4::uuid))
        ORDER BY occurred_at DESC, id DESC LIMIT $5)
    UNION ALL
    (SELECT id FROM activity WHERE source = $2 AND source LIKE 'account:%'
        AND ($3::timestamptz IS NULL OR (occurred_at, id) < ($3, $4::uuid))
        ORDER BY occurred_at DESC, id DESC LIMIT $5)
) ORDER BY a.occurred_at DESC, a.id DESC LIMIT $5
"""  # noqa: S608 -- as above


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingAsked:
    """Which claims a queue shall hold, and from which end.

    All within these units and those of these teams; then the filters.
    """

    units: Collection[UUID]
    teams: Collection[UUID]
    type: str | None = None
    unit: UUID | None = None
    actors: Collection[UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None
    is_latest_first: bool = False

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What the statements take first."""
        actors = None if self.actors is None else list(self.actors)
        where = (list(self.units), list(self.teams))
        return (*where, self.type, self.unit, actors, self.since, self.until)


def place_of(moment: str, activity: str) -> Place:
    """Return the place in a list that a cursor tells of."""
    return (datetime.fromisoformat(moment), UUID(activity))


async def waiting(
    connection: Connection, asked: WaitingAsked, *, after: Place | None = None, count_max: int
) -> list[Activity]:
    """Return claims that wait, the oldest first or the latest."""
    sql = _WAITING_LATEST if asked.is_latest_first else _WAITING
    rows = await connection.fetch(sql, *asked.arguments, *(after or (None, None)), count_max)
    return [activity_of(row) for row in rows]


async def count_waiting(connection: Connection, asked: WaitingAsked, *, count_max: int) -> int:
    """Return how many claims wait; counting stops there."""
    found: int = await connection.fetchval(_COUNT, *asked.arguments, count_max)
    return found


async def types_waiting(connection: Connection, asked: WaitingAsked) -> dict[str, int]:
    """Return how many claims of each type wait, whatever else was filtered."""
    rows = await connection.fetch(_TYPES, list(asked.units), list(asked.teams))
    return {row["type"]: row["claims"] for row in rows}


async def waiting_for_helped(connection: Connection, person: UUID, *, count_max: int) -> list[Activity]:
    """Return claims that name the person as taking part, the latest first."""
    named = json.dumps([{"subject": str(person)}])
    return [activity_of(row) for row in await connection.fetch(_HELPED, named, count_max)]


async def own(
    connection: Connection, person: UUID | None, source: str, *, before: Place | None = None, count_max: int
) -> list[Activity]:
    """Return what the person did and what the source reported, the latest first."""
    rows = await connection.fetch(_OWN, person, source, *(before or (None, None)), count_max)
    return [activity_of(row) for row in rows]
