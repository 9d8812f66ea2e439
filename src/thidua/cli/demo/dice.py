"""Chance that repeats itself, in the shapes of life: weighted, clustered, and a few doing much."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

from thidua.cli.bench.chance import Chance

T = TypeVar("T")
_MUCH_MAX = 25.0


class Dice(Chance):
    """Throws that follow from a seed."""

    def between(self, lowest: int, highest: int) -> int:
        """A whole number, both ends included."""
        return lowest + self.below(highest - lowest + 1)

    def choose(self, choices: Sequence[T]) -> T:
        """One of them, each as likely."""
        return choices[self.below(len(choices))]

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """So many different ones of them, or all if they are fewer."""
        left = list(choices)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]

    def weighted(self, weights: Mapping[T, int]) -> T:
        """One of the keys, as likely as its weight says."""
        return Wheel(list(weights), list(weights.values())).turn(self)

    def fraction(self) -> float:
        """A number from 0 up to but not including 1."""
        return self.below(1 << 30) / (1 << 30)

    def zeal(self) -> float:
        """How much somebody does: most a little, a few very much."""
        return float(min((1 - self.fraction()) ** -0.75, _MUCH_MAX))


class Wheel(Generic[T]):
    """Choices turned for many times, each as likely as its weight says."""

    def __init__(self, choices: Sequence[T], weights: Sequence[float]) -> None:
        """Divide the wheel."""
        self._choices = choices
        self._ends = list(accumulate(weights))

    def turn(self, dice: Dice) -> T:
        """The choice at which it stops."""
        return self._choices[bisect_right(self._ends, dice.fraction() * self._ends[-1])]
