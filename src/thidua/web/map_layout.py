"""Where the circles of a map stand: at their real centres, pushed apart only as far as needed. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_KM_A_DEGREE = 111.32
_ROUNDS = 120
# So much may two circles still touch: nobody sees it.
_TOUCH = 0.01
_STRETCH = 1.12
_TALLEST = 1.15
_BARS_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_BAR_SHARE = 0.16


@dataclass(frozen=True, slots=True)
class Centre:
    """A place on earth and the size of its circle."""

    longitude: float
    latitude: float
    radius: float


@dataclass(slots=True)
class Spot:
    """A circle on the drawing."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The circles in the order they were given, the size of the drawing, and a bar of so many kilometres."""

    spots: list[Spot]
    width: float
    height: float
    bar_km: int
    bar_width: float


def laid_out(centres: Sequence[Centre], *, width: float, gap: float = 2.0) -> Layout:
    """Place the circles, at least `gap` apart, none over another, all within the width."""
    edge = max((one.radius for one in centres), default=0.0) + gap
    across, down, kilometre = _projected(centres, width - 2 * edge)
    spots = [Spot(edge + x, edge + y, one.radius) for x, y, one in zip(across, down, centres, strict=True)]
    while not _pushed_apart(spots, width, gap):
        # Too dense for this width: the drawing grows downwards, which parts any two in the end.
        for number, spot in enumerate(spots):
            spot.y = spot.y * _STRETCH + number * _TOUCH
    lowest = min((spot.y - spot.radius for spot in spots), default=0.0)
    for spot in spots:
        spot.y += gap - lowest
    height = max((spot.y + spot.radius for spot in spots), default=0.0) + gap
    km = next((one for one in reversed(_BARS_KM) if one * kilometre <= width * _BAR_SHARE), _BARS_KM[0])
    return Layout(spots, width, height, km, km * kilometre)


def overlap_of(one: Spot, other: Spot) -> float:
    """How far two circles reach into one another; 0 or less when they do not."""
    return one.radius + other.radius - math.hypot(one.x - other.x, one.y - other.y)


def _projected(centres: Sequence[Centre], width: float) -> tuple[list[float], list[float], float]:
    """Return x, y and the width of a kilometre: north is up, distances hold at the middle latitude."""
    if not centres:
        return [], [], 1.0
    middle = sum(one.latitude for one in centres) / len(centres)
    east = [one.longitude * math.cos(math.radians(middle)) for one in centres]
    south = [-one.latitude for one in centres]
    wide, high = max(east) - min(east), max(south) - min(south)
    scale = min(width / max(wide, 1e-6), width * _TALLEST / max(high, 1e-6), width / 0.05)
    left = (width - wide * scale) / 2
    across = [left + (x - min(east)) * scale for x in east]
    return across, [(y - min(south)) * scale for y in south], scale / _KM_A_DEGREE


def _pushed_apart(spots: Sequence[Spot], width: float, gap: float) -> bool:
    """Push circles that overlap away from one another; whether none does any more."""
    return any(not _push_once(spots, width, gap) for _ in range(_ROUNDS))


def _push_once(spots: Sequence[Spot], width: float, gap: float) -> bool:
    has_moved = False
    order = sorted(spots, key=lambda spot: spot.x)
    reach = 2 * max((spot.radius for spot in spots), default=0.0) + gap
    for place, one in enumerate(order):
        for other in order[place + 1 :]:
            if other.x - one.x > reach:
                break
            has_moved = _part(one, other, gap) or has_moved
    for spot in spots:
        spot.x = min(max(spot.x, spot.radius + gap), width - spot.radius - gap)
    return has_moved


def _part(one: Spot, other: Spot, gap: float) -> bool:
    apart = math.hypot(other.x - one.x, other.y - one.y)
    lacking = one.radius + other.radius + gap - apart
    if lacking <= _TOUCH:
        return False
    # Two at the very same place part downwards.
    right, down = ((other.x - one.x) / apart, (other.y - one.y) / apart) if apart > _TOUCH else (0.0, 1.0)
    half = lacking / 2 + _TOUCH / 4
    one.x -= right * half
    one.y -= down * half
    other.x += right * half
    other.y += down * half
    return True
