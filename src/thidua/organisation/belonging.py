"""Where a person belongs day by day: the homes after a move, and memberships that would overlap. Pure."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from uuid import UUID

from thidua.organisation.model import Span

# The home unit from each day on; the key None stands for every moment before the first named day.
Moves = Mapping[date | None, UUID]


def homes_after(moves: Moves, unit: UUID, since: date | None) -> Moves:
    """Return the moves with this one added; earlier and later homes stay, so the order of telling is free.

    Without a day the unit is the home for every moment, unless it is already the first or the last home:
    then nothing changes, and a list sent again cannot undo a move.
    """
    if since is not None:
        return {**moves, since: unit}
    if moves and unit in {moves[min(moves, key=_order)], moves[max(moves, key=_order)]}:
        return moves
    return {None: unit}


def homes(moves: Moves) -> list[Span]:
    """Return the homes as spans, each until the next begins."""
    days = sorted(moves, key=_order)
    return [
        Span(moves[starts_on], starts_on, ends_on)
        for starts_on, ends_on in zip(days, [*days[1:], None], strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Stay:
    """A membership, and where it stands in a list that is being written (None: it was there before)."""

    whose: Hashable
    span: Span
    index: int | None


def overlapping(stays: Iterable[Stay]) -> Iterator[int]:
    """Name the places in the list of those that share a day with another of the same person and team."""
    ordered = sorted(stays, key=lambda stay: (str(stay.whose), _order(stay.span.valid_from)))
    for one, other in pairwise(ordered):
        if one.whose == other.whose and one.span.meets(other.span):
            yield from _listed_last(one, other)


def _listed_last(one: Stay, other: Stay) -> list[int]:
    return sorted(stay.index for stay in (one, other) if stay.index is not None)[-1:]


def _order(day: date | None) -> date:
    return date.min if day is None else day
