"""Chance that repeats itself: with the same seed a bench does the same work."""

from datetime import datetime
from random import Random  # noqa: TID251 -- nobody profits from guessing what a bench does
from uuid import UUID


class Chance:
    """Numbers, choices and ids that follow from a seed."""

    def __init__(self, seed: int) -> None:
        """Begin at the seed."""
        self._random = Random(seed)  # noqa: S311 -- as above

    def below(self, bound: int) -> int:
        """A whole number from 0 up to but not including `bound`."""
        return int(self._random.random() * bound)

    def often_low(self, bound: int) -> int:
        """The same, low ones more often: some people do much, many a little."""
        return int(self._random.random() ** 2 * bound)

    def happens(self, percent: int) -> bool:
        """Whether something of that likelihood happens."""
        return self._random.random() * 100 < percent

    def id_at(self, at: datetime) -> UUID:
        """A UUID of version 7."""
        milliseconds, bits = int(at.timestamp() * 1000), self._random.getrandbits(74)
        high = (milliseconds << 16) | (7 << 12) | (bits >> 62)
        return UUID(int=(high << 64) | (0b10 << 62) | (bits & ((1 << 62) - 1)))
