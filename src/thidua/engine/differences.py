"""The difference between what should stand in the ledger and what does, as entries to post (19, 20)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from uuid import UUID

from thidua.engine.buckets import Bucket
from thidua.engine.changes import Change, Effect
from thidua.kernel.subjects import SubjectKind
from thidua.ledger.model import EntryKind, Net, Posting
from thidua.scoring.model import Fact, Outcome, Pays, Rule

MANUAL = "MANUAL"
# Decisions change what already stood: what they post is an adjustment, whatever came or went.
_DECISIONS = frozenset({"reassigned", "recalculated"})

Place = tuple[UUID, str, UUID, UUID | None, UUID]
# An activity, and a rule that may have paid for it.
Looked = tuple[UUID, str]


class Desired:
    """What the rules say must stand in the ledger, for every (activity, rule) that was looked at."""

    def __init__(self) -> None:
        """Begin with nothing looked at."""
        self.amounts: dict[Place, Outcome] = {}
        self.outcomes: list[Outcome] = []
        self.looked_at: set[Looked] = set()
        self.standing: list[Net] = []
        self._known: set[Looked] = set()
        self._buckets: dict[tuple[UUID, str, UUID], Bucket] = {}

    def add(self, bucket: Bucket, outcomes: Iterable[Outcome], *, looked_at: Sequence[Fact]) -> None:
        """Take in a bucket's outcomes; `looked_at` are facts that may already have entries."""
        rule = bucket.family.name
        for outcome in outcomes:
            self.outcomes.append(outcome)
            self._buckets[(outcome.fact.id, rule, bucket.subject)] = bucket
            if outcome.points or outcome.units:
                team, unit = place_of(outcome.rule, outcome.fact)
                self.amounts[(outcome.fact.id, rule, bucket.subject, team, unit)] = outcome
        changed = () if bucket.only_grows and not looked_at else (change.fact for change in bucket.changes)
        for fact in (*looked_at, *changed):
            self.looked_at.add((fact.id, rule))
            self._buckets[(fact.id, rule, bucket.subject)] = bucket

    def know(self, asked: Collection[Looked], standing: Iterable[Net]) -> None:
        """Take in what stands in the ledger for the asked ones, which need not be read again."""
        self._known.update(asked)
        self.standing += standing

    @property
    def unknown(self) -> set[Looked]:
        """The (activity, rule) looked at of which it is not known what stands."""
        return self.looked_at - self._known

    def bucket_of(self, activity: UUID, rule: str, subject: UUID) -> Bucket | None:
        """Return the bucket in which the activity was looked at for that rule and subject."""
        return self._buckets.get((activity, rule, subject))


def place_of(rule: Rule, fact: Fact) -> tuple[UUID | None, UUID]:
    """Return the team and unit an entry carries: a rule that pays the team carries the team's own unit."""
    if rule.pays is Pays.TEAM:
        return fact.team, fact.team_unit or fact.unit
    return fact.team, fact.unit


def differences(desired: Desired, current: Iterable[Net]) -> list[Posting]:
    """Return the entries that bring the ledger from what stands to what is desired."""
    standing: dict[Place, Net] = {
        (net.activity, net.rule, net.subject, net.team, net.unit): net for net in current
    }
    return [
        *_changed(desired, standing),
        *(_gone(desired, net) for place, net in standing.items() if place not in desired.amounts),
    ]


def _changed(desired: Desired, standing: dict[Place, Net]) -> Iterator[Posting]:
    for place, outcome in desired.amounts.items():
        net = standing.get(place)
        points, units = (net.points, net.units) if net is not None else (0, 0)
        if (points, units) != (outcome.points, outcome.units):
            bucket = desired.bucket_of(outcome.fact.id, outcome.rule.name, outcome.subject)
            assert bucket is not None, "every outcome was added with its bucket"
            yield _posting(
                outcome, bucket, points=outcome.points - points, units=outcome.units - units, was=points
            )


def _posting(outcome: Outcome, bucket: Bucket, *, points: int, units: int, was: int) -> Posting:
    fact, rule = outcome.fact, outcome.rule
    change = _change_on(bucket, fact.id, Effect.COMES)
    cause = change or _cause(bucket)
    team, unit = place_of(rule, fact)
    kind = _kind(cause, is_own=change is not None, fact=fact)
    params = dict(outcome.params)
    if kind is EntryKind.ADJUSTMENT:
        params |= {"was": was, "now": outcome.points, "because": cause.cause, "rule_sentence": rule.sentence}
    return Posting(
        subject=outcome.subject,
        subject_kind=SubjectKind.TEAM if rule.pays is Pays.TEAM else fact.actor_kind,
        team=team,
        unit=unit,
        festival=fact.festival,
        category=rule.category,
        rule=rule.name,
        rulebook_version=rule.version,
        points=points,
        units=units,
        activity=fact.id,
        act=cause.act,
        kind=kind,
        occurred_at=fact.occurred_at,
        sentence="adjustment" if kind is EntryKind.ADJUSTMENT else rule.sentence,
        params=params,
    )


def _gone(desired: Desired, net: Net) -> Posting:
    bucket = desired.bucket_of(net.activity, net.rule, net.subject)
    assert bucket is not None, "only nets of what was looked at were read"
    change = _change_on(bucket, net.activity, Effect.GOES)
    cause = change or _cause(bucket)
    is_reversal = change is not None and cause.cause not in _DECISIONS
    return Posting(
        subject=net.subject,
        subject_kind=net.subject_kind,
        team=net.team,
        unit=net.unit,
        festival=net.festival,
        category=net.category,
        rule=net.rule,
        rulebook_version=net.rulebook_version,
        points=-net.points,
        units=-net.units,
        activity=net.activity,
        act=cause.act,
        kind=EntryKind.REVERSAL if is_reversal else EntryKind.ADJUSTMENT,
        occurred_at=net.occurred_at,
        sentence="reversal" if is_reversal else "adjustment",
        params={
            "was": net.points,
            "now": 0,
            "because": cause.cause,
            "rule_sentence": bucket.family.newest.sentence,
        },
        falls_to_zero=True,
    )


def _kind(cause: Change, *, is_own: bool, fact: Fact) -> EntryKind:
    if not is_own or cause.cause in _DECISIONS:
        return EntryKind.ADJUSTMENT
    return EntryKind.MANUAL if fact.type == MANUAL else EntryKind.AWARD


def _change_on(bucket: Bucket, activity: UUID, effect: Effect) -> Change | None:
    for change in bucket.changes:
        if change.effect is effect and change.fact.id == activity:
            return change
    return None


def _cause(bucket: Bucket) -> Change:
    return min(bucket.changes, key=lambda change: change.fact.order)
