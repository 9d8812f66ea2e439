"""Half-open spans of local days in Asia/Ho_Chi_Minh, and the names people give them."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
# Vietnam has kept UTC+7 without a break since 1975-06-13 (tz database), long before any activity we take.
_OFFSET = timedelta(hours=7)
_SCHOOL_YEAR_STARTS_MONTH = 9
_YEAR_MIN, _YEAR_MAX = 2000, 2999
_JULY = 7


class PeriodKind(StrEnum):
    """The kinds of period a board can cover by name."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    SCHOOL_YEAR = "school_year"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Period:
    """The local days from `starts_on` up to but not including `ends_on`; `None` means without end."""

    kind: PeriodKind
    name: str
    starts_on: date | None
    ends_on: date | None

    def contains(self, day: date) -> bool:
        """Whether the local day lies in the span."""
        return (self.starts_on is None or day >= self.starts_on) and (
            self.ends_on is None or day < self.ends_on
        )

    @property
    def starts_at(self) -> datetime | None:
        """The first moment of the span, in UTC."""
        return None if self.starts_on is None else midnight_of(self.starts_on)

    @property
    def ends_at(self) -> datetime | None:
        """The first moment after the span, in UTC."""
        return None if self.ends_on is None else midnight_of(self.ends_on)


def local_day(at: datetime) -> date:
    """Return the day on Vietnamese calendars at that moment."""
    return (at.astimezone(UTC) + _OFFSET).date()


def midnight_of(day: date) -> datetime:
    """Return the moment, in UTC, at which the local day begins."""
    return datetime.combine(day, time(), tzinfo=UTC) - _OFFSET


def period_of(kind: PeriodKind, day: date) -> Period:
    """Return the period of that kind in which the local day lies."""
    return _MAKERS[kind](day)


def parse_period(name: str) -> Period | None:
    """Read `2026-11-21`, `2026-W47`, `2026-11`, `2026-Q4`, `2026-H2`, `2026`, `SY2026`, `all`; else None."""
    for pattern, first_day, kind in _NAMES:
        found = pattern.fullmatch(name)
        if found is None:
            continue
        try:
            period = period_of(kind, first_day([int(part) for part in found.groups()]))
        except (ValueError, OverflowError):  # its end may lie behind the last day there is
            return None
        in_range = period.starts_on is None or _YEAR_MIN <= period.starts_on.year <= _YEAR_MAX
        return period if in_range and period.name == name else None
    return None


def period_before(period: Period) -> Period | None:
    """Return the period of the same kind that ends where this one starts; None for `all`."""
    if period.starts_on is None:
        return None
    return period_of(period.kind, period.starts_on - timedelta(days=1))


def _day(day: date) -> Period:
    return Period(PeriodKind.DAY, day.isoformat(), day, day + timedelta(days=1))


def _week(day: date) -> Period:
    year, week, _ = day.isocalendar()
    starts_on = date.fromisocalendar(year, week, 1)
    return Period(PeriodKind.WEEK, f"{year}-W{week:02d}", starts_on, starts_on + timedelta(days=7))


def _months(kind: PeriodKind, name: str, starts_on: date, count: int) -> Period:
    last_month = starts_on.month + count - 1
    year, month = starts_on.year + (last_month - 1) // 12, (last_month - 1) % 12 + 1
    ends_on = date(year, month, monthrange(year, month)[1]) + timedelta(days=1)
    return Period(kind, name, starts_on, ends_on)


def _month(day: date) -> Period:
    return _months(PeriodKind.MONTH, f"{day.year}-{day.month:02d}", day.replace(day=1), 1)


def _quarter(day: date) -> Period:
    quarter = (day.month - 1) // 3 + 1
    return _months(PeriodKind.QUARTER, f"{day.year}-Q{quarter}", date(day.year, 3 * quarter - 2, 1), 3)


def _half_year(day: date) -> Period:
    half = 2 if day.month >= _JULY else 1
    return _months(PeriodKind.HALF_YEAR, f"{day.year}-H{half}", date(day.year, 6 * half - 5, 1), 6)


def _year(day: date) -> Period:
    return _months(PeriodKind.YEAR, str(day.year), date(day.year, 1, 1), 12)


def _school_year(day: date) -> Period:
    year = day.year if day.month >= _SCHOOL_YEAR_STARTS_MONTH else day.year - 1
    return _months(PeriodKind.SCHOOL_YEAR, f"SY{year}", date(year, _SCHOOL_YEAR_STARTS_MONTH, 1), 12)


def _all(_day: date) -> Period:
    return Period(PeriodKind.ALL, "all", None, None)


_MAKERS: dict[PeriodKind, Callable[[date], Period]] = {
    PeriodKind.DAY: _day,
    PeriodKind.WEEK: _week,
    PeriodKind.MONTH: _month,
    PeriodKind.QUARTER: _quarter,
    PeriodKind.HALF_YEAR: _half_year,
    PeriodKind.YEAR: _year,
    PeriodKind.SCHOOL_YEAR: _school_year,
    PeriodKind.ALL: _all,
}
_NAMES: list[tuple[re.Pattern[str], Callable[[list[int]], date], PeriodKind]] = [
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII), lambda n: date(n[0], n[1], n[2]), PeriodKind.DAY),
    (
        re.compile(r"(\d{4})-W(\d{2})", re.ASCII),
        lambda n: date.fromisocalendar(n[0], n[1], 1),
        PeriodKind.WEEK,
    ),
    (re.compile(r"(\d{4})-(\d{2})", re.ASCII), lambda n: date(n[0], n[1], 1), PeriodKind.MONTH),
    (re.compile(r"(\d{4})-Q(\d)", re.ASCII), lambda n: date(n[0], 3 * n[1] - 2, 1), PeriodKind.QUARTER),
    (re.compile(r"(\d{4})-H(\d)", re.ASCII), lambda n: date(n[0], 6 * n[1] - 5, 1), PeriodKind.HALF_YEAR),
    (re.compile(r"(\d{4})", re.ASCII), lambda n: date(n[0], 1, 1), PeriodKind.YEAR),
    (
        re.compile(r"SY(\d{4})", re.ASCII),
        lambda n: date(n[0], _SCHOOL_YEAR_STARTS_MONTH, 1),
        PeriodKind.SCHOOL_YEAR,
    ),
    (re.compile(r"all"), lambda _n: date(2020, 1, 1), PeriodKind.ALL),
]
