"""The contact sheet: every badge large and small, on light and on dark ground, and what becomes of them."""

import io
from collections.abc import Sequence

from PIL import Image

from thidua.badges.definitions import Badge
from thidua.badges.model import Family, Status
from thidua.badges.pictures.design import scene_of
from thidua.badges.pictures.painting import painted
from thidua.badges.pictures.picture import design_of

_LARGE, _SMALL, _AROUND, _ACROSS = 256, 64, 20, 7
_CELL = (_LARGE + _AROUND, _LARGE + _SMALL + 2 * _AROUND)
# The desk of the pages, light and dark.
_GROUNDS = ("#F2F5FA", "#0A121F")


def sheet(badges: Sequence[Badge], *, year: int, language: str) -> bytes:
    """A PNG of all the badges at 256 and 64 pixels; at the end one of each family expired, and revoked."""
    shown = [(badge, Status.VALID) for badge in badges]
    firsts = [next(filter(None, (b for b in badges if b.family is family)), None) for family in Family]
    for status in (Status.EXPIRED, Status.REVOKED):
        shown += [(badge, status) for badge in firsts if badge is not None]
    halves = [_half(shown, ground, year=year, language=language) for ground in _GROUNDS]
    image = Image.new("RGB", (halves[0].width, sum(half.height for half in halves)))
    for index, half in enumerate(halves):
        image.paste(half, (0, index * half.height))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=9)
    return out.getvalue()


def _half(shown: Sequence[tuple[Badge, Status]], ground: str, *, year: int, language: str) -> Image.Image:
    rows = -(-len(shown) // _ACROSS)
    image = Image.new("RGBA", (_ACROSS * _CELL[0] + _AROUND, rows * _CELL[1] + _AROUND), ground)
    for index, (badge, status) in enumerate(shown):
        x, y = _AROUND + index % _ACROSS * _CELL[0], _AROUND + index // _ACROSS * _CELL[1]
        design = design_of(badge, year=year, status=status, language=language)
        image.alpha_composite(painted(scene_of(design, is_small=False), _LARGE), (x, y))
        small = painted(scene_of(design, is_small=True), _SMALL)
        image.alpha_composite(small, (x + (_LARGE - _SMALL) // 2, y + _LARGE + _AROUND // 2))
    return image.convert("RGB")
