"""What must be read of a deed to see whether it counts: no more of each type is told to the follower."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from thidua.badges.definitions import Badge, Criterion

# Conditions by what they look at; all others look at what is always told.
_OF_ATTRIBUTES = frozenset({"attribute_at_least", "attribute_at_most", "attribute_is"})
_OF_CONTEXT = frozenset({"area_group", "flag", "target_group", "helped_priority"})
_OF_PARTICIPANTS = frozenset({"participants_at_least"})
_ALWAYS_TOLD = frozenset({"festival", "unit"})


@dataclass(frozen=True, slots=True)
class Told:
    """The types whose texts are needed; `helping`: those that count only if they helped somebody first."""

    attributes: list[str]
    participants: list[str]
    context: list[str]
    helping: list[str]


def told(badges: Iterable[Badge]) -> Told:
    """What the badges need of each type that they watch."""
    by_type: dict[str, list[Criterion]] = {}
    for badge in badges:
        for one in badge.criterion.types_watched:
            by_type.setdefault(one, []).append(badge.criterion)
    return Told(
        attributes=_types(by_type, _asks_attributes),
        participants=_types(by_type, _asks_participants),
        context=_types(by_type, lambda one: _asks(one, _OF_CONTEXT)),
        helping=sorted(one for one, asked in by_type.items() if all(map(_needs_helped, asked))),
    )


def _types(by_type: Mapping[str, Sequence[Criterion]], asks: Callable[[Criterion], bool]) -> list[str]:
    return sorted(one for one, asked in by_type.items() if any(map(asks, asked)))


def _asks_attributes(asked: Criterion) -> bool:
    names = {*asked.distinct_by, *asked.spread_by} - _ALWAYS_TOLD
    return bool(names) or _asks(asked, _OF_ATTRIBUTES)


def _asks_participants(asked: Criterion) -> bool:
    return bool(asked.distinct_roles) or asked.one_helped or _asks(asked, _OF_PARTICIPANTS)


def _asks(asked: Criterion, kinds: frozenset[str]) -> bool:
    """Whether a condition of one of these kinds stands anywhere in the criterion."""
    found = list(asked.when) + [one for part in asked.each for one in part.when]
    while found:
        condition = found.pop()
        if condition.kind in kinds:
            return True
        found.extend(condition.any_of)
    return False


def _needs_helped(asked: Criterion) -> bool:
    return any(condition.kind == "helped_priority" for condition in asked.when)
