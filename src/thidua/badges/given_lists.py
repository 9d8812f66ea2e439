"""The lists by which badges were given lately: for who gave them, or may take them back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from thidua.accounts.model import Appointer
from thidua.badges.by_hand import may_over
from thidua.infra import audit
from thidua.infra.database import Connection
from thidua.kernel.subjects import SubjectKind

LISTS_MAX = 10
_LOOKED_AT_MAX = 20
# Numbers of lists begin with their moment. One step along the index for each list, however long it is.
_LATEST = """
WITH RECURSIVE latest AS (
    (SELECT batch, 1 AS place FROM badge_award WHERE batch IS NOT NULL ORDER BY batch DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT a.batch FROM badge_award a WHERE a.batch < l.batch ORDER BY a.batch DESC LIMIT 1),
        place + 1
    FROM latest l WHERE l.batch IS NOT NULL AND place < $1
)
SELECT batch FROM latest WHERE batch IS NOT NULL
"""
_LISTS = """
SELECT batch, min(badge) AS badge, min(awarded_at) AS given_at, count(*) AS given,
    count(*) FILTER (WHERE state = 1) AS active, (array_agg(subject ORDER BY id))[1] AS subject,
    min(subject_kind) AS kind
FROM badge_award WHERE batch = ANY($1::uuid[]) GROUP BY batch ORDER BY given_at DESC, batch DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenList:
    """What one list gave, and how much of it nobody took back."""

    batch: UUID
    badge: str
    given_at: datetime
    given: int
    active: int


async def lists_lately(connection: Connection, *, by: Appointer, at: datetime) -> list[GivenList]:
    """Return the lists given last that they may open: of their own, and of all the very latest."""
    own = await audit.things(connection, by.account, "badges_given", _LOOKED_AT_MAX)
    latest = [row["batch"] for row in await connection.fetch(_LATEST, _LOOKED_AT_MAX)]
    return await _open_to(connection, {*map(UUID, own), *latest}, by=by, at=at)


async def _open_to(
    connection: Connection, batches: Collection[UUID], *, by: Appointer, at: datetime
) -> list[GivenList]:
    found: list[GivenList] = []
    for row in await connection.fetch(_LISTS, list(batches)):
        told = dict(row)
        subject, kind = told.pop("subject"), SubjectKind(told.pop("kind"))
        if len(found) < LISTS_MAX and await may_over(connection, subject, kind, by=by, at=at):
            found.append(GivenList(**told))
    return found
