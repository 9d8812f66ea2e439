"""The design of badges: what lies where, in which colour; the one place that decides how a badge looks."""

from dataclasses import dataclass
from pathlib import Path as File
from typing import NamedTuple

from thidua.badges.model import Family, Status
from thidua.badges.pictures.colours import Palette, palette
from thidua.badges.pictures.glyphs import Part, Tone, glyph
from thidua.badges.pictures.lettering import BOLD, HEAVY, Block, block, fitted, width
from thidua.badges.pictures.outlines import FOLD, MIDDLE, UNITS, Shape, shape_of
from thidua.badges.pictures.paths import box, clipped, line, moved, polygon
from thidua.badges.pictures.scene import Area, Line, Piece, Scene, Text

LEVELS = 3
_GRID = 16  # the cells of the exercise book
_HATCH = 11
_HALF_BAND = 13.5
_SIZES = (25.0, 23.5, 18.0)
_LEADING = 1.16
# Room between the last line and the ribbon; how much a second line lifts and shrinks the glyph.
_ABOVE_RIBBON, _LIFT, _SHRINK = 15, 9, 0.86
# Half the height of the letters, for setting a line about its middle.
_HALF_CAPITAL = 0.37
_YEAR, _AFTER_YEAR, _SAID = 18, 13, 17
_STATUS_WORDS = {
    Status.EXPIRED: {"vi": "hết hạn", "en": "expired"},
    Status.REVOKED: {"vi": "Đã thu hồi", "en": "Revoked"},
}


class _Cell(NamedTuple):
    """One of the three cells that say the level."""

    side: float
    gap: float
    outline: float

    @property
    def row(self) -> float:
        return LEVELS * self.side + (LEVELS - 1) * self.gap


