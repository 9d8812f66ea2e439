"""Confirming a claim step by step, by people: verified when every step its type asks for was taken."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from thidua.activities import actions as activity_actions
from thidua.activities import queries as activities
from thidua.activities.catalogue import Step, catalogue
from thidua.activities.model import Act, Activity, State
from thidua.engine.moderate import StateError, changing
from thidua.engine.separation import (
    Confirmer,
    Office,
    Refusal,
    Standing,
    confirming,
    offices_of,
    open_steps,
    partiality,
    step_for,
    taken,
)
from thidua.infra.database import Connection
from thidua.kernel.errors import ConflictError, DomainError, NotAllowedError, NotFoundError
from thidua.kernel.ids import new_id
from thidua.kernel.period import local_day
from thidua.organisation.directory import directory
from thidua.organisation.tree import root_of, units_above

REASON_CHARACTERS_MAX = 2000


class OwnReportError(NotAllowedError):
    """Nobody judges what they reported themselves."""

    code = "own_report"


class PaidForItError(NotAllowedError):
    """Nobody judges what brings points to them, their own team or their own unit."""

    code = "paid_for_it"


class NotIndependentError(NotAllowedError):
    """Nobody judges by an account whose password or role they gave: perhaps it is in their hands."""

    code = "not_independent"


class StepDoneError(ConflictError):
    """The step is taken, or this person took another one: two steps need two people."""

    code = "step_done"


class NotYourStepError(NotAllowedError):
    """The steps that are still open are for others to take."""

    code = "not_your_step"


class ReasonMissingError(DomainError):
    """Who rejects says why."""

    code = "reason_missing"


_ERRORS: Mapping[Refusal, type[DomainError]] = {
    Refusal.OWN_REPORT: OwnReportError,
    Refusal.PAID_FOR_IT: PaidForItError,
    Refusal.NOT_INDEPENDENT: NotIndependentError,
    Refusal.STEP_DONE: StepDoneError,
    Refusal.NOT_YOUR_STEP: NotYourStepError,
}


async def confirm(
    activity: UUID, *, who: Confirmer, at: datetime, reason: str = "", step: Step | None = None
) -> Activity:
    """Confirm the step that is theirs (`step`: that one or none); the last step makes it verified.

    Raises OwnReportError, PaidForItError, NotIndependentError, StepDoneError or NotYourStepError where it is
    not theirs to take, StateError where it is rejected or withdrawn, and NotFoundError to who has nothing to
    do with it.
    """
    async with changing(activity, at=at) as held:
        one = held.activity
        standing = (await standings(held.connection, [one], who))[one.id]
        _refuse_strangers(who, one, standing)
        mine = step_for(who, one, catalogue().types[one.type].steps, standing)
        if one.state.is_final:
            raise StateError(activity=one.id, state=one.state.word)
        if isinstance(mine, Refusal):
            raise _ERRORS[mine](activity=one.id)
        if one.state is State.VERIFIED:
            raise StepDoneError(activity=one.id)
        if step is not None and mine is not step:
            raise NotYourStepError(activity=one.id)
        if len(open_steps(catalogue().types[one.type].steps, [*taken(standing.acts), mine])):
            act = Act(new_id(at), one.id, confirming(mine), one.state, one.state, who.by, reason, at)
            await activity_actions.keep_acts(held.connection, [act])
            return one
        return await held.bring_to(State.VERIFIED, kind=confirming(mine), by=who.by, reason=reason, at=at)


async def refuse(activity: UUID, *, who: Confirmer, reason: str, at: datetime) -> Activity:
    """Reject a claim for a reason that the member will read; a verified one only by who may verify there."""
    if not reason.strip():
        raise ReasonMissingError
    async with changing(activity, at=at) as held:
        one = held.activity
        standing = (await standings(held.connection, [one], who))[one.id]
        _refuse_strangers(who, one, standing)
        refusal = partiality(who, one, standing)
        if refusal is not None:
            raise _ERRORS[refusal](activity=one.id)
        if one.state is State.REJECTED:
            return one
        if one.state is State.VERIFIED and Office.VERIFIER not in offices_of(who, one, standing.above):
            raise StepDoneError(activity=one.id)
        return await held.bring_to(State.REJECTED, kind="reject", by=who.by, reason=reason.strip(), at=at)


async def standings(
    connection: Connection, found: Sequence[Activity], who: Confirmer
) -> dict[UUID, Standing]:
    """Return what separation of duties must know of each claim, for this confirmer."""
    acts = await activities.acts_of_many(connection, [one.id for one in found])
    teams, homes = await _belonging(connection, found, who)
    above = await units_above(connection, {one.unit for one in found} | set(homes.values()))
    root = {await root_of(connection)}
    return {
        one.id: Standing(
            acts.get(one.id, ()),
            above.get(one.unit, frozenset()),
            teams.get(one.id, ()),
            above[homes[one.id]] - root if one.id in homes else (),
        )
        for one in found
    }


async def _belonging(
    connection: Connection, found: Sequence[Activity], who: Confirmer
) -> tuple[dict[UUID, tuple[UUID, ...]], dict[UUID, UUID]]:
    """Return the confirmer's teams, and their home unit where they had one, on the day of each activity."""
    if who.person is None:
        return {}, {}
    await directory().refresh(connection)
    card = (await directory().load(connection, [who.person])).subject(who.person)
    if card is None:
        return {}, {}
    days = {one.id: local_day(one.occurred_at) for one in found}
    homes = {one: card.unit_on(day) for one, day in days.items()}
    teams = {one: card.teams_on(day) for one, day in days.items()}
    return teams, {one: unit for one, unit in homes.items() if unit is not None}


def _refuse_strangers(who: Confirmer, one: Activity, standing: Standing) -> None:
    """Whoever neither reported it, is paid for it nor may judge it does not learn that it exists."""
    is_theirs = partiality(who, one, standing) in {Refusal.OWN_REPORT, Refusal.PAID_FOR_IT}
    if not is_theirs and not offices_of(who, one, standing.above):
        raise NotFoundError(activity=one.id)
