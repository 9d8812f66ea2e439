"""Scores facts from nothing, in memory: what verifying, what-if and the bench hold against the ledger.

The rules are those of live scoring, and so are its buckets; only what live scoring keeps between two
activities (states, claims, entries) is unknown here.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from thidua.engine.buckets import Kind, name_of
from thidua.engine.changes import Change, Effect
from thidua.engine.differences import place_of
from thidua.engine.locks import subject_of
from thidua.ledger.standing import Place
from thidua.scoring.evaluate import best, eligible, fold
from thidua.scoring.keys import keys_of
from thidua.scoring.milestones import elements_of, reached, with_elements
from thidua.scoring.model import Among, Fact, Outcome, Pays, Rule
from thidua.scoring.registry import Family, Registry

Order = tuple[datetime, UUID]
Nets = dict[Place, tuple[int, int]]
EVERYBODY = frozenset(Pays)


class Holders:
    """Who holds each key that counts once across all subjects; all facts are shown before any is scored."""

    def __init__(self, registry: Registry) -> None:
        """Know of no fact yet."""
        self._registry = registry
        self.first: dict[UUID, tuple[Order, UUID]] = {}

    @property
    def types(self) -> frozenset[str]:
        """The activity types that can claim such a key."""
        rules = (rule for family in self._registry.families.values() for rule in family.rules.values())
        return frozenset().union(*(rule.types for rule in rules if _among(rule) is Among.ALL))

    def note(self, fact: Fact) -> None:
        """Take in the claims of one fact, in whatever order facts come."""
        for rule in self._registry.claiming_rules_of(fact.version, fact.type):
            subject = paid_by(rule, fact)
            if _among(rule) is Among.ALL and subject is not None:
                hold(self.first, keys_claimed(rule, fact, subject), fact, subject)


def replay(
    facts: Iterable[Fact], registry: Registry, *, holders: Holders, pays: frozenset[Pays] = EVERYBODY
) -> Iterator[Outcome]:
    """Yield what the rules give for each of the facts, in any order.

    The facts must be all those of the subjects they concern: of an actor for rules that pay the actor, of a
    team for rules that pay the team.
    """
    gathered = _Gathered(registry, holders, pays)
    for fact in facts:
        gathered.take(fact)
    for (subject, rule, _), (kind, found) in gathered.buckets.items():
        found.sort(key=_order)
        yield from _outcomes(kind, registry.families[rule], subject, found, gathered.held(rule))


def replay_all(facts: Sequence[Fact], registry: Registry) -> Nets:
    """Return every net that must stand in the ledger if these facts are all there are."""
    holders = Holders(registry)
    for fact in facts:
        holders.note(fact)
    return nets_of(replay(facts, registry, holders=holders))


def nets_of(outcomes: Iterable[Outcome]) -> Nets:
    """Return the outcomes that bring something, as the ledger knows them."""
    nets: Nets = {}
    for outcome in outcomes:
        if outcome.points or outcome.units:
            team, unit = place_of(outcome.rule, outcome.fact)
            nets[(outcome.fact.id, outcome.rule.name, outcome.subject, team, unit)] = (
                outcome.points,
                outcome.units,
            )
    return nets


class _Gathered:
    """The facts by bucket, and the keys they claim."""

    def __init__(self, registry: Registry, holders: Holders, pays: frozenset[Pays]) -> None:
        self._registry, self._holders, self._pays = registry, holders, pays
        self.buckets: dict[tuple[UUID, str, str], tuple[Kind, list[Fact]]] = {}
        self._own: dict[UUID, tuple[Order, UUID]] = {}
        self._claims: dict[str, list[tuple[UUID, tuple[UUID, ...]]]] = {}
        self._held: dict[str, dict[UUID, int]] = {}

    def take(self, fact: Fact) -> None:
        for rule in self._registry.rules_of(fact.version, fact.type):
            subject = paid_by(rule, fact) if rule.pays in self._pays else None
            if subject is None:
                continue
            name, kind = name_of(self._registry.families[rule.name], fact, subject)
            self.buckets.setdefault((subject, rule.name, name), (kind, []))[1].append(fact)
            if rule.once_per is not None:
                self._claim(rule, fact, subject)

    def _claim(self, rule: Rule, fact: Fact, subject: UUID) -> None:
        keys = keys_claimed(rule, fact, subject)
        if _among(rule) is Among.SUBJECT:
            hold(self._own, keys, fact, subject)
        if keys:
            self._claims.setdefault(rule.name, []).append((fact.id, keys))

    def held(self, rule: str) -> dict[UUID, int]:
        """Return how many keys of the rule each activity holds."""
        known = self._held.get(rule)
        if known is not None:
            return known
        first = self._holders.first
        held = self._held[rule] = {
            activity: sum((self._own.get(key) or first[key])[0][1] == activity for key in keys)
            for activity, keys in self._claims.get(rule, ())
        }
        return held


def _outcomes(
    kind: Kind, family: Family, subject: UUID, facts: Sequence[Fact], held: dict[UUID, int]
) -> Iterable[Outcome]:
    rules = family.rules
    if kind is Kind.MILESTONE:
        return _milestone(family, subject, facts)
    _, outcomes = fold(
        subject, facts, rule_of=lambda fact: rules.get(fact.version), windows=family.windows, held=held
    )
    return best(outcomes) if kind is Kind.BEST_OF else outcomes


def _milestone(family: Family, subject: UUID, facts: Sequence[Fact]) -> Iterable[Outcome]:
    rules = family.rules
    elements = [
        element
        for fact in facts
        if (rule := rules.get(fact.version)) is not None
        for element in elements_of(rule, fact)
    ]
    state = with_elements(None, elements, kept=family.milestone_count_max)
    award = reached(state, rule_at=rules.get, subject=subject)
    return [award] if award is not None else []


def paid_by(rule: Rule, fact: Fact) -> UUID | None:
    """Return whom the rule pays for the fact, as live scoring sees it."""
    return subject_of(rule, Change(fact, fact.id, Effect.COMES, "verified"))


def keys_claimed(rule: Rule, fact: Fact, subject: UUID) -> tuple[UUID, ...]:
    """Return the keys of `once_per` that the fact claims, if it meets its own version's conditions (9)."""
    if rule.once_per is None or fact.type not in rule.types or eligible(rule, fact) is not None:
        return ()
    return keys_of(rule.name, rule.once_per, fact, subject)


def hold(first: dict[UUID, tuple[Order, UUID]], keys: Iterable[UUID], fact: Fact, subject: UUID) -> None:
    """Let the fact hold each key that no earlier fact holds."""
    for key in keys:
        holder = first.get(key)
        if holder is None or fact.order < holder[0]:
            first[key] = (fact.order, subject)


def _among(rule: Rule) -> Among | None:
    return rule.once_per.among if rule.once_per is not None else None


def _order(fact: Fact) -> Order:
    return fact.order
