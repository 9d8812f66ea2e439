"""Short ways to a rule, a fact and a fold, without a database."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.builders import an_id
from thidua.activities.catalogue import catalogue
from thidua.scoring.evaluate import State, fold, windows_of
from thidua.scoring.keys import keys_of
from thidua.scoring.model import Fact, Outcome, Rule, Rulebook
from thidua.scoring.rulebook import parse_rulebook, shipped_text

LAN, PAO, TEAM, UNIT = an_id("Lan"), an_id("Páo"), an_id("team"), an_id("unit")
NINE = datetime(2026, 10, 10, 2, 0, tzinfo=UTC)  # 9 o'clock in Vietnam on Saturday 10 October 2026
DAY = timedelta(days=1)
_MULTIPLIERS = """
[multipliers.helping.priority]
factor = "3/2"
when = [{ helped_priority = true }]
[multipliers.helping.hard_area]
factor = "6/5"
when = [{ area_group = ["mountain"] }]
"""


def rulebook(*rules: str, version: int = 1, previous: Sequence[Rulebook] = ()) -> Rulebook:
    """The rulebook of these rules: each `name | lines`; who is paid and the sentence need not be said."""
    told = [f'name = "test"\nversion = {version}\n{_MULTIPLIERS}']
    for rule in rules:
        name, _, lines = rule.partition("|")
        pays = "" if "pays" in lines else 'pays = "actor"\n'
        told.append(f'[rule.{name.strip()}]\n{lines}\n{pays}sentence = "public_service_case"\n')
    return parse_rulebook("\n".join(told), types=catalogue().types, previous=previous)


def rule(lines: str, *, version: int = 1) -> Rule:
    """One rule of these lines."""
    return rulebook(f"one | {lines}", version=version).rules["one"]


def shipped(name: str) -> Rule:
    """A rule of the shipped rulebook."""
    return parse_rulebook(shipped_text(), types=catalogue().types).rules[name]


def fact(code: str = "PUBLIC_SERVICE_CASE", at: datetime = NINE, **told: Any) -> Fact:  # noqa: ANN401 -- as a fact
    """A fact about Lan; its id is made from its name, or from all it says."""
    name = told.pop("name", None)
    said: dict[str, Any] = {"actor": LAN, "actor_kind": 1, "unit": UNIT, "version": 1} | told
    return Fact(id=an_id(name or f"{code} {at} {told}"), type=code, occurred_at=at, **said)


def folded(
    rules: Rule | Mapping[int, Rule], facts: Sequence[Fact], *, state: State | None = None
) -> tuple[State | None, list[Outcome]]:
    """Fold Lan's facts, put in order, under the rule or the rules by version; keys of others count."""
    by_version = {rules.version: rules} if isinstance(rules, Rule) else rules
    ordered = sorted(facts, key=lambda one: one.order)
    held: dict[UUID, int] = {}
    taken: set[UUID] = set()
    for one in ordered:
        mine = by_version.get(one.version)
        if mine is not None and mine.once_per is not None and one.type in mine.types:
            keys = set(keys_of(mine.name, mine.once_per, one, one.actor)) - taken
            held[one.id] = len(keys)
            taken |= keys
    return fold(
        LAN,
        [one for one in ordered if one.actor == LAN],
        rule_of=lambda one: by_version.get(one.version),
        windows=windows_of(by_version.values()),
        held=held,
        state=state,
    )


def points(rules: Rule | Mapping[int, Rule], *facts: Fact) -> list[int]:
    """What each of Lan's facts brings, in order."""
    return [outcome.points for outcome in folded(rules, facts)[1]]


def reasons(rules: Rule | Mapping[int, Rule], *facts: Fact) -> list[list[str]]:
    """Why each of Lan's facts brings nothing or less, in order."""
    return [[reason.code for reason in outcome.reasons] for outcome in folded(rules, facts)[1]]
