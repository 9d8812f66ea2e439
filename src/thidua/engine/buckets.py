"""Buckets: the facts of one rule and one paid subject that depend on one another, and on no others."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

import msgspec

from thidua.activities.queries import Span
from thidua.engine.changes import Change, Effect
from thidua.engine.locks import subject_of
from thidua.kernel.period import local_day
from thidua.scoring.evaluate import State
from thidua.scoring.keys import keys_of
from thidua.scoring.milestones import MilestoneState
from thidua.scoring.model import Fact, Key, Pays, Window
from thidua.scoring.registry import Family, Registry
from thidua.scoring.windows import bucket_of, first_day, span_of

_ALWAYS = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))
_decode_state = msgspec.json.Decoder(State).decode
# Decoded ones are not kept: eight thousand of them, lying among what lives for one group only, made a server
# that had recorded 500,000 activities a sixth slower than a new one; to decode one takes 3 us.
_decode_milestone = msgspec.json.Decoder(MilestoneState).decode
_NO_KEY = (UUID(int=0), "", "")


class Kind(Enum):
    """How the facts of a bucket depend on one another."""

    ALONE = 1
    CAPPED = 2
    BEST_OF = 3
    MILESTONE = 4


class Bucket(msgspec.Struct, gc=False):
    """The changes of one bucket, and what is known of the facts there."""

    subject: UUID
    family: Family
    name: str
    kind: Kind
    changes: list[Change] = []  # each bucket gets a list of its own
    state: State | None = None
    milestone: MilestoneState | None = None
    facts: list[Fact] | None = None
    folded_from_at: datetime | None = None
    state_before: State | None = None
    is_latest: bool = True
    is_first: bool = False
    only_grows: bool = True
    shares_state: bool = False
    state_key: tuple[UUID, str, str] = _NO_KEY

    def __post_init__(self) -> None:
        """Work out where the bucket's state is kept: calendar buckets share one, at the latest fact."""
        self.shares_state = self.kind is Kind.CAPPED and self.family.window is not Window.FESTIVAL
        self.state_key = (self.subject, self.family.name, "" if self.shares_state else self.name)

    def add(self, change: Change) -> None:
        """Take in one more change."""
        self.changes.append(change)
        self.only_grows = self.only_grows and change.effect is Effect.COMES

    @property
    def coming(self) -> list[Fact]:
        """The facts that come, in order."""
        facts = [change.fact for change in self.changes if change.effect is Effect.COMES]
        return sorted(facts, key=lambda fact: fact.order) if len(facts) > 1 else facts

    @property
    def first_order(self) -> tuple[datetime, UUID]:
        """Where the first change stands: buckets that share a state are folded in this order."""
        return (
            min(change.fact.order for change in self.changes)
            if len(self.changes) > 1
            else self.changes[0].fact.order
        )

    @property
    def needs_state(self) -> bool:
        """Whether a state is kept of this bucket."""
        return self.kind is Kind.CAPPED or self.kind is Kind.MILESTONE

    def read_state(self, text: str | None, *, is_whole: bool) -> None:
        """Take in the stored state, if there is one; in a whole store, none means that there was no fact.

        An empty text says that facts were there whose state did not hold.
        """
        if not text:
            self.is_first = is_whole and text is None and self.only_grows and self.family.always_kept_states
            return
        if self.kind is Kind.MILESTONE:
            self.milestone = _decode_milestone(text)
        else:
            self.state = _decode_state(text)

    @property
    def is_idle(self) -> bool:
        """Whether a milestone's first few things all stand before anything that comes: nothing can change."""
        state = self.milestone
        if state is None or self.facts is not None or not self.only_grows:
            return False
        if state.kept < self.family.milestone_count_max or len(state.first) < state.kept:
            return False
        last = state.first[-1].order[:2]
        return all(change.fact.order > last for change in self.changes)

    @property
    def may_be_first(self) -> bool:
        """Whether there may be no state because nothing was kept: facts come, and no others may exist."""
        is_known = self.is_first or self.state is not None or self.milestone is not None
        return self.needs_state and not is_known and self.only_grows and not self.family.requires

    @property
    def must_reload(self) -> bool:
        """Whether the change cannot be folded onto the state alone: the bucket's facts are read again."""
        if self.kind is Kind.ALONE or self.is_first:
            return False
        if self.kind is Kind.MILESTONE:
            return self._milestone_lost()
        state = self._state_to_go_on_from()
        return state is None or self.coming[0].order <= state.last

    @property
    def is_late(self) -> bool:
        """Whether the changes could be folded onto the state, had not later facts been folded already."""
        state = self._state_to_go_on_from()
        return state is not None and self.coming[0].order <= state.last

    def _state_to_go_on_from(self) -> State | None:
        state, family = self.state, self.family
        if state is None or self.kind is not Kind.CAPPED or family.requires or not self.only_grows:
            return None
        return state if state.windows == family.windows_text else None

    def _milestone_lost(self) -> bool:
        if self.milestone is None or self.milestone.kept < self.family.milestone_count_max:
            return True
        kept = {element.id for element in self.milestone.first}
        return any(change.effect is Effect.GOES and change.fact.id in kept for change in self.changes)

    def span(self) -> Span:
        """Return which activities may lie in the bucket; `holds` sorts out those of other festivals."""
        of_team = self.family.pays is Pays.TEAM
        starts_at, ends_at = span_of(self.family.window, self.name) or _ALWAYS
        starts_at = self.folded_from_at or starts_at
        if self.shares_state and self.state is None:
            ends_at = _ALWAYS[1]  # is there anything later? only then may the new state be kept
        return Span(self.subject, self.family.read_types, starts_at, ends_at, of_team)

    def span_of_state(self) -> Span:
        """Return where any earlier or later activity would have left a state."""
        of_team = self.family.pays is Pays.TEAM
        ends = None if self.shares_state else span_of(self.family.window, self.name)
        return Span(self.subject, self.family.read_types, *(ends or _ALWAYS), of_team)

    def take_facts(self, found: Iterable[Fact]) -> None:
        """Take in, of the facts found in the span, those that lie in the bucket."""
        self.facts = []
        for fact in found:
            if name_of(self.family, fact, self.subject)[0] == self.name:
                self.facts.append(fact)
            elif self.shares_state:
                self.is_latest = False

    def state_after(self, known: State | None, folded: State | None) -> State | None:
        """Return the state to keep after this bucket was folded anew from its facts; None keeps none.

        `known` is the state kept so far, `folded` that of this bucket alone. A later bucket's state stays.
        Where the last facts have gone, their moment stays as the mark that no fact is later.
        """
        if known is None or not self.shares_state:
            return folded if self.is_latest else None
        if folded is not None and folded.last >= known.last:
            return folded
        if bucket_at(self.family.window, known.last_at) != self.name:
            return known
        return folded or State(known.last_at, known.last_id, {}, self.family.windows_text)


