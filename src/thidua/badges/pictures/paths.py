"""Paths as both painters take them: steps of moves, lines and curves, and the same flattened to points."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import atan2, ceil, hypot, pi
from typing import NamedTuple

Point = tuple[float, float]


class Step(NamedTuple):
    """One step of a path: M, L, Q, C or Z, as SVG calls them, with points that are never relative."""

    verb: str
    points: tuple[Point, ...] = ()


Path = tuple[Step, ...]
# A chord never leaves its curve by more than this many pixels.
_CHORD_PIXELS = 3.0
_CHORDS_MAX = 64
# The control points of a quarter of a circle lie this far along its tangents.
_QUARTER = 0.5522847498
# Corners that turn less stay as they are: the points of a curve, the fold of a page.
_SHARP = pi / 3.6


def polygon(points: Sequence[Point]) -> Path:
    """A closed path through the points."""
    return (*line(points), Step("Z"))


def line(points: Sequence[Point]) -> Path:
    """An open path through the points."""
    first, *others = points
    return (Step("M", (first,)), *(Step("L", (point,)) for point in others))


def box(left: float, top: float, right: float, bottom: float, radius: float = 0) -> Path:
    """A rectangle, its corners rounded if asked."""
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return rounded(corners, radius) if radius else polygon(corners)


def circle(x: float, y: float, radius: float) -> Path:
    """A circle of four curves."""
    r, k = radius, radius * _QUARTER
    return (
        Step("M", ((x + r, y),)),
        Step("C", ((x + r, y + k), (x + k, y + r), (x, y + r))),
        Step("C", ((x - k, y + r), (x - r, y + k), (x - r, y))),
        Step("C", ((x - r, y - k), (x - k, y - r), (x, y - r))),
        Step("C", ((x + k, y - r), (x + r, y - k), (x + r, y))),
        Step("Z"),
    )


def rounded(corners: Sequence[Point], radius: float) -> Path:
    """A closed path through the corners, each that is sharp cut by a curve `radius` before and after it."""
    steps: list[Step] = []
    count = len(corners)
    for index, corner in enumerate(corners):
        before, after = corners[index - 1], corners[(index + 1) % count]
        if abs(_turn(before, corner, after)) < _SHARP:
            steps.append(Step("L", (corner,)))
        else:
            steps.append(Step("L", (_towards(corner, before, radius),)))
            steps.append(Step("Q", (corner, _towards(corner, after, radius))))
    return (Step("M", steps[0].points), *steps[1:], Step("Z"))


def inset(corners: Sequence[Point], by: float) -> list[Point]:
    """The corners of the shape whose edges all lie `by` further inside; they are given clockwise as seen."""
    count = len(corners)
    return [_inner(corners[i - 1], corners[i], corners[(i + 1) % count], by) for i in range(count)]


def moved(path: Path, *, scale: float = 1, x: float = 0, y: float = 0, flip: bool = False) -> Path:
    """The path scaled about the origin (and turned upside down: fonts count upwards), then shifted."""
    down = -scale if flip else scale
    return tuple(Step(verb, tuple((px * scale + x, py * down + y) for px, py in ps)) for verb, ps in path)


def flattened(path: Path) -> list[list[Point]]:
    """The points of every piece of the path, curves as short chords."""
    pieces: list[list[Point]] = []
    for verb, points in path:
        if verb == "M":
            pieces.append([points[0]])
        elif verb == "L":
            pieces[-1].append(points[0])
        elif verb == "Z":
            pieces[-1].append(pieces[-1][0])
        else:
            pieces[-1].extend(_curve(pieces[-1][-1], *points))
    return pieces


def clipped(across: tuple[Point, Point], corners: Sequence[Point]) -> list[tuple[Point, Point]]:
    """The parts of a long straight line that lie within the shape."""
    (x, y), (u, v) = across
    dx, dy = u - x, v - y
    at = sorted(_crossings((x, y), (dx, dy), corners))
    ends = [(x + t * dx, y + t * dy) for t in at]
    return list(zip(ends[::2], ends[1::2], strict=False))


def _crossings(start: Point, along: Point, corners: Sequence[Point]) -> Iterable[float]:
    for (ax, ay), (bx, by) in pairwise([*corners, corners[0]]):
        side_a = (ax - start[0]) * along[1] - (ay - start[1]) * along[0]
        side_b = (bx - start[0]) * along[1] - (by - start[1]) * along[0]
        if (side_a > 0) != (side_b > 0):
            share = side_a / (side_a - side_b)
            x, y = ax + share * (bx - ax), ay + share * (by - ay)
            yield ((x - start[0]) * along[0] + (y - start[1]) * along[1]) / (along[0] ** 2 + along[1] ** 2)


def _curve(start: Point, *points: Point) -> list[Point]:
    length = sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise((start, *points)))
    count = min(_CHORDS_MAX, max(4, ceil(length / _CHORD_PIXELS)))
    return [_at((start, *points), index / count) for index in range(1, count + 1)]


def _at(points: tuple[Point, ...], t: float) -> Point:
    """Return the point of a curve of any degree, by de Casteljau."""
    while len(points) > 1:
        points = tuple((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])) for a, b in pairwise(points))
    return points[0]


def _turn(before: Point, corner: Point, after: Point) -> float:
    coming = atan2(corner[1] - before[1], corner[0] - before[0])
    leaving = atan2(after[1] - corner[1], after[0] - corner[0])
    return (leaving - coming + pi) % (2 * pi) - pi


def _towards(start: Point, end: Point, distance: float) -> Point:
    length = hypot(end[0] - start[0], end[1] - start[1])
    share = min(distance / length, 0.5)
    return (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))


def _inner(before: Point, corner: Point, after: Point, by: float) -> Point:
    """Return where the two edges meet once both are shifted to their right, which is inside."""
    first, second = _right_of(before, corner), _right_of(corner, after)
    stretch = by / (1 + first[0] * second[0] + first[1] * second[1])
    return (corner[0] + stretch * (first[0] + second[0]), corner[1] + stretch * (first[1] + second[1]))


def _right_of(start: Point, end: Point) -> Point:
    length = hypot(end[0] - start[0], end[1] - start[1])
    return (-(end[1] - start[1]) / length, (end[0] - start[0]) / length)
