"""The values of badges: what a folder defines, what a subject has, how far it is, what was awarded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from thidua.kernel.subjects import SubjectKind

# A text in both languages: "vi" and "en".
Words = Mapping[str, str]


class Family(StrEnum):
    """What a badge is about; the shape of its picture."""

    LEARNING = "learning"  # a page with a folded corner
    MENTORING = "mentoring"  # a circle
    SERVICE = "service"  # a hexagon
    FESTIVAL = "festival"  # a pennant
    TEAM = "team"  # a shield: teams and units


class BadgeState(StrEnum):
    """Whether a badge is given: its folder says so."""

    ACTIVE = "active"
    PAUSED = "paused"  # kept, not given for now
    ENDED = "ended"  # kept, never given again
    WITHDRAWN = "withdrawn"  # no longer shown as ours to earn; those given stay valid
    WAITING = "waiting"  # cannot be given yet: what it stands on does not exist


class CriterionKind(StrEnum):
    """How a badge is earned."""

    TOTAL = "total"  # points, of categories or of all
    COUNT = "count"  # verified activities of some types
    DISTINCT = "distinct"  # different people helped, courses, hamlets ... among them
    STREAK = "streak"  # weeks or periods in a row with at least one
    SHARE = "share"  # numerator of denominator, when there are enough
    SET = "set"  # one of each
    FIRST_TO = "first_to"  # the first who reach it, by when it happened, after 7 days
    STANDING = "standing"  # the rank on a finalised board
    MANUAL = "manual"  # given by hand only


class Window(StrEnum):
    """The span whose deeds count together; a badge is given once in each."""

    EVER = "ever"
    YEAR = "year"
    FESTIVAL = "festival"
    QUARTER = "quarter"


class AwardState(IntEnum):
    """What an award is now; expiry is not a state but a moment. The number is what tables store."""

    ACTIVE = 1
    REVOKED = 2


class Status(StrEnum):
    """What is said of an award to whoever asks at a moment."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a subject is: `have` of `need`, and the words for one of them."""

    have: int
    need: int
    reached_at: datetime | None  # when the deed that completed it happened

    @property
    def is_reached(self) -> bool:
        """Whether the criterion is met."""
        return self.have >= self.need


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """One badge of one subject, as kept; its id is the credential's."""

    id: UUID
    badge: str
    version: int  # of the badge's criteria
    subject: UUID
    subject_kind: SubjectKind
    window: str  # "ever", or the code of the period or festival
    earned_at: datetime  # when what it is for was reached
    awarded_at: datetime  # when it was written here
    expires_at: datetime | None
    state: AwardState
    revoked_at: datetime | None
    reason: str  # a code (web/locale/codes.toml) or, by hand, a person's words; "" while active
    revoked_by: str = ""  # "rule", or who took it back: "account:<uuid>"; "" while active
    by: str  # "rule", or who gave it: "account:<uuid>", "token:<source>"
    note: str  # what a person wrote when giving it by hand; "" else
    have: int  # the evidence summary: how many of what was asked
    need: int
    list_number: int  # where its status stands: which list, which bit
    list_index: int
    batch: UUID | None = None  # what was given in one go by hand may be undone in one go

    def status(self, at: datetime) -> Status:
        """What is true of it at the moment; revoked outweighs expired."""
        if self.state is AwardState.REVOKED:
            return Status.REVOKED
        if self.expires_at is not None and at >= self.expires_at:
            return Status.EXPIRED
        return Status.VALID
