"""Caps, derived awards and advice as a person's page shows them."""

from typing import Any

from thidua.activities.catalogue import catalogue
from thidua.engine.caps import Outlook
from thidua.scoring.advice import Advice, Progress
from thidua.scoring.sentences import all_words, counted, words
from thidua.scoring.used import CapUsed
from thidua.web.catalogue import translate, translate_counted
from thidua.web.formats import shown_date
from thidua.web.language import Language
from thidua.web.shown import period_shown

_ADVICE_MAX = 2


def outlook_shown(outlook: Outlook, language: Language) -> dict[str, Any]:
    """What is used, what is nearly reached, and what would pay next, gain first."""
    return {
        "caps": [_cap(one, language) for one in sorted(outlook.caps, key=_order)],
        "progress": [_progress(one, language) for one in outlook.progress if one.have],
        "advice": [_advice(one, language) for one in outlook.advice[:_ADVICE_MAX]],
    }


def _order(cap: CapUsed) -> tuple[bool, str, int]:
    return (cap.is_full, cap.rule.name, cap.cap.limit)


def _cap(cap: CapUsed, language: Language) -> dict[str, Any]:
    ends_on = cap.period.ends_on
    return {
        "name": f"{_name(cap, language)}, {words('window', str(cap.cap.window), language)}",
        "used": cap.used,
        "limit": cap.cap.limit,
        "unit": _unit(cap, cap.cap.limit, language),
        "is_full": cap.is_full,
        "again": None if ends_on is None or not cap.is_full else shown_date(ends_on),
        "period": period_shown(cap.period, language),
    }


def _progress(progress: Progress, language: Language) -> dict[str, Any]:
    points = progress.rule.points
    return {
        "name": words("sentence", progress.rule.sentence, language),
        "have": min(progress.have, progress.need),
        "need": progress.need,
        "points": points if isinstance(points, int) else 0,
        "is_reached": progress.have >= progress.need,
    }


def _advice(advice: Advice, language: Language) -> dict[str, Any]:
    kind = catalogue().types[advice.type].name
    return {
        "type": advice.type,
        "name": kind.vi if language == "vi" else kind.en,
        "points": advice.points,
        "why": _why(advice, language),
    }


def _why(advice: Advice, language: Language) -> str:
    told = []
    if advice.extra:
        told.append(
            translate_counted(
                "trong đó %(extra)s điểm vì đủ mốc của năm", advice.extra, language, extra=advice.extra
            )
        )
    if advice.cap is not None:
        left = advice.cap.cap.limit - advice.cap.used
        window = words("window", str(advice.cap.cap.window), language)
        unit = _unit(advice.cap, left, language)
        told.append(translate("còn %(left)s trong hạn mức %(window)s", language, left=unit, window=window))
    return "; ".join(told) or translate("chưa có hạn mức nào chặn", language)


def _name(cap: CapUsed, language: Language) -> str:
    return words("sentence", cap.rule.sentence, language, otherwise="by_rule")


def _unit(cap: CapUsed, number: int, language: Language) -> str:
    """The number with the rule's own word for what it counts."""
    if cap.cap.in_points:
        return counted(number, words("word", "points", language), language)
    told = all_words()["sentence"].get(cap.rule.sentence, all_words()["sentence"]["by_rule"])
    return counted(number, told[f"unit_{language}"], language)
