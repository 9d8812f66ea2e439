"""What a subject has used of the caps that stand now, read from what was paid (7).

What a window holds is the sum over the entries paid in it: the fold charges exactly the units and points it
pays (16), so nothing is computed a second time here. Festivals have no today and are left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from thidua.kernel.period import Period, PeriodKind, period_of
from thidua.scoring.model import Cap, Rule, Window

# Rule and local day -> units and points paid there, net.
Paid = Mapping[tuple[str, date], tuple[int, int]]
_PERIODS = {
    Window.DAY: PeriodKind.DAY,
    Window.WEEK: PeriodKind.WEEK,
    Window.MONTH: PeriodKind.MONTH,
    Window.QUARTER: PeriodKind.QUARTER,
    Window.HALF_YEAR: PeriodKind.HALF_YEAR,
    Window.YEAR: PeriodKind.YEAR,
    Window.EVER: PeriodKind.ALL,
}


@dataclass(frozen=True, slots=True)
class CapUsed:
    """One cap of one rule: how much of the window that holds today is used."""

    rule: Rule
    cap: Cap
    period: Period
    units: int
    points: int

    @property
    def used(self) -> int:
        """What counts against the limit: points where the cap is in points, else units."""
        return self.points if self.cap.in_points else self.units

    @property
    def is_full(self) -> bool:
        """Whether nothing more is paid in this window."""
        return self.used >= self.cap.limit


def caps_used(rules: Iterable[Rule], paid: Paid, today: date) -> list[CapUsed]:
    """Return every cap of the rules whose window holds today, narrow windows first, with its use."""
    return [
        _used(rule, cap, period_of(_PERIODS[cap.window], today), paid)
        for rule in rules
        for cap in rule.caps
        if cap.window in _PERIODS
    ]


def first_day_needed(rules: Iterable[Rule], today: date) -> date | None:
    """Return the first day whose payments matter; None when all do."""
    kinds = {_PERIODS[cap.window] for rule in rules for cap in rule.caps if cap.window in _PERIODS}
    starts = [period_of(kind, today).starts_on for kind in kinds]
    days = [day for day in starts if day is not None]
    return None if len(days) < len(starts) else min(days, default=today)


def _used(rule: Rule, cap: Cap, period: Period, paid: Paid) -> CapUsed:
    rows = [row for (name, day), row in paid.items() if name == rule.name and period.contains(day)]
    return CapUsed(rule, cap, period, sum(row[0] for row in rows), sum(row[1] for row in rows))
