"""Numbers and times as people in Vietnam and English readers write them."""

from datetime import date, datetime

from thidua.kernel.period import VIETNAM
from thidua.web.language import Language

_MINUS = "\N{MINUS SIGN}"


def shown_number(value: int, language: Language) -> str:
    """A whole number with groups of three: 1.284 in Vietnamese, 1,284 in English; a true minus."""
    grouped = f"{abs(value):,}"
    if language == "vi":
        grouped = grouped.replace(",", ".")
    return f"{_MINUS}{grouped}" if value < 0 else grouped


def shown_points(value: int, language: Language) -> str:
    """Points with their sign: what was added carries a plus."""
    return f"+{shown_number(value, language)}" if value > 0 else shown_number(value, language)


def shown_date(day: date) -> str:
    """A day as dd/mm/yyyy, in both languages."""
    return f"{day:%d/%m/%Y}"


def shown_time(at: datetime) -> str:
    """A moment as seen on a clock in Vietnam."""
    return f"{at.astimezone(VIETNAM):%H:%M:%S, %d/%m/%Y}"


def shown_minute(at: datetime) -> str:
    """A moment that somebody told, to the minute."""
    return f"{at.astimezone(VIETNAM):%H:%M, %d/%m/%Y}"
