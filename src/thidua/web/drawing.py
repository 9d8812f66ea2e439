"""Small drawings in figures a template can print: a bar counted in the cells of the exercise book."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, dropwhile, pairwise

_CELLS_MAX = 40
_CELLS_WHERE_MANY = 20
CELL = 10


@dataclass(frozen=True, slots=True)
class Ruled:
    """A bar of cells: how wide it is, how much is filled, and the lines between its cells."""

    width: int
    filled: int
    lines: str
    is_full: bool


def ruled(used: int, of: int) -> Ruled:
    """The bar of `used` out of `of`: a cell each up to forty, else twenty cells in all."""
    cells = of if 0 < of <= _CELLS_MAX else _CELLS_WHERE_MANY
    share = Fraction(max(0, min(used, of)), of) if of > 0 else Fraction(0)
    lines = "".join(f"M{CELL * cell} 0v{CELL}" for cell in range(1, cells))
    return Ruled(CELL * cells, int(CELL * cells * share), lines, is_full=of > 0 and used >= of)


def split(parts: Sequence[int], most: int) -> list[tuple[int, int]]:
    """Where each part of a bar begins and how long it is, in thousandths of the longest bar there is."""
    ends = [0, *accumulate(parts)]
    places = [1_000 * end // most for end in ends]
    return [(start, end - start) for start, end in pairwise(places)]


def initials(name: str, kind: str = "person") -> str:
    """The letters in a face: of the last two words, as people are called in Vietnam.

    A team has the first two words of its own name, without what it is: teams are called after the place they
    are in, so that the last words of a commune's teams are all alike.
    """
    words = [word for word in name.split() if word[0].isalnum()]
    own = _own(words) if kind == "team" else []
    return "".join(word[0] for word in own[:2] or words[-2:]).upper()


def _own(words: Sequence[str]) -> Sequence[str]:
    """What follows a first word and the small words after it, where that is two words or more."""
    own = list(dropwhile(str.islower, words[1:]))
    return own if len(own) > 1 else []
