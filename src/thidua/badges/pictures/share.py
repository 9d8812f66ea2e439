"""The picture that is shown where somebody shares a badge: 1200 by 630, with the way to verify it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import segno
from PIL import Image

from thidua.badges.definitions import Badge
from thidua.badges.model import Status
from thidua.badges.pictures.design import Design, scene_of
from thidua.badges.pictures.lettering import BOLD, HEAVY, REGULAR, Block, block, fitted, plain
from thidua.badges.pictures.painting import painted
from thidua.badges.pictures.paths import box, line
from thidua.badges.pictures.picture import design_of
from thidua.badges.pictures.scene import Area, Line, Piece, Scene, Text

WIDTH, HEIGHT = 1200, 630
_PANEL = 496  # where the badge stands
_BADGE = 416
_LEFT, _RIGHT = 556, 1140
_GRID = 16
_QR_PIXELS_MAX = 148
_LETTERS_A_LINE_MAX = 40
# More lines of name, receiver and unit than these stand closer.
_LINES_WITH_ROOM = 5
_DESK, _PAPER, _GRID_LINE, _RULE = "#E6EFFB", "#FFFFFF", "#D7E4F6", "#B9C5D6"
_INK, _SECOND, _BLUE = "#0E1E38", "#40516D", "#0B4A9E"
_WORDS = {
    "vi": {"badge": "Huy hiệu", "to": "Trao cho", "verify": "Ai cũng kiểm tra được tại"},
    "en": {"badge": "Badge", "to": "Awarded to", "verify": "Anyone can verify it at"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What is told beside the badge: everything as the public may see it."""

    receiver: str  # the shown name or alias
    unit: str
    earned_on: date
    address: str  # of the credential's page, in full: printed and as a QR code


def share(
    badge: Badge, told: Shared, *, year: int, status: Status = Status.VALID, language: str = "vi"
) -> bytes:
    """A PNG of 1200 by 630 pixels."""
    return _share(design_of(badge, year=year, status=status, language=language), badge.names[language], told)


@lru_cache(maxsize=64)
def _share(design: Design, name: str, told: Shared) -> bytes:
    image = painted(Scene(WIDTH, HEIGHT, tuple(_pieces(name, told, design.language))), WIDTH)
    picture = painted(scene_of(design, is_small=False), _BADGE)
    image.alpha_composite(picture, ((_PANEL - _BADGE) // 2, (HEIGHT - _BADGE) // 2))
    code = _qr(told.address)
    image.paste(code, (_RIGHT - code.width, HEIGHT - 56 - code.height))
    out = io.BytesIO()
    image.convert("RGB").save(out, "PNG", compress_level=9)
    return out.getvalue()


def _pieces(badge_name: str, told: Shared, language: str) -> list[Piece]:
    words, room = _WORDS[language], _RIGHT - _LEFT
    found: list[Piece] = [Area(box(0, 0, WIDTH, HEIGHT), _PAPER), Area(box(0, 0, _PANEL, HEIGHT), _DESK)]
    found += [Line(line([(x, 0), (x, HEIGHT)]), _GRID_LINE, 1) for x in range(_GRID, _PANEL, _GRID)]
    found += [Line(line([(0, y), (_PANEL, y)]), _GRID_LINE, 1) for y in range(_GRID, HEIGHT, _GRID)]
    found.append(_line(words["badge"], 84, 24, BOLD, _BLUE))
    name = fitted(badge_name, weight=HEAVY, sizes=(62, 48, 36), widths=(room,) * 3)
    receiver = _fit(told.receiver, BOLD, (38, 32))
    place = _fit(" · ".join(filter(None, (told.unit, f"{told.earned_on:%d/%m/%Y}"))), REGULAR, (24, 22))
    is_full = len((*name.lines, *receiver.lines, *place.lines)) > _LINES_WITH_ROOM
    pieces, at = _lines(name, 84, HEAVY, _INK)
    found += [*pieces, _line(words["to"], at + (42 if is_full else 62), 22, REGULAR, _SECOND)]
    pieces, at = _lines(receiver, at + (44 if is_full else 64), BOLD, _INK)
    found += pieces
    pieces, _at = _lines(place, at + (2 if is_full else 8), REGULAR, _SECOND)
    return [*found, *pieces, *_way_to_verify(told.address, words["verify"])]


def _way_to_verify(address: str, said: str) -> list[Piece]:
    room = _RIGHT - _LEFT - _QR_PIXELS_MAX - 28
    shown = block(_broken(address.partition("://")[2]), BOLD, 21, room)
    top = HEIGHT - 56 - _QR_PIXELS_MAX
    found: list[Piece] = [Line(line([(_LEFT, top - 28), (_RIGHT, top - 28)]), _RULE, 1)]
    found.append(_line(said, top + 26, 20, REGULAR, _SECOND))
    return [*found, *_lines(shown, top + 34, BOLD, _BLUE)[0]]


def _fit(words: str, weight: int, sizes: Sequence[float]) -> Block:
    return fitted(words, weight=weight, sizes=sizes, widths=(_RIGHT - _LEFT,) * len(sizes))


def _line(words: str, baseline: float, size: float, weight: int, colour: str) -> Text:
    return Text(plain(words), _LEFT, baseline, size, weight, colour, "l")


def _lines(words: Block, below: float, weight: int, colour: str) -> tuple[list[Piece], float]:
    """Lay the lines under a height; also tell the baseline of the last."""
    step = words.size * 1.22
    at = [below + step * (index + 1) for index in range(len(words.lines))]
    pieces: list[Piece] = [
        _line(each, y, words.size, weight, colour) for each, y in zip(words.lines, at, strict=True)
    ]
    return pieces, at[-1]


def _broken(address: str) -> list[str]:
    """Break the address after slashes, so that its lines stay short."""
    lines: list[str] = []
    for part in address.replace("/", "/ ").split():
        if lines and len(lines[-1]) + len(part) <= _LETTERS_A_LINE_MAX:
            lines[-1] += part
        else:
            lines.append(part)
    return lines


def _qr(address: str) -> Image.Image:
    """Draw the code, each of its modules a whole number of pixels."""
    rows = [bytes(row) for row in segno.make(address, error="m", micro=False).matrix]
    side = len(rows)
    dots = Image.frombytes("L", (side, side), bytes(0 if one else 255 for row in rows for one in row))
    times = max(2, _QR_PIXELS_MAX // side)
    return dots.resize((side * times, side * times), Image.Resampling.NEAREST)
