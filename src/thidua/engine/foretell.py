"""What activities would bring if they were verified now: the same fold over the same facts; never writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from thidua.activities import queries as activities
from thidua.activities.model import ActivityReport
from thidua.activities.personal import count_on_day
from thidua.engine.buckets import Bucket, Kind, buckets_of
from thidua.engine.changes import Change, Effect, fact_of
from thidua.engine.intake import known_to, prepare
from thidua.engine.locks import claims_of
from thidua.engine.rulebooks import shelf
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import FieldError
from thidua.kernel.period import local_day, midnight_of
from thidua.ledger import queries
from thidua.ledger.queries import ClaimRow
from thidua.scoring.evaluate import best, eligible, fold
from thidua.scoring.keys import keys_of
from thidua.scoring.milestones import elements_of, reached, with_elements
from thidua.scoring.model import Fact, Outcome, Reason, Rule
from thidua.scoring.registry import Registry

_Claims = Mapping[tuple[str, UUID], Sequence[ClaimRow]]


@dataclass(frozen=True, slots=True)
class Foretold:
    """The points an activity would bring to all its beneficiaries, why not more, and what each rule gives.

    `others_waiting` claims of that day may use up the same limits first.
    """

    points: int = 0
    reasons: tuple[Reason, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    faults: tuple[FieldError, ...] = ()
    others_waiting: int = 0


@dataclass(slots=True)
class _Asked:
    """One fact, the buckets it would fall in, and what each rule would give it."""

    fact: Fact
    buckets: list[Bucket]
    outcomes: list[Outcome] = field(default_factory=list)


async def foretold_report(report: ActivityReport, *, at: datetime) -> Foretold:
    """Return what the report would bring if it were recorded now and verified, or the faults it has."""
    async with transaction(isolation="repeatable_read", readonly=True) as connection:
        known = await known_to(connection, [report], await shelf(connection, at=at))
        prepared, faults = prepare([replace(report, verified=True)], known, at=at)
        if faults:
            return Foretold(faults=tuple(faults))
        [one] = prepared
        told = (await foretold(connection, [one.fact], known.shelf.registry))[one.fact.id]
        return Foretold(
            told.points,
            (*one.reasons, *told.reasons),
            told.outcomes,
            others_waiting=await others_waiting(connection, one.fact, told),
        )


async def others_waiting(connection: Connection, fact: Fact, told: Foretold) -> int:
    """Return how many other claims of the actor and day wait that a limit of the foretold would count."""
    capped = [one.rule.types for one in told.outcomes if one.points and one.params.get("caps")]
    if not capped:
        return 0
    day = local_day(fact.occurred_at)
    return await count_on_day(
        connection,
        fact.actor,
        types=frozenset[str]().union(*capped),
        starts_at=midnight_of(day),
        ends_at=midnight_of(day + timedelta(days=1)),
        without=fact.id,
    )


async def foretold(connection: Connection, facts: Sequence[Fact], registry: Registry) -> dict[UUID, Foretold]:
    """Return what each of the facts would bring by itself if it were verified now."""
    asked = [_Asked(fact, buckets_of([_coming(fact)], registry)) for fact in facts]
    await _read_facts(connection, [bucket for one in asked for bucket in one.buckets])
    claims = await _read_claims(connection, asked, registry)
    return {one.fact.id: _told(one, claims, registry) for one in asked}


def _coming(fact: Fact) -> Change:
    return Change(fact, fact.id, Effect.COMES, "asked")


async def _read_facts(connection: Connection, buckets: Sequence[Bucket]) -> None:
    """Let every bucket hold the facts that count there now, and the one that would come."""
    by_span = [bucket for bucket in buckets if bucket.kind in {Kind.CAPPED, Kind.MILESTONE}]
    found = await activities.counting_in(connection, [bucket.span() for bucket in by_span])
    for bucket, counting in zip(by_span, found, strict=True):
        bucket.take_facts(fact_of(one) for one in counting)
    by_key = [bucket for bucket in buckets if bucket.kind is Kind.BEST_OF]
    wanted = [(number, bucket.family.name, UUID(bucket.name)) for number, bucket in enumerate(by_key)]
    claimants = await queries.claimants(connection, wanted)
    known = await activities.by_id(connection, {one for _, one in claimants}) if claimants else {}
    for number, bucket in enumerate(by_key):
        bucket.facts = [fact_of(known[one]) for place, one in claimants if place == number]
    for bucket in buckets:
        there = {fact.id: fact for fact in (*(bucket.facts or ()), *bucket.coming)}
        bucket.facts = sorted(there.values(), key=lambda fact: fact.order)


async def _read_claims(
    connection: Connection, asked: Iterable[_Asked], registry: Registry
) -> dict[tuple[str, UUID], list[ClaimRow]]:
    """Return who holds each key that any of the facts claims, as it stands now."""
    wanted = {
        (bucket.family.name, key, 1)
        for one in asked
        for bucket in one.buckets
        for fact in bucket.facts or ()
        for key in _keys(bucket, fact)
    }
    mine = claims_of([_coming(one.fact) for one in asked], registry)
    wanted |= {(claim.rule.name, claim.key, 1) for claim in mine if claim.rule.once_per is not None}
    return await queries.first_claims(connection, sorted(wanted))


def _told(asked: _Asked, claims: _Claims, registry: Registry) -> Foretold:
    for bucket in asked.buckets:
        asked.outcomes += [
            outcome for outcome in _outcomes(bucket, asked.fact, claims) if outcome.fact.id == asked.fact.id
        ]
    reasons = [reason for outcome in asked.outcomes for reason in outcome.reasons]
    if not registry.scores(asked.fact.version, asked.fact.type):
        reasons.append(Reason("no_rule", {}))
    points = sum(outcome.points for outcome in asked.outcomes)
    return Foretold(points, tuple(reasons), tuple(asked.outcomes))


def _outcomes(bucket: Bucket, coming: Fact, claims: _Claims) -> list[Outcome]:
    family, facts = bucket.family, bucket.facts or []
    if bucket.kind is Kind.MILESTONE:
        return _milestone(bucket, facts)
    held = {fact.id: _held(bucket, fact, coming, claims) for fact in facts} if family.once_per else {}
    _, outcomes = fold(
        bucket.subject, facts, rule_of=lambda fact: _rule_of(bucket, fact), windows=family.windows, held=held
    )
    return best(outcomes) if bucket.kind is Kind.BEST_OF else outcomes


def _milestone(bucket: Bucket, facts: Iterable[Fact]) -> list[Outcome]:
    rules = [(fact, _rule_of(bucket, fact)) for fact in facts]
    elements = [one for fact, rule in rules if rule is not None for one in elements_of(rule, fact)]
    state = with_elements(None, elements, kept=bucket.family.milestone_count_max)
    award = reached(state, rule_at=bucket.family.rules.get, subject=bucket.subject)
    return [award] if award is not None else []


def _rule_of(bucket: Bucket, fact: Fact) -> Rule | None:
    return bucket.family.rules.get(fact.version)


def _held(bucket: Bucket, fact: Fact, coming: Fact, claims: _Claims) -> int:
    """How many keys the fact would hold: the first of all who claim a key, the coming fact too, holds it."""
    claimed = set(_keys(bucket, coming))
    return sum(
        _holder(claims.get((bucket.family.name, key), ()), coming if key in claimed else None) == fact.id
        for key in _keys(bucket, fact)
    )


def _holder(standing: Sequence[ClaimRow], coming: Fact | None) -> UUID | None:
    orders = [row.order for row in standing] + ([coming.order] if coming is not None else [])
    return min(orders)[1] if orders else None


def _keys(bucket: Bucket, fact: Fact) -> tuple[UUID, ...]:
    rule = _rule_of(bucket, fact)
    if rule is None or rule.once_per is None or eligible(rule, fact) is not None:
        return ()
    return keys_of(rule.name, rule.once_per, fact, bucket.subject)
