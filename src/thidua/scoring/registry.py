"""All published rulebooks at hand: rules by version and type, and what a rule is under all versions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from thidua.scoring.evaluate import windows_of
from thidua.scoring.model import Key, Milestone, Pays, Rule, Rulebook, Window
from thidua.scoring.windows import widest

InForce = Sequence[tuple[int, datetime | None]]


@dataclass(frozen=True)
class Family:
    """One rule name over all its versions; whom it pays, its keys and its windows do not change (15)."""

    name: str
    rules: Mapping[int, Rule]

    @property
    def newest(self) -> Rule:
        """The rule of the newest version that has it."""
        return self.rules[max(self.rules)]

    @cached_property
    def pays(self) -> Pays:
        """Whom the rule pays."""
        return self.newest.pays

    @cached_property
    def best_of(self) -> Key | None:
        """The key within which only the best counts."""
        return self.newest.best_of

    @cached_property
    def once_per(self) -> Key | None:
        """The key that counts once."""
        return self.newest.once_per

    @cached_property
    def milestone(self) -> Milestone | None:
        """What the derived award counts."""
        return self.newest.milestone

    @cached_property
    def milestone_count_max(self) -> int:
        """The largest count any version asks for."""
        return max((rule.milestone.count for rule in self.rules.values() if rule.milestone), default=0)

    @cached_property
    def requires(self) -> bool:
        """Whether any version has prerequisites."""
        return any(rule.requires for rule in self.rules.values())

    @cached_property
    def windows(self) -> list[Window]:
        """Every cap window any version names, from narrow to wide."""
        return windows_of(self.rules.values())

    @cached_property
    def windows_text(self) -> str:
        """The windows as a state names them."""
        return " ".join(self.windows)

    @cached_property
    def window(self) -> Window:
        """The widest window of all versions: facts in different windows of it never touch one another."""
        if self.milestone is not None:
            return self.milestone.window
        asked = [wanted.window for rule in self.rules.values() for wanted in rule.requires]
        return widest([*self.windows, *asked])

    @cached_property
    def always_kept_states(self) -> bool:
        """Whether every version keeps a state of each fact it reads: no state, no fact."""
        return not self.requires and all(
            windows_of([rule]) == self.windows and (rule.milestone is None) == (self.milestone is None)
            for rule in self.rules.values()
        )

    @cached_property
    def read_types(self) -> frozenset[str]:
        """Every activity type any version looks at, prerequisites included."""
        return frozenset().union(*(_types_read(rule) for rule in self.rules.values()))


class Registry:
    """All published rulebooks, indexed for scoring."""

    def __init__(self, rulebooks: Iterable[Rulebook]) -> None:
        """Index the rulebooks."""
        self.rulebooks = {book.version: book for book in rulebooks}
        rules = [rule for book in self.rulebooks.values() for rule in book.rules.values()]
        names = sorted({rule.name for rule in rules})
        self.families: dict[str, Family] = {
            name: Family(name, {rule.version: rule for rule in rules if rule.name == name}) for name in names
        }
        self._by_type: dict[tuple[int, str], dict[str, Rule]] = {}
        self._claiming: dict[tuple[int, str], list[Rule]] = {}
        for rule in rules:
            for code in rule.types:
                self._by_type.setdefault((rule.version, code), {})[rule.name] = rule
                if rule.once_per is not None or rule.best_of is not None:
                    self._claiming.setdefault((rule.version, code), []).append(rule)
        # What a prerequisite counts may have occurred under a version that did not ask for it yet.
        for rule in rules:
            for code in frozenset[str]().union(*(wanted.types for wanted in rule.requires)):
                for version in self.rulebooks:
                    self._by_type.setdefault((version, code), {}).setdefault(rule.name, rule)
        self._scored = {
            (rule.version, code) for rule in rules if rule.milestone is None for code in rule.types
        }
        self._of_teams = {
            place: [rule for rule in found.values() if rule.pays is Pays.TEAM]
            for place, found in self._by_type.items()
        }

    def rules_of(self, version: int, code: str) -> Collection[Rule]:
        """Return the version's rules that award an activity type, and any version's that require it."""
        return self._by_type.get((version, code), {}).values()

    def scores(self, version: int, code: str) -> bool:
        """Whether the version has a rule, derived awards apart, that pays for the activity type."""
        return (version, code) in self._scored

    def claiming_rules_of(self, version: int, code: str) -> Sequence[Rule]:
        """Return the version's rules that award the activity type and have a key."""
        return self._claiming.get((version, code), ())

    def team_rules_of(self, version: int, code: str) -> Sequence[Rule]:
        """Return those of `rules_of` that pay the team."""
        return self._of_teams.get((version, code), ())

    def rule(self, version: int, name: str) -> Rule | None:
        """Return the rule of that name in the version, if the version has it."""
        family = self.families.get(name)
        return None if family is None else family.rules.get(version)


def version_at(occurred_at: datetime, in_force: InForce) -> int:
    """Return the version in force at the moment: the one that came into force last, at or before it (15).

    A version with no moment has always been in force.
    """
    if len(in_force) == 1:
        return in_force[0][0]
    standing = [(since, version) for version, since in in_force if since is not None and since <= occurred_at]
    if standing:
        return max(standing)[1]
    return max(version for version, since in in_force if since is None)


def _types_read(rule: Rule) -> frozenset[str]:
    return rule.types.union(*(wanted.types for wanted in rule.requires))
