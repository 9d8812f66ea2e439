"""A whole standing in memory: 32 bytes a row, already in the order of the board.

A record is (points, turned so that more sorts first; reached_at; subject), each big-endian: comparing bytes
compares rows. PostgreSQL makes them, Redis gets them, pages are cut from them.
"""

import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from asyncpg.pgproto import pgproto

from thidua.boards.model import Place

RECORD_BYTES = 32
_TURN = 1 << 63
# What timestamptz_send counts from.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_FORM = struct.Struct(">Qq16s")
_SUBJECT_AT = 16
# Members are below 2**31, so distinct fractions differ by more than one in this many.
_PARTS = 1 << 64
# So many rows are searched one subject after the other; beyond, one walk finds them all.
_FINDS_MAX = 100_000
# An index holds the last five bytes of a subject (the random ones) and its row in one number.
_TAIL_BYTES, _ROW_BITS = 5, 24
_ROW_MASK = (1 << _ROW_BITS) - 1
_INDEX_FROM_ROWS = 20_000
POSITION_BYTES = RECORD_BYTES + 8
_WITHOUT_RANK = (1 << 64) - 1


def pack(points: int, reached_at: datetime, subject: UUID) -> bytes:
    """The record of a row."""
    return _FORM.pack(_TURN - points, (reached_at - _EPOCH) // timedelta(microseconds=1), subject.bytes)


def points_in(record: bytes) -> int:
    """The points that a record holds."""
    return _TURN - int.from_bytes(record[:8], "big")


def place_of(record: bytes, *, rank: int | None, is_tied: bool, members: int | None = None) -> Place:
    """The line that a record stands for."""
    turned, microseconds, subject = _FORM.unpack(record)
    return Place(
        rank=rank,
        is_tied=is_tied,
        subject=pgproto.UUID(subject),  # equal to uuid.UUID, and made ten times faster
        points=_TURN - turned,
        members=members,
        reached_at=_EPOCH + timedelta(microseconds=microseconds),
        record=record,
    )


def position_of(place: Place) -> bytes:
    """The place as a cursor keeps it: enough to go on behind it when the board has moved meanwhile."""
    members = _WITHOUT_RANK if place.rank is None else place.members or 0
    return place.record + members.to_bytes(8, "big")


@dataclass(frozen=True, slots=True)
class Standing:
    """All rows of a board at one moment; `members` beside them where points are divided."""

    records: bytes
    members: Sequence[int] | None = None
    unranked: tuple[Place, ...] = ()
    is_frozen: bool = True
    _index: list["array[int]"] = field(default_factory=list, compare=False, repr=False)
    members_on: date | None = None

    @property
    def ranked(self) -> int:
        """How many rows have a rank."""
        return len(self.records) // RECORD_BYTES

    @property
    def total(self) -> int:
        """How many rows there are, those without a rank included."""
        return self.ranked + len(self.unranked)

    def places(self, start: int, stop: int) -> list[Place]:
        """The rows from `start` up to `stop`, counted from 0, unranked ones at the end."""
        first, last = max(start, 0), min(stop, self.ranked)
        rank, places = 0, []
        for index in range(first, last):
            key = self._key(index)
            if index == first or self._key(index - 1) != key:
                rank = bisect_left(range(self.ranked), key, key=self._key) + 1
            is_tied = rank <= index or (index + 1 < self.ranked and self._key(index + 1) == key)
            places.append(self._place(index, rank=rank, is_tied=is_tied))
        beyond = self.unranked[max(start - self.ranked, 0) : max(stop - self.ranked, 0)]
        return [*places, *beyond]

    @property
    def is_slow_to_find_in(self) -> bool:
        """Whether `make_index` is worth its time before the first `find`."""
        return self.ranked > _INDEX_FROM_ROWS and not self._index

    def make_index(self) -> None:
        """Make finding quick in a large standing; takes a moment, and eight bytes a row."""
        ends = range(RECORD_BYTES, len(self.records) + 1, RECORD_BYTES)
        tails = (int.from_bytes(self.records[end - _TAIL_BYTES : end], "big") for end in ends)
        self._index[:] = [array("Q", sorted((tail << _ROW_BITS) | row for row, tail in enumerate(tails)))]

    def find(self, subject: UUID) -> int | None:
        """Where the subject stands, counted from 0."""
        found = self._indexed(subject.bytes) if self._index else self._searched(subject.bytes)
        if found is not None:
            return found
        beyond = (index for index, place in enumerate(self.unranked) if place.subject == subject)
        found = next(beyond, None)
        return None if found is None else self.ranked + found

    def find_many(self, subjects: Collection[UUID]) -> dict[UUID, int]:
        """Where each of the subjects stands; those that do not are left out."""
        if len(subjects) * self.ranked <= _FINDS_MAX:
            found = ((subject, self.find(subject)) for subject in subjects)
            return {subject: index for subject, index in found if index is not None}
        wanted = {subject.bytes: subject for subject in subjects}
        ids = (self.records[at : at + 16] for at in range(_SUBJECT_AT, len(self.records), RECORD_BYTES))
        indexes = {wanted[one]: index for index, one in enumerate(ids) if one in wanted}
        beyond = {place.subject: self.ranked + index for index, place in enumerate(self.unranked)}
        return indexes | {subject: beyond[subject] for subject in subjects if subject in beyond}

    def ranks_of(self, subjects: Sequence[UUID]) -> list[int | None]:
        """The rank of each subject; None for one without."""
        found = self.find_many(subjects)
        return [self.places(found[one], found[one] + 1)[0].rank if one in found else None for one in subjects]

    def after(self, position: bytes) -> int:
        """How many rows stand at or above the place that a position names, be it still taken or not."""
        record, members = position[:RECORD_BYTES], int.from_bytes(position[RECORD_BYTES:], "big")
        if members == _WITHOUT_RANK:
            return self.ranked + bisect_right(self.unranked, record, key=lambda place: place.record)
        key = _key_of(record, members or None)
        low = bisect_left(range(self.ranked), key, key=self._key)
        high = bisect_right(range(self.ranked), key, key=self._key)
        return bisect_right(range(self.ranked), record[8:], lo=low, hi=high, key=self._tail)

    def better_than(self, index: int) -> Place | None:
        """The row with the next better score; None for the first and for rows without a rank."""
        if index >= self.ranked:
            return None
        first = bisect_left(range(self.ranked), self._key(index), key=self._key)
        return None if first == 0 else self.places(first - 1, first)[0]

    def rows(self) -> Iterator[Place]:
        """Every row in order."""
        previous, rank = None, 0
        for index in range(self.ranked):
            key = self._key(index)
            if key != previous:
                previous, rank = key, index + 1
            is_tied = rank <= index or (index + 1 < self.ranked and self._key(index + 1) == key)
            yield self._place(index, rank=rank, is_tied=is_tied)
        yield from self.unranked

    def _place(self, index: int, *, rank: int, is_tied: bool) -> Place:
        members = None if self.members is None else self.members[index]
        return place_of(self._record(index), rank=rank, is_tied=is_tied, members=members)

    def _record(self, index: int) -> bytes:
        return self.records[index * RECORD_BYTES : (index + 1) * RECORD_BYTES]

    def _indexed(self, subject: bytes) -> int | None:
        index, tail = self._index[0], int.from_bytes(subject[-_TAIL_BYTES:], "big")
        at = bisect_left(index, tail << _ROW_BITS)
        while at < len(index) and index[at] >> _ROW_BITS == tail:
            row = index[at] & _ROW_MASK
            if self._record(row)[_SUBJECT_AT:] == subject:
                return row
            at += 1
        return None

    def _searched(self, subject: bytes) -> int | None:
        at = self.records.find(subject)
        while at >= 0 and at % RECORD_BYTES != _SUBJECT_AT:
            at = self.records.find(subject, at + 1)
        return at // RECORD_BYTES if at >= 0 else None

    def _tail(self, index: int) -> bytes:
        return self._record(index)[8:]

    def _key(self, index: int) -> int:
        return _key_of(self._record(index), None if self.members is None else self.members[index])


def _key_of(record: bytes, members: int | None) -> int:
    """A whole number that sorts as the scores do, best first, and is equal exactly for equal scores."""
    points = points_in(record)
    return -points if members is None else -((points * _PARTS) // members)
