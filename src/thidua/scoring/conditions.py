"""What a rule may ask of a fact: a closed list, and nothing is evaluated from text."""

from collections.abc import Callable

from thidua.scoring.model import Condition, Fact

Test = Callable[[Condition, Fact], bool]


def holds(condition: Condition, fact: Fact) -> bool:
    """Whether the fact meets the condition."""
    return TESTS[condition.kind](condition, fact)


def first_unmet(conditions: tuple[Condition, ...], fact: Fact) -> Condition | None:
    """Return the first condition the fact does not meet, or None when it meets all."""
    for condition in conditions:
        if not TESTS[condition.kind](condition, fact):
            return condition
    return None


def _number(condition: Condition, fact: Fact) -> int | None:
    value = fact.attributes.get(condition.name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _attribute_at_least(condition: Condition, fact: Fact) -> bool:
    number = _number(condition, fact)
    if number is None:
        return condition.if_given and condition.name not in fact.attributes
    return number >= int(str(condition.values[0]))


def _attribute_at_most(condition: Condition, fact: Fact) -> bool:
    number = _number(condition, fact)
    if number is None:
        return condition.if_given and condition.name not in fact.attributes
    return number <= int(str(condition.values[0]))


def _attribute_is(condition: Condition, fact: Fact) -> bool:
    if condition.name not in fact.attributes:
        return condition.if_given
    return fact.attributes[condition.name] in condition.values


def _quantity_at_least(condition: Condition, fact: Fact) -> bool:
    return fact.quantity >= int(str(condition.values[0]))


def _participants_at_least(condition: Condition, fact: Fact) -> bool:
    named = {subject for subject, role in fact.participants if role == condition.name}
    return len(named) >= int(str(condition.values[0]))


def _area_group(condition: Condition, fact: Fact) -> bool:
    return fact.area_group in condition.values


def _flag(condition: Condition, fact: Fact) -> bool:
    return not fact.flags.isdisjoint(condition.values)


def _target_group(condition: Condition, fact: Fact) -> bool:
    return fact.target_group in condition.values


def _actor_kind(condition: Condition, fact: Fact) -> bool:
    return fact.actor_kind in condition.values


def _helped_priority(condition: Condition, fact: Fact) -> bool:
    return bool(fact.helped) if not condition.values else not fact.helped.isdisjoint(condition.values)


def _team_named(_condition: Condition, fact: Fact) -> bool:
    return fact.team is not None


def _any_of(condition: Condition, fact: Fact) -> bool:
    for inner in condition.any_of:  # noqa: SIM110 -- asked for every activity: a loop costs half of any()
        if TESTS[inner.kind](inner, fact):
            return True
    return False


TESTS: dict[str, Test] = {
    "attribute_at_least": _attribute_at_least,
    "attribute_at_most": _attribute_at_most,
    "attribute_is": _attribute_is,
    "quantity_at_least": _quantity_at_least,
    "participants_at_least": _participants_at_least,
    "area_group": _area_group,
    "flag": _flag,
    "target_group": _target_group,
    "actor_kind": _actor_kind,
    "helped_priority": _helped_priority,
    "team_named": _team_named,
    "any_of": _any_of,
}
