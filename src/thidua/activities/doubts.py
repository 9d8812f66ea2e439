"""Doubts: what people say is wrong about an activity's figures, for those who verify there to answer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from thidua.infra.database import Connection
from thidua.kernel.errors import ConflictError, DomainError

SAID_CHARACTERS_MAX = 1_000
OPEN_MAX = 20

_COLUMNS = """
SELECT d.id, d.activity, d.entry, d.account, d.said, d.raised_at, d.outcome, d.answer, d.answered_at
FROM activity_doubt d
"""
_WAITS = """
d.outcome IS NULL
    AND (d.team = ANY($2::uuid[])
        OR d.unit IN (SELECT unit FROM unit_within WHERE ancestor = ANY($1::uuid[])))
"""
_OPEN = f"{_COLUMNS} WHERE {_WAITS} ORDER BY d.raised_at, d.id LIMIT $3"
_COUNT = f"SELECT count(*) FROM (SELECT 1 FROM activity_doubt d WHERE {_WAITS} LIMIT $3) found"  # noqa: S608 -- made of our own words
_ABOUT = f"{_COLUMNS} WHERE d.activity = $1 ORDER BY d.raised_at DESC, d.id"
_RAISED = f"{_COLUMNS} WHERE d.account = $1 ORDER BY d.raised_at DESC, d.id LIMIT $2"
_ONE = f"{_COLUMNS} WHERE d.id = $1"


class Outcome(StrEnum):
    """What came of a doubt: the figure stands, or the activity was rejected."""

    KEPT = "kept"
    REJECTED = "rejected"


class DoubtWaitsError(ConflictError):
    """This account has asked about this activity already and waits for the answer."""

    code = "doubt_waits"


class DoubtAnsweredError(ConflictError):
    """Somebody else has answered it meanwhile."""

    code = "doubt_answered"


class TooManyDoubtsError(DomainError):
    """This account waits for as many answers as one may."""

    code = "too_many_doubts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One doubt as it stands; without an outcome it waits for an answer."""

    id: UUID
    activity: UUID
    entry: int | None
    account: UUID
    said: str
    raised_at: datetime
    outcome: str | None
    answer: str | None
    answered_at: datetime | None


async def open_doubts(
    connection: Connection, *, units: Collection[UUID], teams: Collection[UUID], count_max: int
) -> list[Doubt]:
    """The doubts that wait within these units or about these teams, oldest first."""
    rows = await connection.fetch(_OPEN, list(units), list(teams), count_max)
    return [Doubt(**row) for row in rows]


async def count_open(
    connection: Connection, *, units: Collection[UUID], teams: Collection[UUID], count_max: int
) -> int:
    """How many doubts wait there; counting stops at so many."""
    found: int = await connection.fetchval(_COUNT, list(units), list(teams), count_max)
    return found


async def doubts_about(connection: Connection, activity: UUID) -> list[Doubt]:
    """Every doubt about the activity, latest first."""
    return [Doubt(**row) for row in await connection.fetch(_ABOUT, activity)]


async def doubts_of(connection: Connection, account: UUID, *, count_max: int) -> list[Doubt]:
    """What the account has doubted, latest first."""
    return [Doubt(**row) for row in await connection.fetch(_RAISED, account, count_max)]


async def doubt_of(connection: Connection, doubt: UUID) -> Doubt | None:
    """The doubt, if there is one."""
    row = await connection.fetchrow(_ONE, doubt)
    return None if row is None else Doubt(**row)
