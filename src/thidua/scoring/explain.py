"""An award as a sentence, as the steps that led to it, and a refusal as its reason; in any language (18).

Entries and answers keep codes and figures only; these functions make words of them when they are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from thidua.activities.catalogue import catalogue
from thidua.kernel.subjects import SubjectKind
from thidua.scoring.sentences import Language, all_words, counted, shown_number, shown_ratio, words

Params = Mapping[str, object]
_TIMES = "\N{MULTIPLICATION SIGN}"
CHANGES = ("adjustment", "reversal", "manual")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation: what was looked at (a stable code), its value, and why in words."""

    what: str
    value: int | str
    because: str


def sentence(code: str, params: Params, language: Language) -> str:
    """The whole award, or change of one, in a sentence or two."""
    facts = _facts(params, code, language)
    if "was" in params:
        return _filled("award", code if code in CHANGES else "adjustment", facts, language)
    told = _filled("award", _pattern(params), facts, language)
    if "bound" not in params:
        return told
    return f"{told} {_filled('award', 'partly', facts, language)}"


def steps(params: Params, language: Language, *, code: str = "by_rule") -> list[Step]:
    """The steps from what was recorded to the points, in order, with notes on what may surprise."""
    facts = _facts(params, code, language)
    found = _award_steps(params, facts, _award_code(params, code), language) if "sum" in params else []
    if "was" not in params:
        return found
    was, now = (_step(what, _whole(params, what), facts, language) for what in ("was", "now"))
    return [was, *found, now]


def reason(code: str, params: Params, language: Language, *, sentence_code: str = "") -> str:
    """Why something brought nothing, or less than it might, and what one may do.

    With the sentence code of the rule, or a type whose rule says the sentence of its name, units are called
    by their own name.
    """
    facts = _reason_facts(params, sentence_code, language)
    of_state = f"{code}_{params.get('state', '')}"
    return _filled("reason", of_state if of_state in all_words()["reason"] else code, facts, language)


def _award_code(params: Params, code: str) -> str:
    """The sentence code of the rule; a change of an award carries it among its figures."""
    return str(params.get("rule_sentence", code))


def _award_steps(params: Params, facts: Mapping[str, str], code: str, language: Language) -> list[Step]:
    return [
        *_counting_steps(params, facts, language),
        *_cap_steps(params, code, language),
        *_paying_steps(params, facts, language),
        *_notes(params, facts, language),
    ]


def _pattern(params: Params) -> str:
    if "count" in params:
        return "milestone"
    if "mul" in params:
        return "multiplied"
    return "many" if _whole(params, "paid") != 1 else "one"


def _counting_steps(params: Params, facts: Mapping[str, str], language: Language) -> list[Step]:
    if "count" in params:
        return [_step("count", _whole(params, "count"), facts, language)]
    found = [_step("units_counted", _whole(params, "n"), facts, language)]
    if params.get("key"):
        found.append(_step("key", _whole(params, "n"), facts, language))
    return found


def _cap_steps(params: Params, code: str, language: Language) -> list[Step]:
    found = []
    for window, used, limit, unit in _rows(params.get("caps")):
        facts = {
            "window": words("window", str(window), language),
            "used": shown_number(_int(used), language),
            "limit": shown_number(_int(limit), language),
            "unit": _unit_after(str(unit), code, _int(limit), language),
        }
        found.append(Step("cap", f"{used}/{limit}", _filled("step", "cap", facts, language)))
    return found


def _paying_steps(params: Params, facts: Mapping[str, str], language: Language) -> list[Step]:
    found = []
    if params.get("caps"):
        words_of = "units_paid_bound" if "bound" in params else "units_paid"
        found.append(_step("units_paid", _whole(params, "paid"), facts, language, words_of=words_of))
    found.append(_step("points_per_unit", _whole(params, "per"), facts, language))
    if "mul" in params:
        numerator, denominator, _ = _factor(params)
        found.append(_step("multiplier", f"{numerator}/{denominator}", facts, language))
    words_of = "points_rounded" if _is_rounded(params) else "points"
    found.append(_step("points", _whole(params, "sum"), facts, language, words_of=words_of))
    return found


def _notes(params: Params, facts: Mapping[str, str], language: Language) -> list[Step]:
    """What people find odd, said where it happens: one rounding a report; caps fill in order of time."""
    found = []
    if _whole(params, "paid") > 1 and _apart(params) != _whole(params, "sum"):
        found.append(_step("note_splitting", _apart(params), facts, language))
    if params.get("caps") and ("bound" in params or "mul" in params):
        found.append(_step("note_order", "", facts, language))
    return found


def _step(
    what: str, value: int | str, facts: Mapping[str, str], language: Language, *, words_of: str = ""
) -> Step:
    return Step(what, value, _filled("step", words_of or what, facts, language))


