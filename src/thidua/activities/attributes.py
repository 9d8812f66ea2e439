"""Typed attributes of an activity: what each may hold, checked at intake and told as JSON Schema.

A check answers None, or the stable code of the fault; it runs for every activity, so it stays plain.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from thidua.kernel.errors import FieldError

Check = Callable[[object], str | None]

TEXT_CHARACTERS_MAX = 200
SLUG = r"[a-z0-9-]{1,64}"
LABEL_NUMBER_MAX = 1_000_000_000
# Neither control characters nor halves of a surrogate pair: PostgreSQL refuses them inside JSON.
_TEXT = r"[^\x00-\x1f\x7f\ud800-\udfff]*"
_ID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_is_slug = re.compile(SLUG, re.ASCII).fullmatch
_is_text = re.compile(_TEXT).fullmatch
_is_id = re.compile(_ID, re.ASCII).fullmatch


class AttributeKind(StrEnum):
    """What an attribute holds; a label is a text or a whole number that names one thing of many."""

    WHOLE = "whole"
    TEXT = "text"
    LABEL = "label"
    SLUG = "slug"
    CHOICE = "choice"
    IDS = "ids"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an activity type, with its bounds and its own check."""

    name: str
    vi: str
    en: str
    kind: AttributeKind
    lowest: int
    highest: int
    choices: tuple[str, ...]
    count_max: int
    fault_of: Check

    def schema(self) -> dict[str, object]:
        """Return the attribute as JSON Schema (2020-12)."""
        return {"title": self.en, **_SCHEMAS[self.kind](self)}

    def facts(self) -> dict[str, object]:
        """Return the figures that the words of a fault need."""
        if self.kind is AttributeKind.WHOLE:
            return {"lowest": self.lowest, "highest": self.highest}
        return {"choices": list(self.choices)} if self.choices else {"maximum": TEXT_CHARACTERS_MAX}


def attribute(name: str, told: Mapping[str, object]) -> Attribute:
    """Return the attribute that the catalogue tells of."""
    kind = AttributeKind(str(told["kind"]))
    lowest, highest = _whole_pair(told.get("between", [0, 0]))
    choices = told.get("choices", [])
    assert isinstance(choices, list)
    count_max = told.get("count_max", 0)
    assert isinstance(count_max, int)
    names = tuple(str(choice) for choice in choices)
    return Attribute(
        name=str(told.get("name", name)),
        vi=str(told["vi"]),
        en=str(told["en"]),
        kind=kind,
        lowest=lowest,
        highest=highest,
        choices=names,
        count_max=count_max,
        fault_of=_check(kind, lowest=lowest, highest=highest, choices=frozenset(names), count_max=count_max),
    )


def faults_of(
    attributes: Mapping[str, object], known: Mapping[str, Attribute], required: tuple[str, ...]
) -> list[FieldError]:
    """Return every fault of the attributes: unknown, missing, or not what they may hold."""
    faults = []
    for name, value in attributes.items():
        told = known.get(name)
        code = "unknown_attribute" if told is None else told.fault_of(value)
        if code is not None:
            facts = {"choices": list(known)} if told is None else told.facts()
            faults.append(FieldError(f"attributes.{name}", code, facts=facts))
    faults.extend(FieldError(f"attributes.{name}", "missing") for name in required if name not in attributes)
    return faults


def _whole_pair(pair: object) -> tuple[int, int]:
    assert isinstance(pair, list)
    lowest, highest = pair
    assert isinstance(lowest, int)
    assert isinstance(highest, int)
    return lowest, highest


def _check(
    kind: AttributeKind, *, lowest: int, highest: int, choices: frozenset[str], count_max: int
) -> Check:
    match kind:
        case AttributeKind.WHOLE:
            return _whole_check(lowest, highest)
        case AttributeKind.CHOICE:
            return lambda value: _fault_of_choice(value, choices)
        case AttributeKind.IDS:
            return lambda value: _fault_of_ids(value, count_max)
        case AttributeKind.TEXT:
            return _fault_of_text
        case AttributeKind.LABEL:
            return _fault_of_label
        case AttributeKind.SLUG:
            return _fault_of_slug


def _whole_check(lowest: int, highest: int) -> Check:
    def fault_of_whole(value: object) -> str | None:
        # `type is int`: a boolean is an int to Python, and never a number of minutes.
        if type(value) is not int:
            return "not_whole"
        return None if lowest <= value <= highest else "out_of_range"

    return fault_of_whole


def _fault_of_text(value: object) -> str | None:
    if type(value) is not str:
        return "not_text"
    if len(value) > TEXT_CHARACTERS_MAX:
        return "too_long"
    if not value or value.isspace():
        return "empty"
    return None if _is_text(value) else "malformed"


def _fault_of_label(value: object) -> str | None:
    if type(value) is not int:
        return _fault_of_text(value)
    return None if 0 <= value <= LABEL_NUMBER_MAX else "out_of_range"


def _fault_of_slug(value: object) -> str | None:
    if type(value) is not str:
        return "not_text"
    return None if _is_slug(value) else "malformed"


def _fault_of_choice(value: object, choices: frozenset[str]) -> str | None:
    if type(value) is not str:
        return "not_text"
    return None if value in choices else "unknown_choice"


def _fault_of_ids(value: object, count_max: int) -> str | None:
    if not isinstance(value, list) or not value:
        return "not_a_list"
    if len(value) > count_max:
        return "too_many"
    if not all(type(one) is str and _is_id(one) for one in value):
        return "malformed"
    return None if len({one.lower() for one in value}) == len(value) else "repeated"


_TEXT_SCHEMA: dict[str, object] = {"type": "string", "minLength": 1, "maxLength": TEXT_CHARACTERS_MAX}
_LABEL_SCHEMA: dict[str, object] = {
    "anyOf": [_TEXT_SCHEMA, {"type": "integer", "minimum": 0, "maximum": LABEL_NUMBER_MAX}]
}
_SCHEMAS: dict[AttributeKind, Callable[[Attribute], dict[str, object]]] = {
    AttributeKind.WHOLE: lambda told: {"type": "integer", "minimum": told.lowest, "maximum": told.highest},
    AttributeKind.TEXT: lambda _told: dict(_TEXT_SCHEMA),
    AttributeKind.LABEL: lambda _told: dict(_LABEL_SCHEMA),
    AttributeKind.SLUG: lambda _told: {"type": "string", "pattern": f"^{SLUG}$"},
    AttributeKind.CHOICE: lambda told: {"enum": list(told.choices)},
    AttributeKind.IDS: lambda told: {
        "type": "array",
        "items": {"type": "string", "format": "uuid"},
        "minItems": 1,
        "maxItems": told.count_max,
        "uniqueItems": True,
    },
}
