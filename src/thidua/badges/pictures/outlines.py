"""The five shapes of badges, one for each family, and where their words, glyph and ribbon have room.

A badge is drawn on a square of 256 units, its middle at 128.
"""

from dataclasses import dataclass
from math import cos, pi, sin, sqrt

from thidua.badges.model import Family
from thidua.badges.pictures.paths import Path, Point, circle, flattened, inset, rounded

UNITS = 256
MIDDLE = 128
# How long the folded corner of a page is.
FOLD = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One family's shape and the places in it."""

    corners: tuple[Point, ...]  # clockwise; a circle has so many that it is one
    radius: float  # of its sharp corners
    glyph_y: float  # the middle of the glyph above one line of words
    glyph_scale: float
    words_width: float
    ribbon_y: float  # the middle of the ribbon
    ribbon_reach: float  # half its length
    small_y: float  # the middle of the glyph where there are no words
    small_scale: float
    cells_y: float  # the top of the cells where there are no words

    def outline(self, by: float = 0) -> Path:
        """The shape, its edges all `by` further inside."""
        if self.radius == 0:
            return circle(MIDDLE, MIDDLE, MIDDLE - self.corners[0][1] - by)
        return rounded(inset(self.corners, by), max(3, self.radius - by * 0.6))

    def inner(self, by: float) -> list[Point]:
        """The points of the same, to clip lines to."""
        return flattened(self.outline(by))[0]


def shape_of(family: Family) -> Shape:
    """The shape of the family."""
    return _SHAPES[family]


def _circle() -> tuple[Point, ...]:
    count = 96
    turns = [2 * pi * index / count - pi / 2 for index in range(count)]
    return tuple((MIDDLE + 120 * cos(turn), MIDDLE + 120 * sin(turn)) for turn in turns)


def _hexagon() -> tuple[Point, ...]:
    height, half = 126.0, 126 * sqrt(3) / 2
    return (
        (MIDDLE, MIDDLE - height),
        (MIDDLE + half, MIDDLE - height / 2),
        (MIDDLE + half, MIDDLE + height / 2),
        (MIDDLE, MIDDLE + height),
        (MIDDLE - half, MIDDLE + height / 2),
        (MIDDLE - half, MIDDLE - height / 2),
    )


def _shield() -> tuple[Point, ...]:
    """Straight sides that turn into the point below along a curve."""
    half, top, bend, tip = 100.0, 12.0, 108.0, 250.0
    count = 60
    curve = [(cos(pi / 2 * i / count) ** 0.86, sin(pi / 2 * i / count) ** 1.12) for i in range(1, count)]
    right = [(MIDDLE + half * x, bend + (tip - bend) * y) for x, y in curve]
    left = [(2 * MIDDLE - x, y) for x, y in reversed(right)]
    return ((MIDDLE - half, top), (MIDDLE + half, top), *right, (MIDDLE, tip), *left)


_SHAPES = {
    Family.LEARNING: Shape(
        corners=((28, 8), (228 - FOLD, 8), (228, 8 + FOLD), (228, 248), (28, 248)),
        radius=12,
        glyph_y=86,
        glyph_scale=0.48,
        words_width=160,
        ribbon_y=212,
        ribbon_reach=107,
        small_y=104,
        small_scale=0.72,
        cells_y=204,
    ),
    Family.MENTORING: Shape(
        corners=_circle(),
        radius=0,
        glyph_y=82,
        glyph_scale=0.46,
        words_width=166,
        ribbon_y=204,
        ribbon_reach=97,
        small_y=106,
        small_scale=0.68,
        cells_y=192,
    ),
    Family.SERVICE: Shape(
        corners=_hexagon(),
        radius=18,
        glyph_y=80,
        glyph_scale=0.46,
        words_width=162,
        ribbon_y=200,
        ribbon_reach=104,
        small_y=100,
        small_scale=0.66,
        cells_y=184,
    ),
    Family.FESTIVAL: Shape(
        corners=((30, 8), (226, 8), (226, 250), (128, 222), (30, 250)),
        radius=10,
        glyph_y=74,
        glyph_scale=0.48,
        words_width=158,
        ribbon_y=194,
        ribbon_reach=105,
        small_y=92,
        small_scale=0.7,
        cells_y=184,
    ),
    Family.TEAM: Shape(
        corners=_shield(),
        radius=12,
        glyph_y=76,
        glyph_scale=0.46,
        words_width=152,
        ribbon_y=192,
        ribbon_reach=96,
        small_y=98,
        small_scale=0.68,
        cells_y=188,
    ),
}
