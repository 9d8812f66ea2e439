"""What must be given and taken back, seen what a subject did and what it has: pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from thidua.badges.actions import RULE, NewAward
from thidua.badges.counting import Counter
from thidua.badges.definitions import Badge, ShareOf
from thidua.badges.facts import Deed, Points, counting
from thidua.badges.model import Award, AwardState, BadgeState, CriterionKind, Progress
from thidua.badges.progress import by_window, counted, is_settled, share, total, window_at


@dataclass(slots=True)
class Decision:
    """What must change for one badge of one subject, and how far it is in each window."""

    new: list[NewAward] = field(default_factory=list)
    gone: list[UUID] = field(default_factory=list)
    counters: dict[str, Counter] = field(default_factory=dict)
    reached: dict[str, datetime] = field(default_factory=dict)


def decide(
    badge: Badge, subject: UUID, deeds: Collection[Deed], awards: Iterable[Award], *, at: datetime
) -> Decision:
    """What these deeds must bring the subject, and what they no longer bear, by the badge's criterion."""
    if badge.criterion.kind is CriterionKind.SHARE:
        return settle(badge, subject, _settled_shares(badge, deeds, at), awards)
    found: dict[str, Progress] = {}
    decision = Decision()
    for window, facts in by_window(badge, counting(deeds)).items():
        found[window], decision.counters[window] = counted(badge.criterion, facts)
    may_give = badge.criterion.kind is not CriterionKind.FIRST_TO  # others may have been earlier
    return settle(badge, subject, found, awards, into=decision, may_give=may_give)


def decide_total(badge: Badge, subject: UUID, points: Iterable[Points], awards: Iterable[Award]) -> Decision:
    """The same for a badge that is earned by points."""
    amounts: dict[str, list[tuple[datetime, int]]] = {}
    for one in points:
        window = window_at(badge.window, one.occurred_at, one.festival)
        if window is not None:
            amounts.setdefault(window, []).append((one.occurred_at, one.points))
    found = {window: total(badge.criterion, told) for window, told in amounts.items()}
    return settle(badge, subject, found, awards)


def settle(
    badge: Badge,
    subject: UUID,
    found: Mapping[str, Progress],
    awards: Iterable[Award],
    *,
    into: Decision | None = None,
    may_give: bool = True,
) -> Decision:
    """Compare how far the subject is in each window with what it has."""
    decision = Decision() if into is None else into
    held = list(awards)
    if not held and all(one.reached_at is None for one in found.values()):
        return decision  # as with nearly everybody
    kept = {one.window for one in held if is_settled_by(one)}
    decision.reached |= {code: one.reached_at for code, one in found.items() if one.reached_at is not None}
    decision.gone += [one.id for one in held if is_judged(one, badge) and one.window not in decision.reached]
    if may_give and badge.state is BadgeState.ACTIVE:
        decision.new += [
            new_award(badge, subject, window=window, earned_at=earned_at, have=found[window].have)
            for window, earned_at in decision.reached.items()
            if window not in kept
        ]
    return decision


def is_judged(award: Award, badge: Badge) -> bool:
    """Whether the rule may take the award back: it gave it itself, by the criteria as they are now."""
    return award.state is AwardState.ACTIVE and award.by == RULE and award.version == badge.version


def is_settled_by(award: Award) -> bool:
    """Whether no deed that comes can bring the badge again in the award's window."""
    return award.state is AwardState.ACTIVE or is_barred(award)


def is_barred(award: Award) -> bool:
    """Whether a person took back what the rule gave: the rule does not give it again."""
    return award.state is AwardState.REVOKED and award.by == RULE and award.revoked_by != RULE


def new_award(badge: Badge, subject: UUID, *, window: str, earned_at: datetime, have: int) -> NewAward:
    """The award by rule of a badge whose criterion was reached."""
    return NewAward(
        badge=badge.slug,
        version=badge.version,
        fingerprint=badge.fingerprint,
        subject=subject,
        subject_kind=badge.subject,
        window=window,
        earned_at=earned_at,
        expires_at=badge.expires_at(earned_at),
        have=have,
        need=badge.criterion.need,
    )


def shares(badge: Badge, deeds: Iterable[Deed]) -> dict[str, tuple[Progress, datetime]]:
    """The share of every window, settled or not, with the moment of its last deed."""
    asked = badge.criterion
    is_of_all = asked.share_of is ShareOf.ACCEPTED
    told = [deed for deed in deeds if is_of_all or deed.counts]
    above = {deed.fact.id for deed in told if deed.counts and (is_of_all or deed.fact.type in asked.types)}
    found: dict[str, tuple[Progress, datetime]] = {}
    for window, facts in by_window(badge, (deed.fact for deed in told)).items():
        accepted = [fact for fact in facts if fact.id in above]
        others = [fact for fact in facts if fact.id not in above]
        last_at = max(fact.occurred_at for fact in facts)
        found[window] = share(asked, accepted, others), last_at
    return found


def _settled_shares(badge: Badge, deeds: Iterable[Deed], at: datetime) -> dict[str, Progress]:
    """The share of every window that may be told at the moment."""
    return {
        window: told
        for window, (told, last_at) in shares(badge, deeds).items()
        if is_settled(badge, window, last_at, at=at)
    }
