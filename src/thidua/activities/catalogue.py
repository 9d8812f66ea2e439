"""The catalogue of activity types: what people can report, who may be its actor, how it is verified.

Read once from `catalogue.toml`, which a new type is added to.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from thidua.activities.attributes import Attribute, attribute, faults_of
from thidua.kernel.errors import FieldError
from thidua.kernel.subjects import SubjectKind

_FILE = Path(__file__).parent / "catalogue.toml"
_REQUIRED = ("vi", "en", "category", "kinds", "verification")


class TypeIncompleteError(Exception):
    """A type of the catalogue lacks a field, and nothing starts with it."""


class Step(StrEnum):
    """The ways in which an activity can be confirmed."""

    SELF = "S"
    COUNTERPARTY = "C"
    LEADER = "L"
    MACHINE = "M"
    VERIFIER = "V"


@dataclass(frozen=True, slots=True)
class Words:
    """One name in both languages."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class ActivityType:
    """One kind of fact. `steps` must all be taken, by different people, each by any one of its ways."""

    code: str
    name: Words
    category: str
    kinds: frozenset[SubjectKind]
    unit: Words
    verification: str
    steps: tuple[frozenset[Step], ...]
    attributes: Mapping[str, Attribute]
    required: tuple[str, ...]
    is_derived: bool

    def schema(self) -> dict[str, object]:
        """Return the attributes as one JSON Schema (2020-12) object."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {name: told.schema() for name, told in self.attributes.items()},
            "required": list(self.required),
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every activity type by its code, and the words for categories and steps of verification."""

    types: Mapping[str, ActivityType]
    categories: Mapping[str, Words]
    steps: Mapping[Step, Words]


@cache
def catalogue() -> Catalogue:
    """The shipped catalogue."""
    return read_catalogue(_FILE.read_text(encoding="utf-8"))


def read_catalogue(text: str) -> Catalogue:
    """Return the catalogue written in the TOML text."""
    told = tomllib.loads(text)
    attributes = {key: attribute(key, one) for key, one in told["attribute"].items()}
    return Catalogue(
        types={code: _type(code, one, attributes) for code, one in told["type"].items()},
        categories={code: Words(**one) for code, one in told["category"].items()},
        steps={Step(code): Words(**one) for code, one in told["step"].items()},
    )


def check_attributes(activity_type: ActivityType, attributes: Mapping[str, object]) -> list[FieldError]:
    """Return every fault of an activity's attributes; none when they may be taken as they are."""
    return faults_of(attributes, activity_type.attributes, activity_type.required)


def _type(code: str, told: Mapping[str, object], attributes: Mapping[str, Attribute]) -> ActivityType:
    unit = _complete(code, told)
    own = [attributes[key] for key in _texts(told.get("attributes"))]
    return ActivityType(
        code=code,
        name=Words(vi=str(told["vi"]), en=str(told["en"])),
        category=str(told["category"]),
        kinds=frozenset(SubjectKind[kind.upper()] for kind in _texts(told["kinds"])),
        unit=Words(**unit),
        verification=str(told["verification"]),
        steps=_steps(str(told["verification"])),
        attributes={one.name: one for one in own},
        required=tuple(_texts(told.get("required"))),
        is_derived=bool(told.get("derived", False)),
    )


def _complete(code: str, told: Mapping[str, object]) -> Mapping[str, str]:
    """Refuse the type unless it has every field; return the words for its unit."""
    unit = told.get("unit")
    words = unit if isinstance(unit, dict) else {}
    lacking = [name for name in _REQUIRED if name not in told]
    lacking += [f"unit.{language}" for language in ("vi", "en") if language not in words]
    if lacking:
        raise TypeIncompleteError(f"{_FILE.name}: [type.{code}] lacks {', '.join(lacking)}")
    return words


def _steps(verification: str) -> tuple[frozenset[Step], ...]:
    """`C+V` is two steps; `M/V` is one step with two ways."""
    return tuple(frozenset(Step(way) for way in step.split("/")) for step in verification.split("+"))


def _texts(told: object) -> list[str]:
    assert told is None or isinstance(told, list)
    return [str(one) for one in told or ()]