_CELL = _Cell(side=12, gap=4, outline=2)
# At 64 pixels each of these is a whole number of pixels.
_SMALL_CELL = _Cell(side=24, gap=8, outline=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """All that the look of one badge depends on."""

    family: Family
    level: int
    lines: tuple[str, ...]  # one: broken where it looks well
    glyph: File
    changed_at: int  # when the glyph was: a mended one is drawn anew
    year: int | None
    status: Status
    language: str


def scene_of(design: Design, *, is_small: bool) -> Scene:
    """The whole badge; a small one has its glyph and cells, and no words."""
    shape, colours = shape_of(design.family), palette(design.level, design.status)
    pieces = [*_ground(design, shape, colours, is_small=is_small)]
    pieces += _small(design, shape, colours) if is_small else _large(design, shape, colours)
    return Scene(UNITS, UNITS, tuple(pieces))


def _ground(design: Design, shape: Shape, colours: Palette, *, is_small: bool) -> list[Piece]:
    """Draw the face with its cells or hatching, the fold of a page, and the one line around."""
    found: list[Piece] = [] if is_small else _tails(shape, colours)
    found.append(Area(shape.outline(), colours.edge))
    line_inset, line_width = (9.0, 5.0) if is_small else (7.5, 2.5)
    if design.status is not Status.VALID:
        line_inset, line_width = (2.0, 4.0) if is_small else (1.5, 3.0)
        found.append(Area(shape.outline(line_inset), colours.face))
    within = shape.inner(line_inset)
    if design.status is Status.EXPIRED:
        found += _hatching(within, colours, is_small=is_small)
    elif design.status is Status.VALID and not is_small:
        found += _cells_of_paper(within, colours)
    found.append(Line(shape.outline(line_inset), colours.line, line_width))
    if design.family is Family.LEARNING:
        found.append(_fold(shape, colours))
    return found


def _cells_of_paper(within: list[tuple[float, float]], colours: Palette) -> list[Piece]:
    at = [MIDDLE + _GRID * step for step in range(-7, 8)]
    across = [((0, y), (UNITS, y)) for y in at] + [((x, 0), (x, UNITS)) for x in at]
    return [Line(line(part), colours.grid, 1) for each in across for part in clipped(each, within)]


def _hatching(within: list[tuple[float, float]], colours: Palette, *, is_small: bool) -> list[Piece]:
    step = _HATCH * 2 if is_small else _HATCH
    slanted = [((x, UNITS), (x + UNITS, 0)) for x in range(-UNITS, UNITS, step)]
    return [Line(line(part), colours.grid, step * 0.32) for each in slanted for part in clipped(each, within)]


def _fold(shape: Shape, colours: Palette) -> Area:
    (_, (x, y), (u, v), *_others) = shape.corners
    return Area(polygon([(x, y), (u, v), (u - FOLD, v)]), colours.tint)


def _tails(shape: Shape, colours: Palette) -> list[Piece]:
    """Where the ribbon turns behind the badge."""
    end, below = shape.ribbon_reach, shape.ribbon_y + _HALF_BAND
    sides = ((MIDDLE - end, 1), (MIDDLE + end, -1))
    return [
        Area(polygon([(x, below - 1), (x + 14 * way, below - 1), (x + 14 * way, below + 9)]), colours.shade)
        for x, way in sides
    ]


def _large(design: Design, shape: Shape, colours: Palette) -> list[Piece]:
    words = _words(design, shape)
    more = len(words.lines) - 1
    found = _glyph(
        design.glyph, colours, y=shape.glyph_y - _LIFT * more, scale=shape.glyph_scale * _SHRINK**more
    )
    last = shape.ribbon_y - _HALF_BAND - (_ABOVE_RIBBON if more else _ABOVE_RIBBON + 5)
    found += [
        Text(each, MIDDLE, last - words.size * _LEADING * (more - index), words.size, BOLD, colours.ink)
        for index, each in enumerate(words.lines)
    ]
    return [*found, *_ribbon(design, shape, colours)]


def _words(design: Design, shape: Shape) -> Block:
    if len(design.lines) > 1:
        count = min(len(design.lines), len(_SIZES))
        return block(design.lines, BOLD, _SIZES[count - 1], shape.words_width)
    return fitted(design.lines[0], weight=BOLD, sizes=_SIZES, widths=[shape.words_width] * len(_SIZES))


def _ribbon(design: Design, shape: Shape, colours: Palette) -> list[Piece]:
    end, y = shape.ribbon_reach, shape.ribbon_y
    band = box(MIDDLE - end, y - _HALF_BAND, MIDDLE + end, y + _HALF_BAND, 2)
    found: list[Piece] = [Area(band, colours.paper), Line(band, colours.edge, 2)]
    year = "" if design.year is None else str(design.year)
    if design.status is not Status.VALID:
        said = _STATUS_WORDS[design.status][design.language]
        words = f"{year} · {said}" if year and design.status is Status.EXPIRED else said
        return [*found, Text(words, MIDDLE, y + _SAID * _HALF_CAPITAL, _SAID, HEAVY, colours.on_paper)]
    words_width = width(year, HEAVY) * _YEAR + _AFTER_YEAR if year else 0
    left = MIDDLE - (words_width + _CELL.row) / 2
    if year:
        found.append(Text(year, left, y + _YEAR * _HALF_CAPITAL, _YEAR, HEAVY, colours.on_paper, "l"))
    return [*found, *_cells(left + words_width, y - _CELL.side / 2, _CELL, design.level, colours.on_paper)]


def _cells(x: float, y: float, cell: _Cell, level: int, colour: str) -> list[Piece]:
    """As many filled as the level, out of three."""
    found: list[Piece] = []
    for index in range(LEVELS):
        left, half = x + index * (cell.side + cell.gap), cell.outline / 2
        if index < level:
            found.append(Area(box(left, y, left + cell.side, y + cell.side), colour))
        else:
            inner = box(left + half, y + half, left + cell.side - half, y + cell.side - half)
            found.append(Line(inner, colour, cell.outline))
    return found


def _small(design: Design, shape: Shape, colours: Palette) -> list[Piece]:
    found = _glyph(design.glyph, colours, y=shape.small_y, scale=shape.small_scale)
    left = MIDDLE - _SMALL_CELL.row / 2
    return [*found, *_cells(left, shape.cells_y, _SMALL_CELL, design.level, colours.ink)]


def _glyph(file: File, colours: Palette, *, y: float, scale: float) -> list[Piece]:
    return [piece for part in glyph(file) for piece in _part(part, colours, y=y, scale=scale)]


def _part(part: Part, colours: Palette, *, y: float, scale: float) -> list[Piece]:
    path = moved(part.path, scale=scale, x=MIDDLE, y=y)
    colour = {Tone.WHITE: colours.ink, Tone.TINT: colours.tint, Tone.BACKGROUND: colours.face}[part.tone]
    found: list[Piece] = [Area(path, colour)] if part.is_filled else []
    return [*found, Line(path, colour, part.stroke * scale)] if part.stroke else found
