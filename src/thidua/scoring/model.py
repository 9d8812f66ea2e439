"""What scoring speaks about: the fact it reads, the rule it applies, the outcome it gives.

Numbers in brackets in this package are the sentences of the scoring specification.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from thidua.kernel.period import local_day


class Window(StrEnum):
    """The spans in which a cap counts (7), from narrow to wide."""

    EVENT = "event"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    FESTIVAL = "festival"
    EVER = "ever"

    # An enum hashes its name in Python; windows are looked up for every activity and cap.
    __hash__ = str.__hash__


class Counts(StrEnum):
    """What one activity counts as: one unit, or its quantity (5)."""

    ONE = "one"
    QUANTITY = "quantity"


class Pays(StrEnum):
    """Whom a rule pays: the activity's actor, or the team the activity was done for."""

    ACTOR = "actor"
    TEAM = "team"


class Among(StrEnum):
    """Whether a key of `once_per` is unique within the paid subject or across all subjects (9)."""

    SUBJECT = "subject"
    ALL = "all"


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that scoring reads of one activity, as stored when it was recorded (2).

    A struct rather than a dataclass: building one is the hottest step of intake, and a frozen
    dataclass of this width costs ten times as much.
    """

    id: UUID
    type: str
    occurred_at: datetime
    version: int
    actor: UUID
    actor_kind: int
    unit: UUID
    team: UUID | None = None
    team_unit: UUID | None = None
    festival: str | None = None
    quantity: int = 1
    attributes: Mapping[str, object] = {}
    participants: tuple[tuple[UUID, str], ...] = ()
    area_group: str | None = None
    flags: frozenset[str] = frozenset()
    target_group: str | None = None
    helped: frozenset[str] = frozenset()
    day: date = date.min

    def __post_init__(self) -> None:
        """Work out the local day once: every window asks for it."""
        msgspec.structs.force_setattr(self, "day", local_day(self.occurred_at))

    @property
    def order(self) -> tuple[datetime, UUID]:
        """Where the fact stands among all facts (3)."""
        return (self.occurred_at, self.id)


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing a rule may ask of a fact; `kind` is from a closed list, see `conditions`."""

    kind: str
    name: str
    values: tuple[object, ...] = ()
    if_given: bool = False
    any_of: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Multiplier:
    """A factor `numerator/denominator` that applies when all its conditions hold."""

    name: str
    numerator: int
    denominator: int
    when: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` paid units (or points) of one rule for one subject in one window (7)."""

    window: Window
    limit: int
    in_points: bool = False


@dataclass(frozen=True, slots=True)
class PointsByTable:
    """Points per unit looked up by the text of an attribute, or by the activity's type (`attribute` None)."""

    attribute: str | None
    table: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PointsBySteps:
    """Points per unit of the last step that the whole-number attribute reaches; below the first, 0."""

    attribute: str
    steps: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class PointsByValue:
    """Points per unit are the whole-number attribute itself, held between the two ends."""

    attribute: str
    lowest: int
    highest: int


Points = int | PointsByTable | PointsBySteps | PointsByValue


@dataclass(frozen=True, slots=True)
class Key:
    """What makes two activities the same thing: attributes, `festival`, or one a participant of a role."""

    attributes: tuple[str, ...]
    role: str | None
    window: Window
    among: Among


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """At least `count` earlier verified activities of these types by the same subject in the window (11)."""

    types: frozenset[str]
    count: int
    window: Window


@dataclass(frozen=True, slots=True)
class Milestone:
    """A derived award (12): paid once a window, at the activity that brings the `count`-th distinct thing.

    The thing is the activity itself (`role` None) or a participant of that role.
    """

    role: str | None
    count: int
    window: Window


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one rulebook version."""

    name: str
    version: int
    category: str
    types: frozenset[str]
    when: tuple[Condition, ...]
    pays: Pays
    points: Points
    counts: Counts = Counts.ONE
    caps: tuple[Cap, ...] = ()
    multipliers: tuple[Multiplier, ...] = ()
    once_per: Key | None = None
    best_of: Key | None = None
    requires: tuple[Prerequisite, ...] = ()
    milestone: Milestone | None = None
    reverses: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    sentence: str = ""

    @property
    def attributes_needed(self) -> frozenset[str]:
        """The attributes without which the rule pays nothing: of its key, its conditions, its points."""
        key = self.once_per or self.best_of
        asked = (one.name for one in self.when if one.kind.startswith("attribute_") and not one.if_given)
        by = None if isinstance(self.points, int) else self.points.attribute
        return frozenset({*(key.attributes if key else ()), *asked, *([by] if by else ())})


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A named, numbered set of rules, immutable once published (15)."""

    name: str
    version: int
    rules: Mapping[str, Rule]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an activity brought nothing, or less than it might: a stable code and the figures of its words."""

    code: str
    params: Mapping[str, object]


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What one rule gives for one fact: the net amount that must stand in the ledger, and why."""

    fact: Fact
    rule: Rule
    subject: UUID
    points: int
    units: int
    params: Mapping[str, object]
    reasons: tuple[Reason, ...] = ()
