"""Numbered decisions that change what already stood: each is carried out once, in small transactions."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

import asyncpg
import msgspec

from thidua.activities import actions as activity_actions
from thidua.activities import queries as activities
from thidua.activities.model import Act, Activity, State
from thidua.engine.changes import Change, Effect, fact_of
from thidua.engine.locks import lock
from thidua.engine.settle import settle
from thidua.infra import audit
from thidua.infra.audit import Deed
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import BusyError, ConflictError
from thidua.ledger.model import Posting
from thidua.scoring.registry import Registry

ROWS_MAX = 1_000
_TRIES = 5
_ACTS = UUID("6f1d7a4e-0c55-5b0e-9f0d-3a1c8d2e7b60")
_BUSY = (
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.QueryCanceledError,
)
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_KNOWN = """
SELECT doing, facts::text AS facts FROM audit_record WHERE thing_kind = 'decision' AND thing_id = $1
"""
_DONE = "SELECT id FROM activity_act WHERE id = ANY($1::uuid[])"
Changed = Callable[[Activity], Activity]
Store = Callable[[Connection, Sequence[Activity]], Awaitable[None]]


class DecisionTakenError(ConflictError):
    """A decision of this number was carried out before and said something else."""

    code = "decision_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided, under which number; `cause` is the word that later explains it."""

    number: str
    cause: str
    facts: Mapping[str, object]
    by: str
    at: datetime

    def act_on(self, activity: UUID) -> UUID:
        """The id of the act by which the decision changes the activity: the same whenever it is repeated."""
        return uuid5(_ACTS, f"{self.cause}|{self.number}|{activity}")


@dataclass(frozen=True, slots=True)
class Carried:
    """What carrying a decision out came to: activities changed, entries posted, points gained or lost."""

    activities: int = 0
    entries: int = 0
    points: int = 0

    def plus(self, other: "Carried") -> "Carried":
        """Return both together."""
        return Carried(
            self.activities + other.activities, self.entries + other.entries, self.points + other.points
        )


async def announce(decision: Decision) -> None:
    """Note the decision; one of the same number that said something else is refused."""
    facts = msgspec.json.encode(decision.facts, order="sorted").decode()
    async with transaction() as connection:
        await connection.execute(_LOCK, f"decision {decision.number}")
        known = await connection.fetchrow(_KNOWN, decision.number)
        if known is None:
            told = {"said": facts, "by": decision.by}
            deed = Deed(
                at=decision.at,
                actor_id=None,
                doing=decision.cause,
                thing_kind="decision",
                thing_id=decision.number,
                facts=told,
            )
            await audit.note(connection, deed)
        elif (known["doing"], msgspec.json.decode(known["facts"])["said"]) != (decision.cause, facts):
            raise DecisionTakenError(decision=decision.number)


async def carry_out(
    decision: Decision, ids: Sequence[UUID], registry: Registry, *, changed: Changed, store: Store
) -> Carried:
    """Change so many activities, at most 1,000, in one transaction, and post what that changes."""
    for _ in range(_TRIES):
        try:
            async with transaction() as connection:
                return await _carry_out(connection, decision, ids, registry, changed=changed, store=store)
        except _BUSY:
            continue
    raise BusyError


async def _carry_out(
    connection: Connection,
    decision: Decision,
    ids: Sequence[UUID],
    registry: Registry,
    *,
    changed: Changed,
    store: Store,
) -> Carried:
    asked = await _moving(connection, decision, ids, changed)
    await lock(connection, _changes(decision, asked), registry)
    moving = await _moving(connection, decision, ids, changed)  # states are read again under the locks
    if not moving:
        return Carried()
    await store(connection, [after for _, after in moving])
    await activity_actions.keep_acts(connection, [_act(decision, after) for _, after in moving])
    changes = _changes(decision, [pair for pair in moving if pair[1].counts])
    locked = await lock(connection, changes, registry)  # all held already: claims are read again
    settled = await settle(connection, changes, registry, locked=locked, at=decision.at)
    return Carried(len(moving), len(settled.postings), _points(settled.postings))


async def _moving(
    connection: Connection, decision: Decision, ids: Sequence[UUID], changed: Changed
) -> list[tuple[Activity, Activity]]:
    """Return each activity as it is and as it is to be; final, unchanged and done ones stay out."""
    found = await activities.by_id(connection, ids)
    acts = {decision.act_on(one): one for one in found}
    done = {acts[row["id"]] for row in await connection.fetch(_DONE, list(acts))}
    moving: list[tuple[Activity, Activity]] = []
    for one in found.values():
        if one.id in done or one.state in {State.REJECTED, State.WITHDRAWN}:
            continue
        after = changed(one)
        if after != one:
            moving.append((one, after))
    return moving


def _changes(decision: Decision, moving: Sequence[tuple[Activity, Activity]]) -> list[Change]:
    return [
        Change(fact_of(one), decision.act_on(one.id), effect, decision.cause)
        for before, after in moving
        for one, effect in ((before, Effect.GOES), (after, Effect.COMES))
    ]


def _act(decision: Decision, one: Activity) -> Act:
    act = decision.act_on(one.id)
    return Act(act, one.id, decision.cause, one.state, one.state, decision.by, decision.number, decision.at)


def _points(postings: Sequence[Posting]) -> int:
    return sum(posting.points for posting in postings)
