"""Finds what a name means among known names: without marks, without "xã" or "phường", a slip or two apart."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from thidua.organisation.vietnamese import fold

_PREFIXES = (
    *(
        "thi tran ",
        "thanh pho ",
        "dac khu ",
        "phuong ",
        "huyen ",
        "tinh ",
        "xa ",
        "tp. ",
        "tp ",
        "tt. ",
        "tt ",
    ),
    *("p. ", "p.", "x. ", "x.", "doan xa ", "doan phuong ", "ubnd xa ", "ubnd phuong "),
)
_SUGGESTED_MAX = 5
_LETTERS_A_SLIP = 5
_SLIPS_MAX = 3


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a name may mean: surely (one), or possibly, the likeliest first."""

    sure: Named | None
    possible: tuple[Named, ...] = ()


def bare(name: str) -> str:
    """Return the name folded and without the word for its kind of place."""
    folded = fold(name).strip(" .,;:")
    for prefix in _PREFIXES:
        if folded.startswith(prefix) and len(folded) > len(prefix):
            return folded.removeprefix(prefix).strip()
    return folded


class Names:
    """Known names, ready to be asked for."""

    def __init__(self, known: Iterable[Named]) -> None:
        """Sort the names by their exact, folded and bare forms."""
        self._all = tuple(known)
        self._exact: dict[str, list[Named]] = defaultdict(list)
        self._folded: dict[str, list[Named]] = defaultdict(list)
        self._bare: dict[str, list[Named]] = defaultdict(list)
        for one in self._all:
            self._exact[" ".join(one.name.lower().split())].append(one)
            self._folded[fold(one.name)].append(one)
            self._bare[bare(one.name)].append(one)
        self._asked: dict[str, Found] = {}

    def find(self, text: str) -> Found:
        """Return what the text means; sure only if the same but for marks, capitals and kind of place."""
        if text not in self._asked:
            self._asked[text] = self._find(text)
        return self._asked[text]

    def _find(self, text: str) -> Found:
        for found in (
            self._exact.get(" ".join(text.lower().split())),
            self._folded.get(fold(text)),
            self._without_kind(text),
        ):
            if found is not None:
                return Found(found[0]) if len(found) == 1 else Found(None, tuple(found))
        return Found(None, self._near(text))

    def _without_kind(self, text: str) -> list[Named] | None:
        """The same place under another word for its kind is likely, not sure."""
        found = self._bare.get(bare(text))
        return found if found and bare(text) == fold(text).strip(" .,;:") else None

    def _near(self, text: str) -> tuple[Named, ...]:
        asked = bare(text)
        slips_max = min(_SLIPS_MAX, 1 + len(asked) // _LETTERS_A_SLIP) if asked else 0
        near: list[tuple[int, str, Named]] = []
        for known, ones in self._bare.items():
            slips = distance(asked, known, slips_max)
            if slips <= slips_max:
                near.extend((slips, one.name, one) for one in ones)
        near.sort(key=lambda found: found[:2])
        return tuple(one for _, _, one in near[:_SUGGESTED_MAX])


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters to change, add, drop or swap make one from the other; `most + 1` if more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [at]
        for place, against in enumerate(other, start=1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != against))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == against:
                cost = min(cost, earlier[place - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
