"""Geometry of our own charts, in figures a template prints into SVG; each chart has a table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1, 2, 5)
_LINE_LEFT, _LINE_RIGHT, _LINE_TOP, _LINE_FOOT = 6, 156, 12, 82
_BAR_TOP, _BAR_FOOT, _BAR_WIDTH = 44, 250, 800


@dataclass(frozen=True, slots=True)
class Line:
    """A small line over time on a scale it may share with others: 220 wide, 96 high."""

    line: str
    area: str
    last_x: int
    last_y: str
    label_y: str
    last: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar and where its figure and name stand."""

    x: int
    y: str
    width: int
    height: str
    middle: int
    value: int


def scale_of(values: Sequence[int]) -> int:
    """The round number (1, 2 or 5 and noughts) at the top of a scale that holds the values."""
    highest, power = max([*values, 1]), 1
    while True:
        for step in _STEPS:
            if step * power >= highest:
                return step * power
        power *= 10


def line(values: Sequence[int], *, top: int) -> Line:
    """The values as a line from left to right on a scale from 0 to `top`; below 0 is drawn at 0."""
    step = (_LINE_RIGHT - _LINE_LEFT) / max(len(values) - 1, 1)
    drawn = [(_LINE_LEFT + step * place, _height(value, top)) for place, value in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in drawn)
    last_y = drawn[-1][1]
    return Line(
        line=path,
        area=f"{_LINE_LEFT},{_LINE_FOOT} {path} {_LINE_RIGHT},{_LINE_FOOT}",
        last_x=_LINE_RIGHT,
        last_y=f"{last_y:.1f}",
        label_y=f"{last_y + 4:.1f}",
        last=values[-1],
    )


def bars(values: Sequence[int]) -> list[Bar]:
    """The values as bars side by side, 800 wide and 250 high; below 0 is drawn as 0."""
    top, step = scale_of(values), _BAR_WIDTH // max(len(values), 1)
    width = step * 3 // 5
    found = []
    for place, value in enumerate(values):
        height = (_BAR_FOOT - _BAR_TOP) * max(value, 0) / top
        x = place * step + (step - width) // 2
        found.append(Bar(x, f"{_BAR_FOOT - height:.1f}", width, f"{height:.1f}", x + width // 2, value))
    return found


def _height(value: int, top: int) -> float:
    return _LINE_FOOT - (_LINE_FOOT - _LINE_TOP) * max(value, 0) / top
