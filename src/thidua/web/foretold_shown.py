"""What a report would bring, in words and cells: the points, the room left under caps, and why not more."""

from dataclasses import dataclass

from thidua.engine.foretell import Foretold
from thidua.scoring.explain import reason
from thidua.scoring.model import Outcome
from thidua.scoring.sentences import words
from thidua.web.catalogue import translate
from thidua.web.language import Language


@dataclass(frozen=True, slots=True)
class Room:
    """One cap: how much of it is used with this report, of how much."""

    label: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a page foretells: the sum, its parts, the caps, reasons for less; known once all is told."""

    is_known: bool
    points: int = 0
    parts: tuple[int, ...] = ()
    rooms: tuple[Room, ...] = ()
    reasons: tuple[str, ...] = ()
    others_waiting: int = 0


def prospect_of(told: Foretold, language: Language) -> Prospect:
    """The foretold as a page shows it."""
    if told.faults:
        return Prospect(is_known=False)
    parts = tuple(one.points for one in told.outcomes if one.points)
    return Prospect(
        is_known=True,
        points=told.points,
        parts=parts if len(parts) > 1 else (),
        rooms=tuple(room for one in told.outcomes for room in _rooms(one, language)),
        reasons=tuple(dict.fromkeys(_reasons(told, language))),
        others_waiting=told.others_waiting,
    )


def _rooms(outcome: Outcome, language: Language) -> list[Room]:
    rows = outcome.params.get("caps")
    found: list[Room] = []
    for window, used, limit, unit in rows if isinstance(rows, list) else ():
        added = outcome.points if unit == "points" else outcome.units
        label = translate(
            "Hạn mức %(window)s, sau lần này", language, window=words("window", str(window), language)
        )
        found.append(Room(label, used + added, limit))
    return found


def _reasons(told: Foretold, language: Language) -> list[str]:
    own = [
        reason(one.code, one.params, language, sentence_code=outcome.rule.sentence)
        for outcome in told.outcomes
        for one in outcome.reasons
    ]
    of_rules = {id(one) for outcome in told.outcomes for one in outcome.reasons}
    others = [reason(one.code, one.params, language) for one in told.reasons if id(one) not in of_rules]
    return [*own, *others]
