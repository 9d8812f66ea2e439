"""Brings the ledger to what the rules say after a change: claims, folds, differences, entries, states."""

from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from thidua.activities import queries as activities
from thidua.engine.buckets import Bucket, Kind, buckets_of
from thidua.engine.changes import Change, Effect, fact_of
from thidua.engine.differences import Desired, Looked, differences
from thidua.engine.holding import Holding
from thidua.engine.idle import idle_teams
from thidua.engine.late import folded_from, state_before
from thidua.engine.locks import Locked, claims_of
from thidua.infra.database import Connection
from thidua.ledger import actions, queries
from thidua.ledger.actions import StateKey
from thidua.ledger.model import Net, Posting
from thidua.scoring.evaluate import State, best, fold
from thidua.scoring.milestones import MilestoneState, elements_of, reached, with_elements
from thidua.scoring.model import Fact, Outcome, Pays
from thidua.scoring.registry import Registry

_encode = msgspec.json.encode


class LockTooWeakError(Exception):
    """A team that seemed idle is not: nothing was written, the same changes need the team's full lock."""


class Settlement(msgspec.Struct):
    """What settling gave: the entries posted, and every outcome computed on the way."""

    postings: list[Posting]
    outcomes: list[Outcome]


async def settle(
    connection: Connection,
    changes: Sequence[Change],
    registry: Registry,
    *,
    locked: Locked,
    at: datetime,
) -> Settlement:
    """Post what the changes change, under locks already taken; activities are stored as they now are."""
    holding = Holding(claims_of(changes, registry), locked.claims)
    await actions.release(connection, holding.released)
    await actions.claim(connection, holding.claimed)
    touched = await _touched(connection, holding)
    buckets = buckets_of([*changes, *touched], registry)
    known = await _read_states(connection, buckets)
    lost = [bucket for bucket in buckets if bucket.must_reload]
    desired, states = await evaluate(connection, buckets, lost, holding)
    if any(subject in locked.shared for subject, _, _ in states):
        raise LockTooWeakError
    current = await queries.nets(connection, desired.unknown)
    postings = differences(desired, [*desired.standing, *current])
    await actions.post(connection, postings, at=at)
    await actions.keep_states(connection, states, known=known)
    return Settlement(postings, desired.outcomes)


async def outcomes_now(connection: Connection, facts: Sequence[Fact], registry: Registry) -> list[Outcome]:
    """Return, without writing, what the rules give at present for the facts and those in the same buckets."""
    changes = [Change(fact, fact.id, Effect.TOUCHED, "asked") for fact in facts]
    buckets = buckets_of(changes, registry)
    lost = [bucket for bucket in buckets if bucket.kind is not Kind.ALONE]
    desired, _ = await evaluate(connection, buckets, lost, Holding([], {}))
    return desired.outcomes


async def evaluate(
    connection: Connection, buckets: Sequence[Bucket], lost: Sequence[Bucket], holding: Holding
) -> tuple[Desired, dict[StateKey, bytes]]:
    """Fold every bucket, the `lost` ones from their facts; return what must stand and the new states."""
    desired = Desired()
    desired.know(*await _reload(connection, buckets, lost, holding))
    kept: dict[StateKey, bytes] = {}
    standing: dict[StateKey, State | None] = {}
    for bucket in sorted(buckets, key=lambda one: one.first_order):
        if bucket.kind is Kind.MILESTONE:
            _evaluate_milestone(bucket, desired, kept)
        else:
            _evaluate(bucket, holding, desired, standing)
    kept |= {key: _encode(state) if state is not None else b"" for key, state in standing.items()}
    return desired, kept


async def _touched(connection: Connection, holding: Holding) -> list[Change]:
    """Return the facts of others whose keys passed to or from them."""
    wanted = holding.touched
    if not wanted:
        return []
    known = await activities.by_id(connection, {activity for activity, _, _ in wanted})
    return [
        Change(fact_of(known[activity]), act, Effect.TOUCHED, "key_passed_on", family)
        for activity, family, act in wanted
        if activity in known
    ]


async def _read_states(connection: Connection, buckets: Iterable[Bucket]) -> Container[StateKey]:
    keeping = [(bucket.state_key, bucket) for bucket in buckets if bucket.needs_state]
    stored = await queries.states(connection, {queries.STATES_ARE_WHOLE, *(key for key, _ in keeping)})
    is_whole = queries.STATES_ARE_WHOLE in stored
    for key, bucket in keeping:
        bucket.read_state(stored.get(key), is_whole=is_whole)
    await _mark_first(connection, [bucket for _, bucket in keeping if bucket.may_be_first])
    return stored


async def _mark_first(connection: Connection, buckets: Sequence[Bucket]) -> None:
    """Mark the buckets whose state is missing because nothing was there to keep, not because it was lost."""
    if not buckets:
        return
    coming: dict[UUID, list[UUID]] = {}
    for bucket in buckets:
        coming.setdefault(bucket.subject, []).extend(change.fact.id for change in bucket.changes)
    spans = [bucket.span_of_state() for bucket in buckets]
    lost = await activities.others_in(connection, spans, coming)
    for place, bucket in enumerate(buckets):
        bucket.is_first = place not in lost


