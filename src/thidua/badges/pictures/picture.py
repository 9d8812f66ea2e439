"""The picture of a badge as PNG or SVG; drawn once, then kept as long as the process lives."""

from thidua.badges.catalogue import Badge
from thidua.badges.model import Status

SIZE_MIN, SIZE_MAX = 64, 1024


def png(
    badge: Badge,
    *,
    year: int | None,
    size: int = 512,
    status: Status = Status.VALID,
    language: str = "vi",
) -> bytes:
    """A square PNG of `size` pixels; under 128 without words. No year: the badge itself, awarded to nobody."""
    raise NotImplementedError


def svg(
    badge: Badge,
    *,
    year: int | None,
    status: Status = Status.VALID,
    language: str = "vi",
) -> str:
    """The same picture as SVG, its words as outlines, so that it looks the same everywhere."""
    raise NotImplementedError


def fingerprint(badge: Badge) -> str:
    """Twelve characters that change whenever any picture of the badge would look otherwise."""
    raise NotImplementedError
