"""Words on pictures: two weights of one font, Vietnamese shaped by raqm, lines that always fit."""

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import combinations, pairwise
from pathlib import Path as File
from typing import NamedTuple
from unicodedata import normalize

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from PIL import ImageFont

from thidua.badges.pictures.paths import Path, Step, moved
from thidua.badges.pictures.recording import recorded

FOLDER = File(__file__).parent.parent / "fonts"
REGULAR, BOLD, HEAVY = 400, 700, 800
# The fonts are drawn on a square of so many units.
_EM = 1000
_LINES_MAX = 3
# Fewer lines look better: more of them must be larger by this to be chosen.
_LINE_COSTS = 0.88


class Block(NamedTuple):
    """Words broken into lines, and the size at which they fit."""

    lines: tuple[str, ...]
    size: float


def plain(words: str) -> str:
    """The words composed (NFC), with letters the fonts lack replaced by their bare letter or a dot."""
    composed = " ".join(normalize("NFC", words).split())
    return "".join(letter if is_covered(letter) else _bare(letter) for letter in composed)


def is_covered(letter: str) -> bool:
    """Whether the fonts can write the letter."""
    return ord(letter) in _letters(BOLD)


@lru_cache(maxsize=64)
def font(weight: int, size: float) -> ImageFont.FreeTypeFont:
    """The font at a size in pixels, shaped by raqm."""
    file = FOLDER / f"be-vietnam-td-{weight}.ttf"
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.RAQM)


@lru_cache(maxsize=4096)
def width(words: str, weight: int) -> float:
    """How wide the words are at size 1."""
    return font(weight, _EM).getlength(words, language="vi") / _EM


def fitted(words: str, *, weight: int, sizes: Sequence[float], widths: Sequence[float]) -> Block:
    """The words in as few lines as look well; `sizes`, `widths`: what one, two, three lines may have."""
    parts = plain(words).split()
    counts = range(1, min(len(parts), _LINES_MAX, len(sizes)) + 1)
    blocks = [block(_balanced(parts, n, weight), weight, sizes[n - 1], widths[n - 1]) for n in counts]
    return max(blocks, key=lambda one: one.size * _LINE_COSTS ** len(one.lines))


def block(lines: Sequence[str], weight: int, size: float, width_max: float) -> Block:
    """These lines at the largest size, at most `size`, at which the widest still fits."""
    widest = max(width(plain(each), weight) for each in lines)
    return Block(tuple(plain(each) for each in lines), min(size, width_max / widest))


def outlines(words: str, weight: int) -> Path:
    """The words as a path at size 1, beginning at the origin, set by raqm as they are in pixels."""
    steps: list[Step] = []
    for index, letter in enumerate(words):
        at = width(words[: index + 1], weight) - width(letter, weight)
        steps.extend(moved(_outline(letter, weight), x=at))
    return tuple(steps)


def _balanced(parts: list[str], count: int, weight: int) -> list[str]:
    """Break the words into so many lines that the widest is as narrow as can be."""
    cuts = (pairwise((0, *inner, len(parts))) for inner in combinations(range(1, len(parts)), count - 1))
    found = [[" ".join(parts[start:end]) for start, end in cut] for cut in cuts]
    return min(found, key=lambda lines: max(width(each, weight) for each in lines))


def _bare(letter: str) -> str:
    return next((part for part in normalize("NFKD", letter) if is_covered(part)), "·")


@cache
def _face(weight: int) -> TTFont:
    return TTFont(FOLDER / f"be-vietnam-td-{weight}.ttf")


@cache
def _letters(weight: int) -> dict[int, str]:
    found: dict[int, str] = _face(weight).getBestCmap()
    return found


@cache
def _outline(letter: str, weight: int) -> Path:
    glyphs = _face(weight).getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[_letters(weight)[ord(letter)]].draw(pen)
    return moved(recorded(pen.value), scale=1 / _EM, flip=True)
