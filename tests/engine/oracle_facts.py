"""What the second scorer reads of one fact: conditions, points, windows and keys, from TOML as it stands."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from functools import cache, cached_property
from math import floor
from pathlib import Path
from typing import Any
from uuid import UUID

Table = Mapping[str, Any]
VIETNAM = timezone(timedelta(hours=7))
KINDS = {1: "person", 2: "team", 3: "unit", 4: "household"}
CATALOGUE = Path(__file__).parents[2] / "src" / "thidua" / "activities" / "catalogue.toml"


@dataclass
class Fact:
    """One row of the table `activity`, its JSON read."""

    row: Table

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- the row's columns
        """The column of that name."""
        return self.row[name]

    @cached_property
    def order(self) -> tuple[datetime, str]:
        """The order of all facts (3)."""
        return (self.row["occurred_at"], str(self.row["id"]))

    @cached_property
    def day(self) -> date:
        """The local day."""
        at: datetime = self.row["occurred_at"]
        return at.astimezone(VIETNAM).date()

    def named(self, role: str) -> set[str]:
        """The participants of the role."""
        return {str(one["subject"]) for one in self.row["participants"] if one["role"] == role}


def meets(rule: Table, fact: Fact) -> bool:
    """Whether the fact is within the rule's span and meets its conditions."""
    first, last = rule.get("valid_from", "0001-01-01"), rule.get("valid_to", "9999-12-31")
    return str(first) <= fact.day.isoformat() < str(last) and all(
        holds(one, fact) for one in rule.get("when", ())
    )


def holds(asked: Table, fact: Fact) -> bool:
    """Whether the fact meets the condition."""
    [kind] = _CONDITIONS.keys() & asked.keys()
    return bool(_CONDITIONS[kind](asked, fact))


def _attribute_holds(asked: Table, fact: Fact) -> bool:
    name, given = asked["attribute"], fact.attributes
    if name not in given:
        return bool(asked.get("if_given", False))
    if "at_least" in asked:
        return bool(given[name] >= asked["at_least"])
    if "at_most" in asked:
        return bool(given[name] <= asked["at_most"])
    return given[name] in (asked["one_of"] if "one_of" in asked else [asked["is"]])


def _priority_helped(asked: Table, fact: Fact) -> bool:
    helped, wanted = set(fact.context.get("helped", ())), asked["helped_priority"]
    return bool(helped) if wanted is True else bool(helped & set(wanted))


_CONDITIONS: dict[str, Callable[[Table, Fact], object]] = {
    "attribute": _attribute_holds,
    "quantity_at_least": lambda asked, fact: fact.quantity >= asked["quantity_at_least"],
    "participants": lambda asked, fact: len(fact.named(asked["participants"])) >= asked["at_least"],
    "area_group": lambda asked, fact: fact.context.get("area_group") in asked["area_group"],
    "flag": lambda asked, fact: set(fact.context.get("flags", ())) & set(asked["flag"]),
    "target_group": lambda asked, fact: fact.context.get("target_group") in asked["target_group"],
    "actor_kind": lambda asked, fact: KINDS[fact.actor_kind] in asked["actor_kind"],
    "helped_priority": _priority_helped,
    "team_named": lambda _asked, fact: fact.team is not None,
    "any_of": lambda asked, fact: any(holds(one, fact) for one in asked["any_of"]),
}


def points_of(rule: Table, fact: Fact) -> int | None:
    """Points per unit; None when the attribute that tells them is missing (6)."""
    told = rule["points"]
    if isinstance(told, int):
        return told
    if "by_type" in told:
        return int(told["by_type"][fact.type])
    value = fact.attributes.get(told["attribute"])
    if value is None:
        return None
    if "table" in told:
        return int(told["table"][str(value)])
    if "steps" in told:
        return max(((start, worth) for start, worth in told["steps"] if start <= value), default=(0, 0))[1]
    lowest, highest = told["value_between"]
    return int(min(max(value, lowest), highest))


def rounded(amount: Fraction | int) -> int:
    """The floor of the amount and a half (6)."""
    return floor(amount + Fraction(1, 2))


def window_of(window: str, fact: Fact) -> object:
    """What facts of one window share."""
    day: date = fact.day
    months = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
    if window in months:
        return (day.year, (day.month - 1) // months[window])
    if window == "week":
        return day - timedelta(days=day.weekday())
    found: dict[str, object] = {"event": fact.id, "day": day, "festival": fact.festival or "", "ever": None}
    return found[window]


def keys_of(name: str, key: Table, fact: Fact, subject: UUID) -> list[object]:
    """The keys the fact claims; none when a part is missing (9)."""
    given = [
        fact.festival if part == "festival" else fact.attributes.get(part)
        for part in key.get("attributes", ())
    ]
    if any(value is None or value == "" for value in given):
        return []
    parts = [str(value) for value in given]  # a label 3 and a label "3" are one
    owner = None if key.get("among") == "all" else subject
    people: set[Any] = fact.named(key["role"]) if "role" in key else {None}
    return [(name, owner, window_of(key.get("window", "ever"), fact), *parts, person) for person in people]


def subject_of(rule: Table, fact: Fact) -> UUID | None:
    """Whom the rule pays."""
    found: UUID | None = fact.team if rule["pays"] == "team" else fact.actor
    return found


@cache
def categories() -> dict[str, str]:
    """The category of each activity type."""
    return {code: told["category"] for code, told in tomllib.loads(CATALOGUE.read_text())["type"].items()}
