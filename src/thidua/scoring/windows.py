"""Windows: where each begins, which nest, and the bucket in which a rule's facts depend on one another."""

from collections.abc import Iterable
from datetime import date, datetime

from thidua.kernel.period import PeriodKind, period_of
from thidua.scoring.model import Fact, Window

_PERIODS = {
    Window.DAY: PeriodKind.DAY,
    Window.WEEK: PeriodKind.WEEK,
    Window.MONTH: PeriodKind.MONTH,
    Window.QUARTER: PeriodKind.QUARTER,
    Window.HALF_YEAR: PeriodKind.HALF_YEAR,
    Window.YEAR: PeriodKind.YEAR,
}
_CALENDAR = (Window.DAY, Window.MONTH, Window.QUARTER, Window.HALF_YEAR, Window.YEAR, Window.EVER)
_WEEKS = (Window.DAY, Window.WEEK, Window.EVER)
_FESTIVALS = (Window.FESTIVAL, Window.EVER)
_NARROW_FIRST = tuple(Window)


def narrow_first(windows: Iterable[Window]) -> list[Window]:
    """Return the windows sorted from the narrowest to the widest."""
    return sorted(windows, key=_NARROW_FIRST.index)


def nest(windows: Iterable[Window]) -> bool:
    """Whether each of the windows lies wholly inside the next wider one (8)."""
    asked = {window for window in windows if window is not Window.EVENT}
    return any(asked <= set(chain) for chain in (_CALENDAR, _WEEKS, _FESTIVALS))


def widest(windows: Iterable[Window]) -> Window:
    """Return the widest of the windows; `EVENT` when there is none."""
    return max(windows, key=_NARROW_FIRST.index, default=Window.EVENT)


_FIRST_DAYS: dict[tuple[Window, date], str] = {}
_FIRST_DAYS_KEPT = 100_000


def first_day(window: Window, day: date) -> str:
    """Return the first local day, in ISO form, of the calendar window in which the day lies."""
    known = _FIRST_DAYS.get((window, day))
    if known is not None:
        return known
    starts_on = period_of(_PERIODS[window], day).starts_on
    assert starts_on is not None  # only `all` has no first day, and no window maps to it
    if len(_FIRST_DAYS) >= _FIRST_DAYS_KEPT:
        _FIRST_DAYS.clear()
    return _FIRST_DAYS.setdefault((window, day), starts_on.isoformat())


def bucket_of(window: Window, fact: Fact) -> str:
    """Return the name of the window of that kind that holds the fact: a first day, a festival, '' for ever.

    Facts without a festival share the festival named ''.
    """
    if window in _PERIODS:
        return first_day(window, fact.day)
    if window is Window.FESTIVAL:
        return fact.festival or ""
    return str(fact.id) if window is Window.EVENT else ""


def span_of(window: Window, bucket: str) -> tuple[datetime, datetime] | None:
    """Return the half-open moments of a calendar bucket; None where the window is no span of time."""
    if window not in _PERIODS:
        return None
    period = period_of(_PERIODS[window], date.fromisoformat(bucket))
    assert period.starts_at is not None  # calendar periods have both ends
    assert period.ends_at is not None
    return (period.starts_at, period.ends_at)
