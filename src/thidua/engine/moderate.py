"""Verify, reject, withdraw: an act that changes one activity's state, and with it the ledger."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from thidua.activities import actions as activity_actions
from thidua.activities import queries as activities
from thidua.activities.model import Act, Activity, State
from thidua.engine.changes import Change, Effect, fact_of
from thidua.engine.group import A_DAY_MAX, reasons_now, suspend
from thidua.engine.intake import FRAUD_REVERSAL, named_in
from thidua.engine.locks import lock
from thidua.engine.results import Result
from thidua.engine.rulebooks import shelf
from thidua.engine.settle import settle
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import (
    BusyError,
    ConflictError,
    FieldError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from thidua.kernel.ids import new_id
from thidua.kernel.period import local_day
from thidua.ledger import queries
from thidua.scoring.registry import Registry


class StateError(ConflictError):
    """The activity stands where this act cannot be done: rejected and withdrawn are final."""

    code = "already_final"


class OtherSourceError(NotAllowedError):
    """Only the source that posted an activity, or a verifier, may withdraw it."""

    code = "other_source"


async def verify(activity: UUID, *, by: str, reason: str, at: datetime) -> Activity:
    """Bring a submitted activity to verified and score it; a verified one is returned unchanged."""
    return await _act(activity, "verify", State.VERIFIED, by=by, reason=reason, at=at)


async def reject(activity: UUID, *, by: str, reason: str, at: datetime) -> Activity:
    """Reject an activity: its points, if any, are reversed; a rejected one is returned unchanged."""
    return await _act(activity, "reject", State.REJECTED, by=by, reason=reason, at=at)


async def withdraw(
    activity: UUID, *, by: str, reason: str, at: datetime, only_source: str | None = None
) -> Activity:
    """Withdraw an activity: its points, if any, are reversed; a withdrawn one is returned unchanged.

    With `only_source`, only an activity that this source posted.
    """
    return await _act(
        activity, "withdraw", State.WITHDRAWN, by=by, reason=reason, at=at, only_source=only_source
    )


async def shown(activity: UUID, *, at: datetime) -> tuple[Activity, Result]:
    """Return the activity with what it brings at present and why; NotFoundError if there is none."""
    async with transaction(isolation="repeatable_read", readonly=True) as connection:
        known = await activities.by_id(connection, [activity])
        if activity not in known:
            raise NotFoundError(activity=activity)
        registry = (await shelf(connection, at=at)).registry
        points = await queries.points_of(connection, [activity])
        reasons = await reasons_now(connection, [known[activity]], registry)
        one = known[activity]
        return one, Result(0, "recorded", one.state, points.get(activity, 0), reasons[activity])


async def _act(  # noqa: PLR0913 -- an act has all of these
    activity: UUID,
    kind: str,
    to_state: State,
    *,
    by: str,
    reason: str,
    at: datetime,
    only_source: str | None = None,
) -> Activity:
    async with changing(activity, at=at) as held:
        one = held.activity
        if only_source is not None and one.source != only_source:
            raise OtherSourceError(activity=activity)
        if one.state is to_state:
            return one
        return await held.bring_to(to_state, kind=kind, by=by, reason=reason, at=at)


@dataclass(frozen=True, slots=True)
class Held:
    """An activity under the locks of all that its coming or going may touch, as it stands now."""

    connection: Connection
    activity: Activity
    named: list[Activity]
    registry: Registry

    async def bring_to(self, to_state: State, *, kind: str, by: str, reason: str, at: datetime) -> Activity:
        """Bring the activity to the state in an act of that kind, and the ledger with it."""
        one = self.activity
        if not one.state.may_become(to_state):
            raise StateError(activity=one.id, state=one.state.word)
        act = Act(new_id(at), one.id, kind, one.state, to_state, by, reason, at)
        return await _do(self.connection, act, one, self.named, self.registry)


@asynccontextmanager
async def changing(activity: UUID, *, at: datetime) -> AsyncIterator[Held]:
    """Hold the activity locked in one transaction; BusyError where others hold it for too long."""
    try:
        async with transaction() as connection:
            registry = (await shelf(connection, at=at)).registry
            named, one = await _locked(connection, activity, registry)
            yield Held(connection, one, named, registry)
    except (
        asyncpg.LockNotAvailableError,
        asyncpg.DeadlockDetectedError,
        asyncpg.QueryCanceledError,
    ) as error:
        raise BusyError from error


async def _locked(
    connection: Connection, activity: UUID, registry: Registry
) -> tuple[list[Activity], Activity]:
    """Take the locks of the activity and of all that it names, then read their states again."""
    known = await activities.by_id(connection, [activity])
    if activity not in known:
        raise NotFoundError(activity=activity)
    named = named_in(known[activity].attributes) if known[activity].type == FRAUD_REVERSAL else ()
    concerned = [*known.values(), *(await activities.by_id(connection, named)).values()]
    asked = [Change(fact_of(one), one.id, Effect.GOES, "asked") for one in concerned]
    await lock(connection, asked, registry)
    again = await activities.by_id(connection, [one.id for one in concerned])
    return [again[one] for one in named if one in again], again[activity]


async def _do(
    connection: Connection, act: Act, before: Activity, named: list[Activity], registry: Registry
) -> Activity:
    if act.to_state is State.VERIFIED:
        await _refuse_too_many(connection, before)
    await activity_actions.change_state(connection, act)
    after = (await activities.by_id(connection, [act.activity]))[act.activity]
    changes = _changes(act, before, after)
    if changes and named:
        ids = [one.id for one in named]
        more, fewer = (ids, []) if after.counts else ([], ids)
        changes += await suspend(connection, act=act.id, more=more, fewer=fewer)
    locked = await lock(connection, changes, registry)  # all held already: claims are read again
    await settle(connection, changes, registry, locked=locked, at=act.at)
    return after


def _changes(act: Act, before: Activity, after: Activity) -> list[Change]:
    if before.counts == after.counts:
        return []
    effect = Effect.COMES if after.counts else Effect.GOES
    return [Change(fact_of(after), act.id, effect, act.to_state.word)]


async def _refuse_too_many(connection: Connection, one: Activity) -> None:
    day = local_day(one.occurred_at)
    [count] = await activities.verified_a_day(connection, [(one.actor, day, one.type)])
    if count >= A_DAY_MAX:
        raise InputError([FieldError("occurred_at", "too_many_a_day", facts={"a_day_max": A_DAY_MAX})])
