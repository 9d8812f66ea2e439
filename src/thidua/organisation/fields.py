"""What each field of a unit, team, household, cluster, person or membership may hold.

A check returns the value as it will be kept, or raises `Unfit` with a stable code.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from thidua.organisation.model import (
    AreaGroup,
    ClusterKind,
    PriorityFlag,
    TargetGroup,
    TeamKind,
    UnitFlag,
    UnitKind,
)

Check = Callable[[object, date], object]

NAME_CHARACTERS_MAX = 200
CONTACT_CHARACTERS_MAX = 200
CODE_CHARACTERS_MAX = 64
PEOPLE_MAX = 200_000_000
CLUSTER_UNITS_MAX = 500
_MARKS_RUN_MAX = 3
_EARLIEST = date(1900, 1, 1)
_LATEST = date(2999, 12, 31)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
# Control, format (bidi and joiners), surrogate, private, unassigned, line and paragraph separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class UnfitError(Exception):
    """A value that a field cannot hold."""

    def __init__(self, code: str, **facts: object) -> None:
        """Keep the code, and the figures its words need."""
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its check, whether a new thing must state it, and what it is when not stated."""

    check: Check
    is_required: bool = False
    default: object = None


def clean_text(value: str) -> str:
    """Return the text in NFC, without blanks at the ends and with single blanks inside."""
    return " ".join(part for part in unicodedata.normalize("NFC", value).split(" ") if part)


def text(characters_max: int) -> Check:
    """A line of visible text."""

    def check(value: object, _today: date) -> str:
        if not isinstance(value, str):
            raise UnfitError("not_a_text")
        if len(value) > 4 * characters_max:
            raise UnfitError("too_long", maximum=characters_max)
        spaced = "".join(" " if unicodedata.category(char) == "Zs" else char for char in value)
        cleaned = clean_text(spaced)
        if any(unicodedata.category(char) in _UNSEEN for char in cleaned) or _has_piled_marks(cleaned):
            raise UnfitError("character_not_allowed")
        if not cleaned:
            raise UnfitError("empty")
        if len(cleaned) > characters_max:
            raise UnfitError("too_long", maximum=characters_max)
        return cleaned

    return check


def _has_piled_marks(value: str) -> bool:
    run = 0
    for char in value:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > _MARKS_RUN_MAX:
            return True
    return False


def code(value: object, _today: date) -> str:
    """A code: letters, digits, dot, dash and underscore; never the shape of an id."""
    if not isinstance(value, str) or not _CODE.fullmatch(value) or as_id(value) is not None:
        raise UnfitError("not_a_code")
    if len(value) > CODE_CHARACTERS_MAX:
        raise UnfitError("too_long", maximum=CODE_CHARACTERS_MAX)
    return value


def reference(value: object, _today: date) -> str:
    """The id or code of something else."""
    named = str(value) if isinstance(value, UUID) else value
    if not isinstance(named, str) or not named or len(named) > CODE_CHARACTERS_MAX:
        raise UnfitError("unknown_unit")
    return named


def references(value: object, today: date) -> list[str]:
    """Ids or codes of other things, each once."""
    if not isinstance(value, list | tuple):
        raise UnfitError("not_a_list")
    if len(value) > CLUSTER_UNITS_MAX:
        raise UnfitError("too_many_items", maximum=CLUSTER_UNITS_MAX)
    return list(dict.fromkeys(reference(one, today) for one in value))


def an_id(value: object, _today: date) -> UUID:
    """An id made by the client."""
    found = value if isinstance(value, UUID) else as_id(value)
    if found is None or found.int == 0:
        raise UnfitError("not_an_id")
    return found


def as_id(value: object) -> UUID | None:
    """Return the id that a text spells, or None."""
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def choice(choices: type[StrEnum]) -> Check:
    """One of a closed list of words."""

    def check(value: object, _today: date) -> str:
        if value not in list(choices):
            raise UnfitError("not_a_choice", value=str(value)[:40], choices=[str(one) for one in choices])
        return str(value)

    return check


