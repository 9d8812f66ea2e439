"""How far a subject is towards a badge: pure, from facts alone, the same in whatever order they are told."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from thidua.badges.counting import Counter, counter_of, does_count, things_in
from thidua.badges.definitions import Badge, Criterion
from thidua.badges.model import Progress, Window
from thidua.kernel.period import PeriodKind, local_day, parse_period, period_of
from thidua.scoring.model import Fact

EVER = "ever"
FESTIVAL = "festival:"
_PERIODS = {Window.YEAR: PeriodKind.YEAR, Window.QUARTER: PeriodKind.QUARTER}
_PER_CENT = 100


def window_at(window: Window, at: datetime, festival: str | None) -> str | None:
    """The code of the window in which something counts; None for what names no festival where it must."""
    return window_on(window, local_day(at), festival)


def window_on(window: Window, day: date, festival: str | None) -> str | None:
    """The same, of a local day."""
    if window is Window.EVER:
        return EVER
    if window is Window.FESTIVAL:
        return None if festival is None else FESTIVAL + festival
    return _period_name(_PERIODS[window], day)


def by_window(badge: Badge, facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """The deeds that count towards the badge, by the window in which they do."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        if (
            does_count(badge.criterion, fact)
            and (code := window_on(badge.window, fact.day, fact.festival)) is not None
        ):
            found.setdefault(code, []).append(fact)
    return found


def progress(criterion: Criterion, facts: Collection[Fact]) -> Progress:
    """How far these deeds of one window lead, where one subject's deeds are counted."""
    return counted(criterion, facts)[0]


def counted(criterion: Criterion, facts: Collection[Fact]) -> tuple[Progress, Counter]:
    """The same, with the counter that counted them."""
    counter, need, reached_at = counter_of(criterion), criterion.need, None
    for fact in sorted(facts, key=lambda fact: fact.order):
        counter.add(fact)
        if reached_at is None and counter.have >= need:
            reached_at = fact.occurred_at
    return Progress(have=counter.have, need=need, reached_at=reached_at), counter


def total(criterion: Criterion, amounts: Iterable[tuple[datetime, int]]) -> Progress:
    """How far points lead, told with the moments they were earned at; reached when they last rose so far."""
    by_moment: dict[datetime, int] = {}
    for at, points in amounts:
        by_moment[at] = by_moment.get(at, 0) + points
    have, reached_at = 0, None
    for at in sorted(by_moment):
        was_reached = have >= criterion.need
        have += by_moment[at]
        if have < criterion.need:
            reached_at = None
        elif not was_reached:
            reached_at = at
    return Progress(have=max(have, 0), need=criterion.need, reached_at=reached_at)


def share(criterion: Criterion, accepted: Collection[Fact], others: Collection[Fact]) -> Progress:
    """What part the accepted deeds of one window are of all; what is alike counts once, for the better."""
    good = _told_apart(criterion, accepted)
    everything = good | _told_apart(criterion, others)
    last_at = max((fact.occurred_at for fact in (*accepted, *others)), default=None)
    return part_of_all(criterion, len(good), len(everything), last_at)


def members_share(criterion: Criterion, served: int, people: int, *, at: datetime) -> Progress:
    """What part of the members has at least one such deed, at a moment."""
    return part_of_all(criterion, served, people, at)


def part_of_all(criterion: Criterion, good: int, everything: int, at: datetime | None) -> Progress:
    """So many of so many, in whole per cent; of too few there is no share."""
    have = good * _PER_CENT // everything if everything and everything >= criterion.among_at_least else 0
    is_reached = have >= criterion.need
    return Progress(have=have, need=criterion.need, reached_at=at if is_reached else None)


def is_settled(badge: Badge, window: str, last_at: datetime, *, at: datetime) -> bool:
    """Whether a share of this window may be told: it has ended, and late reports had their time."""
    period = None if window.startswith((EVER, FESTIVAL)) else parse_period(window)
    if period is None:
        return badge.window is Window.EVER or _has_passed(last_at, badge.criterion.settling_days, at=at)
    assert period.ends_at is not None, "windows of the calendar end"
    return _has_passed(period.ends_at, badge.criterion.settling_days, at=at)


def first_to(
    criterion: Criterion,
    reached: Mapping[UUID, datetime],
    holding: Collection[UUID],
    *,
    at: datetime,
) -> list[UUID]:
    """Who is given a badge of the first: by when it was reached, once settled, as far as places are left.

    Who holds it keeps it when somebody earlier turns up after the settling.
    """
    left = criterion.first_n - len(holding)
    settled = [
        (since, subject)
        for subject, since in reached.items()
        if subject not in holding and _has_passed(since, criterion.settling_days, at=at)
    ]
    return [subject for _, subject in sorted(settled)[: max(left, 0)]]


def standing(criterion: Criterion, ranks: Sequence[tuple[UUID, int]]) -> list[UUID]:
    """Who stands high enough on a board that is final; equal points share a rank, so they may be many."""
    return [subject for subject, rank in ranks if rank <= criterion.rank_at_worst]


@lru_cache(10_000)
def _period_name(kind: PeriodKind, day: date) -> str:
    return period_of(kind, day).name


def _told_apart(criterion: Criterion, facts: Collection[Fact]) -> set[object]:
    if not criterion.distinct_by:
        return {fact.id for fact in facts}
    return {things_in(criterion, fact) or fact.id for fact in facts}


def _has_passed(since: datetime, days: int, *, at: datetime) -> bool:
    return since + timedelta(days=days) <= at
