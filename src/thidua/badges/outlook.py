"""What a subject can still earn, and how far it is now."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from thidua.badges import members, queries
from thidua.badges.catalogue import catalogue
from thidua.badges.counting import Streak, step_of
from thidua.badges.deciding import is_barred, shares
from thidua.badges.definitions import Badge, ShareOf, Who
from thidua.badges.facts import Deed, counting, deeds_of, points_of
from thidua.badges.model import Award, AwardState, BadgeState, CriterionKind, Progress, Window
from thidua.badges.progress import by_window, counted, total, window_at
from thidua.infra.database import Connection
from thidua.kernel.period import local_day

# Nobody earns these by deeds of their own, or not one at a time.
_NOT_SHOWN = {CriterionKind.MANUAL, CriterionKind.STANDING}
_KIND = """
SELECT 1 AS kind, NULL AS unit_kind FROM person WHERE id = $1
UNION ALL SELECT 2, NULL FROM team WHERE id = $1
UNION ALL SELECT 3, kind FROM unit WHERE id = $1
UNION ALL SELECT 4, NULL FROM household WHERE id = $1
"""


async def progress_of(connection: Connection, subject: UUID, at: datetime) -> list[tuple[Badge, Progress]]:
    """Return the badges that the subject can still earn now, with how far it is in the window of now.

    Those nearest first. A streak is the one that still runs. Badges for which every deed of a unit, or of
    those who took part, would have to be read are left out.
    """
    row = await connection.fetchrow(_KIND, subject)
    if row is None:
        return []
    awards = await queries.awards_of(connection, subject)
    open_ones = [
        badge
        for badge in catalogue().badges.values()
        if badge.subject == row["kind"] and _can_be_earned(badge, row["unit_kind"], awards, at)
    ]
    deeds = {
        who: await _deeds(connection, who, subject, [one for one in open_ones if one.criterion.who is who])
        for who in (Who.ACTOR, Who.TEAM)
    }
    held = {(one.badge, one.window) for one in awards if one.state is AwardState.ACTIVE}
    found = []
    for badge in open_ones:
        done = [
            one for one in deeds.get(badge.criterion.who, []) if (badge.slug, _window(badge, one)) not in held
        ]
        found.append((badge, await _progress(connection, badge, subject, done, at)))
    return sorted(found, key=lambda one: -one[1].have / one[1].need)


def is_of_now(badge: Badge, award: Award, at: datetime) -> bool:
    """Whether the award of the badge is for the span that runs now; all festivals of a year are one span."""
    if badge.window is Window.FESTIVAL:
        return local_day(award.earned_at).year == local_day(at).year
    return award.window == window_at(badge.window, at, None)


def _can_be_earned(badge: Badge, unit_kind: str | None, awards: Iterable[Award], at: datetime) -> bool:
    asked = badge.criterion
    if badge.state is not BadgeState.ACTIVE or asked.kind in _NOT_SHOWN:
        return False
    if asked.who not in {Who.ACTOR, Who.TEAM, Who.MEMBER}:
        return False
    if asked.unit_kinds and unit_kind not in asked.unit_kinds:
        return False
    return not any(
        one.badge == badge.slug
        and is_of_now(badge, one, at)
        and (one.state is AwardState.ACTIVE or (is_barred(one) and badge.window is not Window.FESTIVAL))
        for one in awards
    )


def _window(badge: Badge, deed: Deed) -> str | None:
    return window_at(badge.window, deed.fact.occurred_at, deed.fact.festival)


async def _deeds(connection: Connection, who: Who, subject: UUID, badges: Sequence[Badge]) -> list[Deed]:
    types = {one for badge in badges for one in badge.criterion.types_watched}
    if not types:
        return []
    found = await deeds_of(connection, who, {subject: types}, also_refused=True)
    return found.get(subject, [])


async def _progress(
    connection: Connection, badge: Badge, subject: UUID, deeds: Sequence[Deed], at: datetime
) -> Progress:
    asked = badge.criterion
    window = window_at(badge.window, at, None)
    if asked.kind is CriterionKind.TOTAL:
        points = (await points_of(connection, [subject], asked.categories)).get(subject, [])
        told = [one for one in points if window_at(badge.window, one.occurred_at, one.festival) == window]
        return total(asked, [(one.occurred_at, one.points) for one in told])
    if asked.kind is CriterionKind.SHARE:
        if asked.share_of is ShareOf.MEMBERS:
            assert window is not None, "shares of members have windows of the calendar"
            return (await members.shares_of(connection, badge, [subject], window, at))[subject]
        nothing = Progress(have=0, need=asked.need, reached_at=None)
        return shares(badge, deeds).get(window or "", (nothing, at))[0]
    windows = by_window(badge, counting(deeds))
    if badge.window is Window.FESTIVAL:  # the latest that the subject took part in
        window = max(windows, key=lambda code: max(one.occurred_at for one in windows[code]), default=None)
    progress, counter = counted(asked, windows.get(window or "", []))
    if isinstance(counter, Streak):
        running = counter.run_to(step_of(asked.step, local_day(at)))
        return Progress(have=running, need=progress.need, reached_at=None)
    return progress
