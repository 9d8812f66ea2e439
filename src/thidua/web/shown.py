"""Values as pages show them: periods, totals and categories in words."""

from collections.abc import Iterable
from typing import Any

from thidua.activities.catalogue import catalogue
from thidua.kernel.period import Period, PeriodKind
from thidua.ledger.shown import Total
from thidua.web.catalogue import translate
from thidua.web.formats import shown_date
from thidua.web.language import Language

_ROMAN = ("I", "II", "III", "IV")
_PAGE_PERIODS = (
    PeriodKind.DAY,
    PeriodKind.WEEK,
    PeriodKind.MONTH,
    PeriodKind.QUARTER,
    PeriodKind.YEAR,
    PeriodKind.ALL,
)


def totals_shown(totals: Iterable[Total], language: Language) -> list[dict[str, Any]]:
    """Totals by period, in the order in which pages show them."""
    return [
        {
            "period": total.period.name,
            "name": period_shown(total.period, language),
            "points": total.points,
            "categories": [
                {"name": category_shown(one, language), "points": points}
                for one, points in total.categories.items()
            ],
        }
        for total in totals
        if total.period.kind in _PAGE_PERIODS
    ]


def category_shown(category: str, language: Language) -> str:
    """The name of a category."""
    named = catalogue().categories.get(category)
    if named is None:
        return category
    return named.vi if language == "vi" else named.en


def period_shown(period: Period, language: Language) -> str:
    """The period as people say it, on one line: Quý IV/2026, Q4 2026."""
    first = period.starts_on
    if first is None:
        return translate("Từ đầu đến nay", language)
    week, quarter = first.isocalendar().week, (first.month - 1) // 3 + 1
    facts = {
        "day": shown_date(first),
        "week": week,
        "week_year": first.isocalendar().year,
        "month": first.month,
        "quarter": _ROMAN[quarter - 1] if language == "vi" else quarter,
        "half": first.month // 7 + 1,
        "year": first.year,
        "next_year": first.year + 1,
    }
    return translate(_PERIODS[period.kind], language, **facts).replace(" ", "\N{NO-BREAK SPACE}")


_PERIODS = {
    PeriodKind.DAY: "Ngày %(day)s",
    PeriodKind.WEEK: "Tuần %(week)s/%(week_year)s",
    PeriodKind.MONTH: "Tháng %(month)s/%(year)s",
    PeriodKind.QUARTER: "Quý %(quarter)s/%(year)s",
    PeriodKind.HALF_YEAR: "Nửa năm %(half)s/%(year)s",
    PeriodKind.YEAR: "Năm %(year)s",
    PeriodKind.SCHOOL_YEAR: "Năm học %(year)s-%(next_year)s",
}
