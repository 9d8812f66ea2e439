"""Names beside the circles of a map, each where it touches nothing; what fits nowhere is left out. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from thidua.web.map_layout import Layout, Spot

# Be Vietnam at 12 pixels: a letter is so wide on average, a line so high.
_LETTER, _LINE = 7.4, 14.0
_SPACE = 4.0


@dataclass(frozen=True, slots=True)
class Label:
    """Where a name stands; `anchor` is the side of it that `x` says."""

    x: float
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    foot: float

    def meets(self, other: "_Box") -> bool:
        """Whether the two share any place."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.foot
            and other.top < self.foot
        )


def labelled(layout: Layout, names: Sequence[str]) -> list[Label | None]:
    """A place for each name: right, left, above or below its circle, the first that is free."""
    taken = [_around(spot) for spot in layout.spots]
    found: list[Label | None] = []
    for spot, name in zip(layout.spots, names, strict=True):
        free = next((place for place in _places(spot, name) if _is_free(place[1], taken, layout)), None)
        found.append(None if free is None else free[0])
        taken.extend([free[1]] if free is not None else [])
    return found


def _places(spot: Spot, name: str) -> Iterator[tuple[Label, _Box]]:
    wide, beside = len(name) * _LETTER, spot.radius + _SPACE
    half, foot = wide / 2, spot.y + _LINE / 3
    yield _place(spot.x + beside, foot, "start", spot.x + beside, wide)
    yield _place(spot.x - beside, foot, "end", spot.x - beside - wide, wide)
    yield _place(spot.x, spot.y - beside, "middle", spot.x - half, wide)
    yield _place(spot.x, spot.y + beside + _LINE * 2 / 3, "middle", spot.x - half, wide)


def _place(x: float, y: float, anchor: str, left: float, wide: float) -> tuple[Label, _Box]:
    return Label(x, y, anchor), _Box(left, y - _LINE * 0.8, left + wide, y + _LINE * 0.2)


def _around(spot: Spot) -> _Box:
    return _Box(spot.x - spot.radius, spot.y - spot.radius, spot.x + spot.radius, spot.y + spot.radius)


def _is_free(box: _Box, taken: Sequence[_Box], layout: Layout) -> bool:
    is_inside = box.left >= 0 and box.right <= layout.width and box.top >= 0 and box.foot <= layout.height
    return is_inside and not any(box.meets(other) for other in taken)
