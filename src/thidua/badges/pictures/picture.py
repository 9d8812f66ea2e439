"""The picture of a badge as PNG or SVG; drawn once, then kept as long as the process lives."""

import io
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from unicodedata import normalize

from thidua.badges.definitions import Badge
from thidua.badges.model import Status
from thidua.badges.pictures.design import Design, scene_of
from thidua.badges.pictures.painting import painted
from thidua.badges.pictures.writing import written

SIZE_MIN, SIZE_MAX = 64, 1024
# From so many pixels on a picture has words.
WORDS_FROM = 128
_STATUS_TITLES = {
    Status.VALID: {"vi": "", "en": ""},
    Status.EXPIRED: {"vi": " (hết hạn)", "en": " (expired)"},
    Status.REVOKED: {"vi": " (đã thu hồi)", "en": " (revoked)"},
}


def png(
    badge: Badge,
    *,
    year: int | None,
    size: int = 512,
    status: Status = Status.VALID,
    language: str = "vi",
) -> bytes:
    """A square PNG of `size` pixels; under 128 without words. No year: the badge itself, given to nobody."""
    _check(size)
    return _png(design_of(badge, year=year, status=status, language=language), size)


def svg(
    badge: Badge,
    *,
    year: int | None,
    size: int = 512,
    status: Status = Status.VALID,
    language: str = "vi",
) -> str:
    """The picture that `png` draws, as SVG: its words are outlines, so that it looks the same everywhere."""
    _check(size)
    title = normalize("NFC", badge.names[language]) + _STATUS_TITLES[status][language]
    return _svg(design_of(badge, year=year, status=status, language=language), title, size < WORDS_FROM)


def fingerprint(badge: Badge) -> str:
    """Twelve characters that change whenever any picture of the badge would look otherwise; draws nothing."""
    designs = (design_of(badge, year=None, status=Status.VALID, language=one) for one in sorted(badge.names))
    return _fingerprint(tuple(designs), tuple(sorted(badge.names.values())))


def design_of(badge: Badge, *, year: int | None, status: Status, language: str) -> Design:
    """What the look of the badge depends on."""
    return Design(
        family=badge.family,
        level=badge.level,
        lines=tuple(badge.title_lines.get(language, (badge.names[language],))),
        glyph=badge.glyph,
        changed_at=badge.glyph.stat().st_mtime_ns,
        year=year,
        status=status,
        language=language,
    )


def _check(size: int) -> None:
    if not SIZE_MIN <= size <= SIZE_MAX:
        raise ValueError(f"a picture has {SIZE_MIN} to {SIZE_MAX} pixels, not {size}")


@lru_cache(maxsize=256)
def _fingerprint(designs: tuple[Design, ...], names: tuple[str, ...]) -> str:
    looks = [(one.family.value, one.level, one.lines, one.glyph.read_text()) for one in designs]
    return blake2b(repr((looks, names)).encode() + _way_of_drawing(), digest_size=6).hexdigest()


@cache
def _way_of_drawing() -> bytes:
    """All that makes every picture look as it does: our code of drawing, the letters."""
    here = Path(__file__).parent
    files = [*sorted(here.glob("*.py")), *sorted((here.parent / "fonts").glob("*.ttf"))]
    return blake2b(b"".join(one.read_bytes() for one in files), digest_size=16).digest()


@lru_cache(maxsize=512)
def _png(design: Design, size: int) -> bytes:
    image = painted(scene_of(design, is_small=size < WORDS_FROM), size)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()


@lru_cache(maxsize=256)
def _svg(design: Design, title: str, is_small: bool) -> str:  # noqa: FBT001 -- part of the key
    return written(scene_of(design, is_small=is_small), title)
