"""A second scorer, written apart from the first: activities and rulebooks in, nets out.

It knows no state, no order of arrival and nothing of `thidua.scoring`: it starts from nothing each time, in
the plainest way that follows the sentences of the specification (numbers in brackets), however slow.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID

from tests.engine.oracle_facts import (
    Fact,
    Table,
    categories,
    holds,
    keys_of,
    meets,
    points_of,
    rounded,
    subject_of,
    window_of,
)

VERIFIED = 2


class Net(NamedTuple):
    """What must stand in the ledger for one (activity, rule, subject), with all an entry on it carries."""

    points: int
    units: int
    team: UUID | None
    unit: UUID
    festival: str | None
    category: str
    occurred_at: datetime
    subject_kind: int


Nets = dict[tuple[UUID, str, UUID], Net]


class Oracle:
    """Scores everything at once under the published versions: version -> TOML text."""

    def __init__(self, books: Mapping[int, str]) -> None:
        """Read the rulebooks."""
        self.books = {version: tomllib.loads(text) for version, text in books.items()}
        self.rules: dict[str, dict[int, Table]] = defaultdict(dict)
        for version, book in self.books.items():
            for name, rule in book["rule"].items():
                self.rules[name][version] = rule

    def nets(self, rows: Iterable[Table]) -> Nets:
        """Return every net that is not 0."""
        facts = sorted(counting([Fact(row) for row in rows]), key=lambda fact: fact.order)
        found: Nets = {}
        for name, rules in self.rules.items():
            own = [
                fact for fact in facts if fact.type in rules.get(fact.rulebook_version, {}).get("types", ())
            ]
            for fact, subject, points, units in self._family(name, rules, own, facts):
                rule = rules[fact.rulebook_version]
                of_team = rule["pays"] == "team"
                unit = (
                    UUID(fact.context["team_unit"])
                    if of_team and fact.context.get("team_unit")
                    else fact.unit
                )
                kind = 2 if of_team else fact.actor_kind
                category = rule.get("category") or categories()[fact.type]
                net = Net(points, units, fact.team, unit, fact.festival, category, fact.occurred_at, kind)
                found[(fact.id, name, subject)] = net
        return found

    def _family(
        self, name: str, rules: Mapping[int, Table], own: Sequence[Fact], facts: Sequence[Fact]
    ) -> Iterator[tuple[Fact, UUID, int, int]]:
        by_subject: dict[UUID, list[Fact]] = defaultdict(list)
        for fact in own:
            rule = rules[fact.rulebook_version]
            subject = subject_of(rule, fact)
            if subject is not None and meets(rule, fact):
                by_subject[subject].append(fact)
        holders = holders_of(name, rules, by_subject)
        for subject, mine in by_subject.items():
            newest = rules[max(rules)]
            if "milestone" in newest:
                yield from derived(rules, mine, subject)
            elif "best_of" in newest:
                yield from self._best(rules, mine, subject)
            else:
                yield from self._folded(name, rules, mine, facts, subject, holders)

    def _folded(
        self,
        name: str,
        rules: Mapping[int, Table],
        mine: Sequence[Fact],
        facts: Sequence[Fact],
        subject: UUID,
        holders: Mapping[object, UUID],
    ) -> Iterator[tuple[Fact, UUID, int, int]]:
        paid: list[tuple[Fact, int, int]] = []
        for fact in mine:
            rule = rules[fact.rulebook_version]
            if not all(prepared(wanted, rule, fact, subject, facts) for wanted in rule.get("requires", ())):
                continue
            counted = fact.quantity if rule.get("counts") == "quantity" else 1
            if "once_per" in rule:
                keys = keys_of(name, rule["once_per"], fact, subject)
                counted = sum(holders[key] == fact.id for key in keys)
            worth = points_of(rule, fact)
            if worth is None or not counted:
                continue
            factor = self._factor(rule, fact)
            units = max(n for n in range(counted + 1) if fits(n, worth * factor, rule, fact, paid))
            points = rounded(units * worth * factor)
            if points:
                paid.append((fact, units, points))
                yield fact, subject, points, units

    def _best(
        self, rules: Mapping[int, Table], mine: Sequence[Fact], subject: UUID
    ) -> Iterator[tuple[Fact, UUID, int, int]]:
        """Of each key the most points, the first of equals (10)."""
        best: dict[object, tuple[int, Fact]] = {}
        for fact in mine:
            rule = rules[fact.rulebook_version]
            keys = keys_of("", rule["best_of"], fact, subject)
            worth = points_of(rule, fact)
            if not keys or worth is None:
                continue
            points = rounded(worth * self._factor(rule, fact))
            if keys[0] not in best or points > best[keys[0]][0]:
                best[keys[0]] = (points, fact)
        yield from ((fact, subject, points, 1) for points, fact in best.values() if points)

    def _factor(self, rule: Table, fact: Fact) -> Fraction:
        """The largest multiplier that applies (6)."""
        sets = self.books[fact.rulebook_version].get("multipliers", {})
        known = sets[rule["multipliers"]].values() if "multipliers" in rule else ()
        applying = [
            Fraction(one["factor"]) for one in known if all(holds(asked, fact) for asked in one["when"])
        ]
        return max(applying, default=Fraction(1))


def counting(facts: Sequence[Fact]) -> list[Fact]:
    """The verified ones that no verified finding of fraud names (1, 13)."""
    verified = [fact for fact in facts if fact.state == VERIFIED]
    frauds = [fact for fact in verified if fact.type == "FRAUD_REVERSAL"]
    named = {UUID(one) for fraud in frauds for one in fraud.attributes.get("activities", ())}
    return [fact for fact in verified if fact.id not in named]


def fits(units: int, worth: Fraction, rule: Table, fact: Fact, paid: Sequence[tuple[Fact, int, int]]) -> bool:
    """Whether so many units find room in every window (7)."""
    for cap in rule.get("caps", ()):
        here = window_of(cap["window"], fact)
        before = [row for row in paid if window_of(cap["window"], row[0]) == here]
        if "units" in cap and units > max(0, cap["units"] - sum(row[1] for row in before)):
            return False
        if "points" in cap and rounded(units * worth) > max(0, cap["points"] - sum(row[2] for row in before)):
            return False
    return True


def holders_of(
    name: str, rules: Mapping[int, Table], by_subject: Mapping[UUID, Sequence[Fact]]
) -> dict[object, UUID]:
    """Who holds each key: the first in order that meets the conditions of its own version (9)."""
    holders: dict[object, UUID] = {}
    claiming = sorted(
        ((fact, who) for who, mine in by_subject.items() for fact in mine), key=lambda one: one[0].order
    )
    for fact, subject in claiming:
        rule = rules[fact.rulebook_version]
        for key in keys_of(name, rule["once_per"], fact, subject) if "once_per" in rule else ():
            holders.setdefault(key, fact.id)
    return holders


def prepared(wanted: Table, rule: Table, fact: Fact, subject: UUID, facts: Sequence[Fact]) -> bool:
    """Whether enough earlier verified activities of the types stand in the window (11)."""
    earlier = [
        other
        for other in facts
        if other.order < fact.order
        and other.type in wanted["types"]
        and subject_of(rule, other) == subject
        and window_of(wanted["window"], other) == window_of(wanted["window"], fact)
    ]
    return len(earlier) >= int(wanted["at_least"])


def derived(
    rules: Mapping[int, Table], mine: Sequence[Fact], subject: UUID
) -> Iterator[tuple[Fact, UUID, int, int]]:
    """Once a window, at the fact that brings the n-th distinct thing by its own version's count (12)."""
    seen: dict[object, set[object]] = defaultdict(set)
    done: set[object] = set()
    for fact in mine:
        rule = rules[fact.rulebook_version]
        told = rule["milestone"]
        bucket = window_of(told["window"], fact)
        things: set[Any] = fact.named(told["role"]) if "role" in told else {fact.id}
        new = things - seen[bucket]
        seen[bucket] |= things
        if new and bucket not in done and len(seen[bucket]) >= told["at_least"]:
            done.add(bucket)
            yield fact, subject, rule["points"], 1
