"""Every write of activities. The caller holds the locks and the transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from thidua.activities.doubts import (
    OPEN_MAX,
    DoubtAnsweredError,
    DoubtWaitsError,
    Outcome,
    TooManyDoubtsError,
)
from thidua.activities.model import Act, Activity, ActivityReport
from thidua.infra import audit
from thidua.infra.audit import Deed
from thidua.infra.database import Connection
from thidua.kernel.ids import new_id

_encode = msgspec.json.Encoder().encode

_CLAIM_KEYS = """
INSERT INTO activity_key (id, source, fingerprint)
SELECT * FROM unnest($1::activity_key[])
ON CONFLICT (id) DO NOTHING RETURNING id
"""
# What `insert` writes, in the order of its rows.
INSERTED_COLUMNS = (
    *(
        "id",
        "type",
        "occurred_at",
        "recorded_at",
        "actor",
        "actor_kind",
        "team",
        "unit",
        "festival",
        "quantity",
    ),
    *(
        "attributes",
        "participants",
        "evidence",
        "context",
        "source",
        "state",
        "suspended",
        "rulebook_version",
    ),
    "replaces",
)
_SET_STATE = "UPDATE activity SET state = $2 WHERE id = $1"
_SUSPEND = "UPDATE activity SET suspended = suspended + $2 WHERE id = ANY($1::uuid[])"
_ACT = """
INSERT INTO activity_act (id, activity, kind, from_state, to_state, by, reason, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_SET_VERSION = "UPDATE activity SET rulebook_version = $2 WHERE id = ANY($1::uuid[])"
_MOVE = """
UPDATE activity a SET team = m.team, unit = m.unit, context = m.context
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]::json[]) AS m(id, team, unit, context)
WHERE a.id = m.id
"""

_OPEN_DOUBTS = "SELECT count(*) FROM activity_doubt WHERE account = $1 AND outcome IS NULL"
_RAISE = """
INSERT INTO activity_doubt (id, activity, entry, unit, team, account, said, raised_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING RETURNING 1
"""
_ANSWER = """
UPDATE activity_doubt SET outcome = $2, answer = $3, answered_by = $4, answered_at = $5
WHERE id = $1 AND outcome IS NULL RETURNING activity
"""


async def claim_ids(connection: Connection, reports: Sequence[ActivityReport]) -> set[UUID]:
    """Take the reports' ids, in ascending order; return those that nobody had taken before."""
    keys = sorted((report.id, report.source, report.fingerprint) for report in reports)
    rows = await connection.fetch(_CLAIM_KEYS, keys)
    return {row["id"] for row in rows}


async def insert(connection: Connection, activities: Sequence[Activity]) -> None:
    """Store the activities, all with one COPY: half the price of an INSERT of arrays."""
    records = [_row(activity) for activity in activities]
    await connection.copy_records_to_table("activity", records=records, columns=INSERTED_COLUMNS)


async def change_state(connection: Connection, act: Act) -> None:
    """Bring the activity to the act's state and keep the act; it must be in the act's first state."""
    await connection.execute(_SET_STATE, act.activity, act.to_state)
    await connection.execute(
        _ACT, act.id, act.activity, act.kind, act.from_state, act.to_state, act.by, act.reason, act.at
    )


async def suspend(connection: Connection, ids: Sequence[UUID], *, by: int) -> None:
    """Count one verified finding of fraud more (`by` 1) or less (-1) against the activities."""
    await connection.execute(_SUSPEND, ids, by)


async def judge_by(connection: Connection, ids: Sequence[UUID], *, version: int) -> None:
    """Let the activities be judged by another version of the rulebook."""
    await connection.execute(_SET_VERSION, ids, version)


async def move(connection: Connection, moved: Sequence[Activity]) -> None:
    """Store the team, unit and context that the activities have now."""
    rows = [(one.id, one.team, one.unit, _encode(one.context).decode()) for one in moved]
    await connection.execute(_MOVE, *zip(*rows, strict=True))


async def keep_acts(connection: Connection, acts: Sequence[Act]) -> None:
    """Keep acts that leave their activities' states as they are."""
    await connection.executemany(
        _ACT,
        [
            (act.id, act.activity, act.kind, act.from_state, act.to_state, act.by, act.reason, act.at)
            for act in acts
        ],
    )


async def raise_doubt(
    connection: Connection, activity: Activity, *, entry: int | None, said: str, by: UUID, at: datetime
) -> UUID:
    """Keep what the account says is wrong about the activity; one waits for an answer before asking again."""
    if await connection.fetchval(_OPEN_DOUBTS, by) >= OPEN_MAX:
        raise TooManyDoubtsError(maximum=OPEN_MAX)
    doubt = new_id(at)
    row = (doubt, activity.id, entry, activity.unit, activity.team, by, said, at)
    if await connection.fetchval(_RAISE, *row) is None:
        raise DoubtWaitsError
    await _note(connection, activity.id, "doubt.raised", {"entry": entry}, by=by, at=at)
    return doubt


async def answer_doubt(
    connection: Connection, doubt: UUID, outcome: Outcome, *, answer: str, by: UUID, at: datetime
) -> None:
    """Answer the doubt, once."""
    activity = await connection.fetchval(_ANSWER, doubt, outcome.value, answer, by, at)
    if activity is None:
        raise DoubtAnsweredError
    await _note(connection, activity, "doubt.answered", {"outcome": outcome.value}, by=by, at=at)


async def _note(
    connection: Connection, activity: UUID, doing: str, facts: dict[str, Any], *, by: UUID, at: datetime
) -> None:
    deed = Deed(at=at, actor_id=by, doing=doing, thing_kind="activity", thing_id=activity, facts=facts)
    await audit.note(connection, deed)


def _row(activity: Activity) -> tuple[Any, ...]:
    return (
        activity.id,
        activity.type,
        activity.occurred_at,
        activity.recorded_at,
        activity.actor,
        activity.actor_kind,
        activity.team,
        activity.unit,
        activity.festival,
        activity.quantity,
        _encode(activity.attributes).decode(),
        _encode(activity.participants).decode() if activity.participants else "[]",
        _encode(activity.evidence).decode() if activity.evidence else "[]",
        _encode(activity.context).decode(),
        activity.source,
        int(activity.state),
        activity.suspended,
        activity.rulebook_version,
        activity.replaces,
    )
