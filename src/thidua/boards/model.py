"""The values boards are made of: which board exactly, what is asked of it, what it answers."""

import hashlib
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

import msgspec

from thidua.boards.definitions import Board, boards
from thidua.kernel.period import Period, parse_period, period_before
from thidua.organisation.names import ShownName

FESTIVAL = "festival:"


class BoardKey(msgspec.Struct, frozen=True, gc=False):
    """One board exactly: its definition, its period, the unit it lies within, and what narrows it."""

    slug: str
    period: str
    scope: UUID
    kind: str | None = None
    division: str | None = None

    @property
    def board(self) -> Board:
        """Its definition."""
        return boards()[self.slug]

    @property
    def festival(self) -> str | None:
        """The festival whose points count, when the period is a festival."""
        return self.period.removeprefix(FESTIVAL) if self.period.startswith(FESTIVAL) else None

    @property
    def days(self) -> Period | None:
        """The span of days that count; None when the period is a festival."""
        return None if self.festival is not None else parse_period(self.period)

    @property
    def text(self) -> str:
        """The key as one line, the same everywhere."""
        return "|".join((self.slug, self.period, str(self.scope), self.kind or "", self.division or ""))

    @property
    def digest(self) -> str:
        """A short name for keys in Redis and for cursors."""
        return hashlib.blake2b(self.text.encode(), digest_size=10).hexdigest()

    @property
    def earlier(self) -> "BoardKey | None":
        """The same board of the period before; None when there is none."""
        return _earlier(self)

    @property
    def all_periods(self) -> "BoardKey":
        """The board whatever its period: all periods of a board are kept in one slot."""
        return msgspec.structs.replace(self, period="")


@lru_cache(maxsize=1_000)
def _earlier(key: BoardKey) -> BoardKey | None:
    before = None if key.days is None else period_before(key.days)
    return None if before is None else msgspec.structs.replace(key, period=before.name)


def key_of(text: str) -> BoardKey | None:
    """The key that `text` names, or None when it is not one of ours or its board is no more."""
    parts = text.split("|")
    if len(parts) != len(BoardKey.__struct_fields__) or parts[0] not in boards():
        return None
    slug, period, scope, kind, division = parts
    try:
        return BoardKey(slug, period, UUID(scope), kind or None, division or None)
    except ValueError:
        return None


class BoardQuery(msgspec.Struct, frozen=True, gc=False):
    """What is asked of a board: a page of it, after a place, of names that hold some words."""

    key: BoardKey
    rows_max: int = 50
    after: bytes | None = None
    search: str | None = None


class Stamp(msgspec.Struct, frozen=True, gc=False):
    """Which state of a board an answer shows: equal stamps, equal rows."""

    source: str
    version: bytes
    as_of: datetime
    names_version: bytes


class Place(msgspec.Struct, frozen=True, gc=False):
    """One line of a standing before names: no rank means listed, but not ranked."""

    rank: int | None
    is_tied: bool
    subject: UUID
    points: int
    members: int | None
    reached_at: datetime
    record: bytes

    @property
    def hundredths(self) -> int:
        """The score in hundredths, halves upwards: what is shown of a fraction."""
        return hundredths_of(self.points, self.members) if self.members else self.points * 100


class BoardRow(msgspec.Struct, frozen=True, gc=False):
    """One line of a board as shown."""

    place: Place
    name: ShownName
    change: int | None


class BoardPage(msgspec.Struct, frozen=True, gc=False):
    """A page of a board: everything every surface shows of it."""

    key: BoardKey
    stamp: Stamp
    total: int
    rows: tuple[BoardRow, ...]
    after: bytes | None
    is_frozen: bool = True
    denominator_on: date | None = None


class Around(msgspec.Struct, frozen=True, gc=False):
    """The rows around a subject; `gap` is what it lacks to the next better score, in points or hundredths."""

    page: BoardPage
    subject: BoardRow
    gap_hundredths: int | None


def hundredths_of(points: int, members: int) -> int:
    """`points / members` in hundredths, rounded by floor(x + 1/2)."""
    return (200 * points + members) // (2 * members)