def _facts(params: Params, code: str, language: Language) -> dict[str, str]:
    """Every figure of an entry, worded."""
    code = _award_code(params, code)
    of = _unit_of(code, language)
    one, _, _ = of.partition("/")
    facts = {"unit": one, "unit_one": one}
    for name, value in params.items():
        if name in ("sum", "per", "was", "now"):
            facts[name] = _points(_int(value), language)
        elif name in ("n", "paid"):
            facts[name] = counted(_int(value), of, language)
        elif name == "because":
            facts[name] = words("because", str(value), language)
    if "count" in params:
        facts["count"] = shown_number(_whole(params, "count"), language)
    if "bound" in params:
        facts["window"] = words("window", str(params["bound"]), language)
    if "sum" in params:
        facts |= _multiplied_facts(params, language)
    facts["what"] = words("sentence", code, language, otherwise="by_rule").format_map(_Given(facts))
    return facts


def _multiplied_facts(params: Params, language: Language) -> dict[str, str]:
    numerator, denominator, name = _factor(params)
    paid, per = _whole(params, "paid"), _whole(params, "per")
    exact = shown_ratio(paid * per * numerator, denominator, language)
    factor = shown_ratio(numerator, denominator, language)
    times = f" {_TIMES} {factor}" if numerator != denominator else ""
    return {
        "factor": factor,
        "why": words("multiplier", name, language),
        "working": f"{shown_number(paid, language)} {_TIMES} {shown_number(per, language)}{times} = {exact}",
        "apart": _points(_apart(params), language),
    }


def _reason_facts(params: Params, sentence_code: str, language: Language) -> dict[str, str]:
    facts = {name: _shown(value, language) for name, value in params.items()}
    if "cap" in params:
        unit = str(params["unit"])
        facts["window"] = words("window", str(params["window"]), language)
        facts["unit"] = _unit_after(unit, sentence_code, _whole(params, "cap"), language)
    if "paid" in params:
        facts["paid"] = counted(_whole(params, "paid"), _unit_of(sentence_code, language), language)
    if "best" in params:
        facts["best"] = _points(_whole(params, "best"), language)
    if "kind" in params:
        facts["condition"] = _condition(params, language)
    return facts


def _condition(params: Params, language: Language) -> str:
    kind = str(params["kind"])
    values = params.get("values")
    told = values if isinstance(values, list | tuple) else []
    shown = [SubjectKind(_int(value)).word for value in told] if kind == "actor_kind" else told
    facts = {"name": _shown(params.get("name", ""), language), "values": _shown(list(shown), language)}
    return _filled("condition", kind, facts, language)


def _shown(value: object, language: Language) -> str:
    """A value as people read it: numbers with their marks, codes by their names."""
    if isinstance(value, int) and not isinstance(value, bool):
        return shown_number(value, language)
    if isinstance(value, list | tuple):
        return ", ".join(_shown(one, language) for one in value)
    return _name_of(str(value), language)


def _name_of(code: str, language: Language) -> str:
    """What a type, an attribute or a choice is called; anything else is its own name."""
    known = catalogue().types.get(code)
    if known is not None:
        return known.name.vi if language == "vi" else known.name.en
    attribute = _attribute_words().get(code)
    if attribute is not None and code not in all_words()["word"]:
        return attribute[language]
    return words("word", "unit_subject" if code == "unit" else code, language)


@cache
def _attribute_words() -> Mapping[str, Mapping[str, str]]:
    types = catalogue().types.values()
    return {name: {"vi": one.vi, "en": one.en} for kind in types for name, one in kind.attributes.items()}


def _unit_after(unit: str, code: str, number: int, language: Language) -> str:
    """The word after a figure such as 2/2: points, or the unit's own word."""
    of = words("word", "points", language) if unit == "points" else _unit_of(code, language)
    return " " + counted(number, of, language).partition(" ")[2]


def _unit_of(code: str, language: Language) -> str:
    told = all_words()["sentence"].get(code.lower())
    return words("word", "unit", language) if told is None else told[f"unit_{language}"]


def _points(number: int, language: Language) -> str:
    return counted(number, words("word", "points", language), language)


def _is_rounded(params: Params) -> bool:
    numerator, denominator, _ = _factor(params)
    return (_whole(params, "paid") * _whole(params, "per") * numerator) % denominator != 0


def _apart(params: Params) -> int:
    """The points had each unit been reported on its own, each rounded by itself."""
    numerator, denominator, _ = _factor(params)
    each = (2 * _whole(params, "per") * numerator + denominator) // (2 * denominator)
    return each * _whole(params, "paid")


def _factor(params: Params) -> tuple[int, int, str]:
    told = params.get("mul")
    if not isinstance(told, Sequence):
        return 1, 1, ""
    numerator, denominator, name = told
    return _int(numerator), _int(denominator), str(name)


def _rows(told: object) -> list[list[object]]:
    return [list(row) for row in told] if isinstance(told, list | tuple) else []


def _whole(params: Params, name: str) -> int:
    return _int(params.get(name, 0))


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


class _Given(dict[str, str]):
    """Facts by name; one that was not given shows as an ellipsis, never as an error."""

    def __missing__(self, name: str) -> str:
        return "…"


def _filled(group: str, code: str, facts: Mapping[str, str], language: Language) -> str:
    return words(group, code, language).format_map(_Given(facts))
