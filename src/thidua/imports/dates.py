"""Days and hours as people write them: 26/11/1999, 1999-11-26, 45689, 7 giờ 30, 14h."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from thidua.imports.model import UnreadableError
from thidua.organisation.vietnamese import fold

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2})?(?:\.0+)?)?")
_WRITTEN = re.compile(
    r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?"
)
_IN_WORDS = re.compile(r"(?:ngay\s+)?(\d{1,2})\s+thang\s+(\d{1,2})(?:\s+nam|,)?\s+(\d{4})")
_SERIAL = re.compile(r"[2-6]\d{4}(?:\.\d+)?")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_SERIAL_START = date(1899, 12, 30)
_MONTHS = 12
_CENTURY = 100

_HOUR = re.compile(
    r"(\d{1,2})\s*(?:gio|g|h|:)\s*(?:(\d{1,2})\s*(?:phut|p|')?)?(?::\d{2})?(?:\s*(sang|chieu|toi|am|pm))?"
    r"(?:\s*(?:-|den|–).*)?"  # noqa: RUF001 -- a dash that people type
)
_PARTS_OF_DAY = {"sang": time(8), "buoi sang": time(8), "chieu": time(14), "buoi chieu": time(14)} | {
    "toi": time(19),
    "buoi toi": time(19),
    "trua": time(11),
}
_FRACTION = re.compile(r"0?\.\d+")
_AFTERNOON = frozenset({"chieu", "toi", "pm"})
_NOON = 12
_MINUTES_A_DAY = 24 * 60


class Order(StrEnum):
    """Which of two numbers is the day when both could be."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True)
class OrderFound:
    """The order of a column: which way, how many cells allow only that, and how many allow both."""

    order: Order
    sure: int
    unsure: int


@dataclass(frozen=True, slots=True)
class DayRead:
    """A day, and the code of a remark when it was written in an unusual way."""

    day: date
    note: str = ""


def order_of(cells: Iterable[str]) -> OrderFound:
    """Return the order that most cells of a column can only be read in; day first when nothing tells."""
    day_first = month_first = unsure = 0
    for cell in cells:
        found = _WRITTEN.fullmatch(cell.strip())
        if found is None:
            continue
        first, second = int(found[1]), int(found[2])
        if first > _MONTHS >= second:
            day_first += 1
        elif second > _MONTHS >= first:
            month_first += 1
        elif first != second:
            unsure += 1
    if month_first > day_first:
        return OrderFound(Order.MONTH_FIRST, month_first, unsure)
    return OrderFound(Order.DAY_FIRST, day_first, unsure)


def day_of(text: str, order: Order, *, today: date) -> DayRead:
    """Return the day that the text writes; UnreadableError when it writes none."""
    written = text.strip().strip("'")
    if found := _ISO.fullmatch(written):
        return DayRead(_day(int(found[1]), int(found[2]), int(found[3])))
    if found := _WRITTEN.fullmatch(written):
        return _written_day(found, order, today)
    if found := _IN_WORDS.search(fold(written)):
        return DayRead(_day(int(found[3]), int(found[2]), int(found[1])))
    if _SERIAL.fullmatch(written):
        return DayRead(_SERIAL_START + timedelta(days=int(float(written))), "excel_serial")
    raise UnreadableError("only_a_year" if _YEAR.fullmatch(written) else "not_a_day")


def hour_of(text: str) -> tuple[time, str]:
    """Return the time of day that the text writes, and the code of a remark."""
    written = fold(text)
    if written in _PARTS_OF_DAY:
        return _PARTS_OF_DAY[written], "part_of_the_day"
    if _FRACTION.fullmatch(written):
        minutes = round(float(written) * _MINUTES_A_DAY) % _MINUTES_A_DAY
        return time(minutes // 60, minutes % 60), ""
    found = _HOUR.fullmatch(written)
    if found is None:
        raise UnreadableError("not_an_hour")
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] in _AFTERNOON and hour < _NOON:
        hour += _NOON
    try:
        return time(hour, minute), ""
    except ValueError:
        raise UnreadableError("not_an_hour") from None


def _written_day(found: re.Match[str], order: Order, today: date) -> DayRead:
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    day, month = (first, second) if order is Order.DAY_FIRST else (second, first)
    if month > _MONTHS and day <= _MONTHS:
        raise UnreadableError("other_order")
    note = ""
    if year < _CENTURY:
        year += today.year // _CENTURY * _CENTURY
        year -= _CENTURY if year > today.year else 0
        note = "two_digit_year"
    return DayRead(_day(year, month, day), note)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        if 1 <= month <= _MONTHS and year:
            raise UnreadableError("no_such_day", month=month, days=monthrange(year, month)[1]) from None
        raise UnreadableError("not_a_day") from None
