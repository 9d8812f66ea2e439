"""Activities: what people did, as facts without points."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

import msgspec


class State(IntEnum):
    """Where an activity stands; the last two are final. Points exist only while verified."""

    SUBMITTED = 1
    VERIFIED = 2
    REJECTED = 3
    WITHDRAWN = 4

    @property
    def word(self) -> str:
        """The state as the API writes it."""
        return self.name.lower()

    @property
    def is_final(self) -> bool:
        """Whether no act leads any further."""
        return not _NEXT[self]

    def may_become(self, other: "State") -> bool:
        """Whether an act may lead from here to there."""
        return other in _NEXT[self]


_NEXT: dict[State, frozenset[State]] = {
    State.SUBMITTED: frozenset({State.VERIFIED, State.REJECTED, State.WITHDRAWN}),
    State.VERIFIED: frozenset({State.REJECTED, State.WITHDRAWN}),
    State.REJECTED: frozenset(),
    State.WITHDRAWN: frozenset(),
}

# People of these roles were helped; their priority flags count for multipliers.
HELPED_ROLES = frozenset({"mentee", "learner", "helped"})
ROLES = HELPED_ROLES | {"witness", "co_actor"}


class Participant(msgspec.Struct, frozen=True, gc=False):
    """Somebody who took part, and as what."""

    subject: UUID
    role: str


class ActivityReport(msgspec.Struct, kw_only=True, gc=False):
    """What somebody says was done, as it arrived; `index` is its place in the request."""

    id: UUID
    type: str
    occurred_at: datetime
    actor: UUID
    source: str
    fingerprint: bytes
    participants: tuple[Participant, ...] = ()
    team: UUID | None = None
    unit: UUID | None = None
    quantity: int = 1
    attributes: dict[str, Any] = {}
    evidence: tuple[dict[str, Any], ...] = ()
    verified: bool = False
    replaces: UUID | None = None
    index: int = 0


class Context(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What scoring reads that is not in the report: stored at recording and never looked up again."""

    team_unit: UUID | None = None
    area_group: str | None = None
    flags: tuple[str, ...] = ()
    target_group: str | None = None
    helped: tuple[str, ...] = ()


class Activity(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One activity as it is recorded."""

    id: UUID
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor: UUID
    actor_kind: int
    unit: UUID
    source: str
    state: State
    rulebook_version: int
    team: UUID | None = None
    festival: str | None = None
    quantity: int = 1
    attributes: dict[str, Any] = {}
    participants: tuple[Participant, ...] = ()
    evidence: tuple[dict[str, Any], ...] = ()
    context: Context = Context()
    suspended: int = 0
    replaces: UUID | None = None

    @property
    def counts(self) -> bool:
        """Whether scoring sees it: verified, and not named by a verified finding of fraud."""
        return self.state is State.VERIFIED and not self.suspended


@dataclass(frozen=True, slots=True)
class Act:
    """One change of one activity's state: by whom, when and why."""

    id: UUID
    activity: UUID
    kind: str
    from_state: State
    to_state: State
    by: str
    reason: str
    at: datetime