async def _reload(
    connection: Connection, buckets: Sequence[Bucket], lost: Sequence[Bucket], holding: Holding
) -> tuple[set[Looked], list[Net]]:
    """Read what must be folded again; return what was found to stand in the ledger, and for which of it."""
    for bucket in lost:
        bucket.folded_from_at = folded_from(bucket)
    by_key = [bucket for bucket in lost if bucket.kind is Kind.BEST_OF]
    by_span = [bucket for bucket in lost if bucket.kind is not Kind.BEST_OF]
    spans = [bucket.span() for bucket in by_span]
    for bucket, found in zip(by_span, await activities.counting_in(connection, spans), strict=True):
        bucket.take_facts(fact_of(activity) for activity in found)
    late = [bucket for bucket in by_span if bucket.folded_from_at is not None]
    known = await _look_back(connection, late)
    await _reload_by_key(connection, by_key)
    for bucket in buckets:
        if bucket.kind is Kind.ALONE and not bucket.only_grows:
            bucket.facts = _standing(bucket)
    reread = [bucket for bucket in buckets if bucket.facts is not None and bucket.family.once_per]
    await holding.look_up(connection, reread)
    return known


async def _look_back(connection: Connection, late: Sequence[Bucket]) -> tuple[set[Looked], list[Net]]:
    """Work out the state before the facts that were read of each late bucket."""
    places = [[(fact.id, bucket.family.name) for fact in bucket.facts or ()] for bucket in late]
    asked = {place for those in places for place in those}
    standing: dict[Looked, list[Net]] = {}
    for net in await queries.nets(connection, asked):
        standing.setdefault((net.activity, net.rule), []).append(net)
    for bucket, those in zip(late, places, strict=True):
        bucket.state_before = state_before(
            bucket, [net for place in those for net in standing.get(place, ())]
        )
    return asked, [net for nets in standing.values() for net in nets]


async def _reload_by_key(connection: Connection, buckets: Sequence[Bucket]) -> None:
    asked = [(number, bucket.family.name, UUID(bucket.name)) for number, bucket in enumerate(buckets)]
    claimants = await queries.claimants(connection, asked)
    known = await activities.by_id(connection, {activity for _, activity in claimants}) if claimants else {}
    for number, bucket in enumerate(buckets):
        found = [fact_of(known[activity]) for place, activity in claimants if place == number]
        bucket.facts = sorted(found, key=lambda fact: fact.order)


def _evaluate(
    bucket: Bucket, holding: Holding, desired: Desired, standing: dict[StateKey, State | None]
) -> None:
    family, is_lost = bucket.family, bucket.facts is not None
    facts = bucket.facts if bucket.facts is not None else _standing(bucket)
    key = bucket.state_key
    known = standing.get(key, bucket.state)
    state, outcomes = fold(
        bucket.subject,
        facts,
        rule_of=lambda fact: family.rules.get(fact.version),
        windows=family.windows,
        held=holding.held.get(family.name, {}),
        state=bucket.state_before if is_lost else known,
    )
    if bucket.kind is Kind.BEST_OF:
        outcomes = best(outcomes)
    if bucket.kind is Kind.CAPPED:
        standing[key] = bucket.state_after(known, state) if is_lost else state
    desired.add(bucket, outcomes, looked_at=facts if is_lost else ())


def _standing(bucket: Bucket) -> list[Fact]:
    """Return the changed facts that scoring sees, for a bucket whose other facts need not be read."""
    if len(bucket.changes) == 1:
        return [bucket.changes[0].fact] if bucket.changes[0].effect is not Effect.GOES else []
    facts = {change.fact.id: change.fact for change in bucket.changes if change.effect is not Effect.GOES}
    return sorted(facts.values(), key=lambda fact: fact.order)


def _evaluate_milestone(bucket: Bucket, desired: Desired, states: dict[StateKey, bytes]) -> None:
    family, before = bucket.family, bucket.milestone
    if before is not None and bucket.is_idle:
        _learn(bucket, before)
        return
    facts = bucket.facts if bucket.facts is not None else bucket.coming
    elements = [
        element
        for fact in facts
        if (rule := family.rules.get(fact.version)) is not None
        for element in elements_of(rule, fact)
    ]
    known = None if bucket.facts is not None else before
    after = with_elements(known, elements, kept=family.milestone_count_max)
    _learn(bucket, after)
    if after != before:
        states[bucket.state_key] = _encode(after) if after.first else b""
    rule_at = family.rules.get
    award = reached(after, rule_at=rule_at, subject=bucket.subject)
    if bucket.facts is not None:
        desired.add(bucket, [award] if award else [], looked_at=facts)
        return
    stood = reached(before, rule_at=rule_at, subject=bucket.subject)
    if (award and award.fact.id) != (stood and stood.fact.id):
        desired.add(bucket, [award] if award else [], looked_at=[one.fact for one in (award, stood) if one])


def _learn(bucket: Bucket, state: MilestoneState) -> None:
    if bucket.family.pays is Pays.TEAM:
        idle_teams().learn(bucket, state)
