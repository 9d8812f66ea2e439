"""Reads msgspec's complaint about a value: which field of which item, and a stable code for it."""

import re
from dataclasses import replace

from thidua.kernel.errors import FieldError

_PLACE = re.compile(r" - at `(?P<path>[^`]*)`\Z")
_ITEM = re.compile(r"\$(?:\.(?:activities|items))?\[(?P<index>\d+)\]\.?(?P<rest>.*)\Z")
_COMPLAINTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL), "unknown_field"),
    (re.compile(r"Object missing required field `(?P<name>.*)`", re.DOTALL), "missing_field"),
    (re.compile(r"Expected `(?P<expected>.*)`, got `(?P<got>.*)`"), "wrong_type"),
    (re.compile(r"Expected `(?:int|float)` (?P<expected>[<>=]+ .*)"), "out_of_range"),
    (re.compile(r"(?:Number|Integer value) out of range"), "number_too_large"),
    (re.compile(r"Expected `(?:str|array|object)` of length (?P<expected>.*)"), "wrong_length"),
    (re.compile(r"Expected `datetime` with a timezone"), "offset_missing"),
    (re.compile(r"Invalid RFC3339 encoded datetime"), "not_a_time"),
    (re.compile(r"Invalid RFC3339 encoded date"), "not_a_date"),
    (re.compile(r"Invalid UUID"), "not_an_id"),
    (re.compile(r"Invalid enum value '?(?P<value>.*?)'?\Z", re.DOTALL), "not_a_choice"),
)


def fault_of(error: Exception, *, index: int | None = None) -> FieldError:
    """The complaint as a field error; `index` is the place of the item when the complaint does not say it."""
    text = str(error)
    place = _PLACE.search(text)
    path = place["path"] if place else "$"
    complaint = text[: place.start()] if place else text
    code, facts = _code_of(complaint)
    found = _ITEM.match(path)
    field = (found["rest"] if found else path.removeprefix("$").removeprefix(".")).replace("[...]", ".*")
    name = facts.pop("name", None)
    named = FieldError(".".join(part for part in (field, name) if part), code, index, facts)
    return replace(named, index=int(found["index"])) if found else named


def _code_of(complaint: str) -> tuple[str, dict[str, str]]:
    for pattern, code in _COMPLAINTS:
        found = pattern.match(complaint)
        if found:
            return code, found.groupdict()
    return "wrong_value", {}