def buckets_of(changes: Iterable[Change], registry: Registry) -> list[Bucket]:
    """Sort the changes into the buckets they fall in, under the rules of each fact's own version."""
    found: dict[tuple[UUID, str, str], Bucket] = {}
    for change in changes:
        for rule in registry.rules_of(change.fact.version, change.fact.type):
            subject = subject_of(rule, change)
            if subject is None or (change.family is not None and rule.name != change.family):
                continue
            family = registry.families[rule.name]
            name, kind = name_of(family, change.fact, subject)
            bucket = found.get((subject, rule.name, name))
            if bucket is None:
                bucket = found[(subject, rule.name, name)] = Bucket(subject, family, name, kind)
            bucket.add(change)
    return list(found.values())


def bucket_at(window: Window, at: datetime) -> str:
    """Return the name of the calendar window of that kind that holds the moment; '' for ever."""
    return "" if window is Window.EVER else first_day(window, local_day(at))


def name_of(family: Family, fact: Fact, subject: UUID) -> tuple[str, Kind]:
    """Return the name of the fact's bucket and how facts depend on one another there."""
    if family.best_of is not None:
        return _name_by_key(family, family.best_of, fact, subject)
    if family.window is Window.EVENT:
        return str(fact.id), Kind.ALONE
    kind = Kind.MILESTONE if family.milestone is not None else Kind.CAPPED
    return bucket_of(family.window, fact), kind


def _name_by_key(family: Family, key: Key, fact: Fact, subject: UUID) -> tuple[str, Kind]:
    keys: Sequence[UUID] = keys_of(family.name, key, fact, subject)
    return (str(keys[0]), Kind.BEST_OF) if keys else (str(fact.id), Kind.ALONE)
