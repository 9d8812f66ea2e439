"""What the ledger keeps: entries that are never edited, and the grain of its totals."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import IntEnum
from hashlib import sha256
from uuid import UUID

import msgspec

from thidua.kernel.period import local_day


class EntryKind(IntEnum):
    """Why an entry exists (19); the number is what the table stores."""

    AWARD = 1
    ADJUSTMENT = 2
    REVERSAL = 3
    MANUAL = 4

    @property
    def word(self) -> str:
        """The kind as the API writes it."""
        return self.name.lower()


# The one grain of totals (22): subject, its kind, team, unit, festival, local day, category. Everything shown
# is a sum over rows of this kind.
Grain = tuple[UUID, int, UUID | None, UUID, str | None, date, str]


class Posting(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An entry about to be written: everything but its number and the moment."""

    subject: UUID
    subject_kind: int
    team: UUID | None
    unit: UUID
    festival: str | None
    category: str
    rule: str
    rulebook_version: int
    points: int
    units: int
    activity: UUID
    act: UUID
    kind: EntryKind
    occurred_at: datetime
    sentence: str
    params: Mapping[str, object]
    falls_to_zero: bool = False

    @property
    def grain(self) -> Grain:
        """The total this entry belongs to."""
        day = local_day(self.occurred_at)
        return (self.subject, self.subject_kind, self.team, self.unit, self.festival, day, self.category)


class Net(msgspec.Struct, frozen=True, gc=False):
    """What the entries of one (activity, rule, subject, team, unit) add up to at present."""

    activity: UUID
    rule: str
    subject: UUID
    subject_kind: int
    team: UUID | None
    unit: UUID
    festival: str | None
    category: str
    rulebook_version: int
    occurred_at: datetime
    points: int
    units: int
    sentence: str


def entry_hash(number: int, posting: Posting, posted_at: datetime, params: bytes) -> bytes:
    """Return the SHA-256 over every column of the entry but `tx` and the hash itself.

    `params` is the canonical JSON of the parameters: sorted keys, no spaces, UTF-8.
    """
    words = (
        f"{number}|{posting.subject}|{posting.subject_kind}|{posting.team or ''}|{posting.unit}|"
        f"{posting.festival or ''}|{posting.category}|{posting.rule}|{posting.rulebook_version}|"
        f"{posting.points}|{posting.units}|{posting.activity}|{posting.act}|{int(posting.kind)}|"
        f"{_microseconds(posting.occurred_at)}|{_microseconds(posted_at)}|{posting.sentence}|"
    )
    return sha256(words.encode() + params).digest()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _microseconds(moment: datetime) -> int:
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