def choices_of(choices: type[StrEnum]) -> Check:
    """Some of a closed list of words, kept in the list's own order."""
    one_of = choice(choices)

    def check(value: object, today: date) -> list[str]:
        if not isinstance(value, list | tuple):
            raise UnfitError("not_a_list")
        given = {one_of(one, today) for one in value}
        return [str(one) for one in choices if str(one) in given]

    return check


def count(value: object, _today: date) -> int:
    """A number of people."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnfitError("not_a_whole_number")
    if not 0 <= value <= PEOPLE_MAX:
        raise UnfitError("out_of_range", expected=f"0 - {PEOPLE_MAX}")
    return value


def degrees(most: int) -> Check:
    """A latitude or longitude."""

    def check(value: object, _today: date) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            raise UnfitError("not_a_number")
        if abs(value) > most:
            raise UnfitError("out_of_range", expected=f"-{most} - {most}")
        return float(value)

    return check


def day(value: object, _today: date) -> date:
    """A local day."""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise UnfitError("not_a_date") from None
    if type(found) is not date:
        raise UnfitError("not_a_date")
    if not _EARLIEST <= found <= _LATEST:
        raise UnfitError("out_of_range", expected=f"{_EARLIEST} - {_LATEST}")
    return found


def birthday(value: object, today: date) -> date:
    """A day of birth: not in the future."""
    found = day(value, today)
    if found > today:
        raise UnfitError("in_the_future")
    return found


def yes_or_no(value: object, _today: date) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise UnfitError("not_yes_or_no")
    return value


def optional(check: Check) -> Check:
    """The same, or nothing."""
    return lambda value, today: None if value is None else check(value, today)


_NAME = text(NAME_CHARACTERS_MAX)
_OPTIONAL_DAY = Field(optional(day))

UNIT = {
    "id": Field(an_id),
    "code": Field(code, is_required=True),
    "kind": Field(choice(UnitKind), is_required=True),
    "name": Field(_NAME, is_required=True),
    "name_en": Field(optional(_NAME)),
    "parent": Field(optional(reference)),
    "area_group": Field(optional(choice(AreaGroup))),
    "flags": Field(choices_of(UnitFlag), default=[]),
    "members": Field(optional(count)),
    "members_from": _OPTIONAL_DAY,
    "adults": Field(optional(count)),
    "latitude": Field(optional(degrees(90))),
    "longitude": Field(optional(degrees(180))),
    "valid_from": _OPTIONAL_DAY,
    "valid_to": _OPTIONAL_DAY,
    "successor": Field(optional(reference)),
}
TEAM = {
    "id": Field(an_id, is_required=True),
    "kind": Field(choice(TeamKind), is_required=True),
    "name": Field(_NAME, is_required=True),
    "unit": Field(reference, is_required=True),
    "valid_from": Field(day, is_required=True),
    "valid_to": _OPTIONAL_DAY,
}
HOUSEHOLD = {
    "id": Field(an_id, is_required=True),
    "name": Field(optional(_NAME)),
    "unit": Field(reference, is_required=True),
}
CLUSTER = {
    "id": Field(an_id),
    "code": Field(code, is_required=True),
    "kind": Field(choice(ClusterKind), is_required=True),
    "name": Field(_NAME, is_required=True),
    "unit": Field(optional(reference)),
    "units": Field(references, default=[]),
}
PERSON = {
    "id": Field(an_id, is_required=True),
    "name": Field(_NAME, is_required=True),
    "born_on": Field(optional(birthday)),
    "contact": Field(optional(text(CONTACT_CHARACTERS_MAX))),
    "target_group": Field(optional(choice(TargetGroup))),
    "public_name": Field(yes_or_no, default=False),
    "priority": Field(choices_of(PriorityFlag), default=[]),
    "unit": Field(reference, is_required=True),
    "unit_from": _OPTIONAL_DAY,
}
MEMBERSHIP = {
    "person": Field(an_id, is_required=True),
    "team": Field(an_id, is_required=True),
    "valid_from": Field(day, is_required=True),
    "valid_to": _OPTIONAL_DAY,
}
