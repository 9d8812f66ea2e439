"""Caps: how much room every window still has, and what is charged to it (7)."""

from collections.abc import Sequence

import msgspec

from thidua.scoring.model import Cap, Fact, Multiplier, Reason, Window
from thidua.scoring.windows import bucket_of

# Window kind -> [bucket, units paid there, points paid there]; festivals keep one such row each.
Use = dict[str, tuple[str, int, int]]
_NOTHING = ("", 0, 0)


class Room(msgspec.Struct, frozen=True, gc=False):
    """How many units may be paid, and every window as [window, used before, limit, what it counts]."""

    units: int
    windows: list[list[object]]
    bound: list[object] | None

    def reason(self, *, paid: int) -> Reason:
        """Return why fewer units than counted were paid, naming the narrowest window that bound."""
        assert self.bound is not None
        window, used, limit, unit = self.bound
        facts = {"window": window, "used": used, "cap": limit, "unit": unit}
        return Reason("window_partly_full", facts | {"paid": paid}) if paid else Reason("window_full", facts)


_FREE: list[list[object]] = []


def room_in(
    caps: Sequence[Cap],
    fact: Fact,
    use: Use,
    *,
    counted: int,
    per_unit: int,
    factor: Multiplier,
) -> Room:
    """Return the largest number of units, at most those counted, that fits the room of every window."""
    if not caps:
        return Room(counted, _FREE, None)
    paid, bound = counted, None
    windows: list[list[object]] = []
    for cap in caps:
        used_units, used_points = used_in(use, cap.window, fact)
        used = used_points if cap.in_points else used_units
        windows.append([str(cap.window), used, cap.limit, "points" if cap.in_points else "units"])
        fits = _units_that_fit(max(0, cap.limit - used), cap, per_unit=per_unit, factor=factor)
        if fits < paid:
            paid, bound = fits, windows[-1]
    return Room(paid, windows, bound)


def used_in(use: Use, window: Window, fact: Fact) -> tuple[int, int]:
    """Return the units and points already paid in the window in which the fact stands."""
    if window is Window.EVENT:
        return (0, 0)
    bucket = bucket_of(window, fact)
    row = use.get(_row(window, bucket), _NOTHING)
    return (row[1], row[2]) if row[0] == bucket else (0, 0)


def charge(use: Use, windows: Sequence[Window], fact: Fact, *, units: int, points: int) -> None:
    """Add what was paid for the fact to every window; a window that has passed gives way to the next."""
    if not units and not points:
        return
    for window in windows:
        if window is Window.EVENT:
            continue
        bucket = bucket_of(window, fact)
        row = use.get(_row(window, bucket), _NOTHING)
        before = row if row[0] == bucket else (bucket, 0, 0)
        use[_row(window, bucket)] = (bucket, before[1] + units, before[2] + points)


def _row(window: Window, bucket: str) -> str:
    # Festivals interleave in time, so each keeps its own row; of the others only the latest can matter.
    return f"{window}:{bucket}" if window is Window.FESTIVAL else str(window)


def _units_that_fit(room: int, cap: Cap, *, per_unit: int, factor: Multiplier) -> int:
    worth = 2 * per_unit * factor.numerator
    if not cap.in_points:
        return room
    if worth <= 0:
        return 1 << 30
    # floor(u*k + 1/2) <= room  is  u*k < room + 1/2, with k the points of one unit.
    return ((2 * room + 1) * factor.denominator - 1) // worth
