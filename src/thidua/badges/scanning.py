"""Badges whose deeds no index finds: of who took part, of units. Every deed of their types is read.

First it is only counted; then what the few who reached it did is read again, to know when they did.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from thidua.badges.counting import Counter, counter_of, does_count
from thidua.badges.deciding import decide
from thidua.badges.definitions import Badge, Who
from thidua.badges.earning import Decisions, Due, Outcome, awards_held, carry_out, eligible
from thidua.badges.facts import Deed, all_deeds, units_above
from thidua.badges.model import CriterionKind
from thidua.badges.progress import window_at
from thidua.badges.queries import holding
from thidua.infra.database import Connection
from thidua.scoring.model import Fact


async def judge_scanned(connection: Connection, badge: Badge, *, at: datetime) -> Outcome:
    """Give the badge to everybody who has earned it, take it back from whom it was given without ground."""
    return await carry_out(connection, await weigh_scanned(connection, badge, at=at), at=at)


async def weigh_scanned(connection: Connection, badge: Badge, *, at: datetime) -> Decisions:
    """What judging everybody would change; nothing is written."""
    near = await _near(connection, badge) | await holding(connection, badge.slug)
    near = set(await eligible(connection, badge, near))
    deeds = await _deeds_of(connection, badge, near)
    held = await awards_held(connection, [Due(badge, near)])
    return {
        (badge.slug, one): decide(badge, one, deeds[one], held.get((badge.slug, one), []), at=at)
        for one in near
    }


async def _near(connection: Connection, badge: Badge) -> set[UUID]:
    """Everybody whose deeds of one window are enough; for a share, everybody who has any."""
    counters: dict[tuple[UUID, str], Counter] = {}
    near: set[UUID] = set()
    async for deeds in all_deeds(connection, badge.criterion.types_watched):
        above = await _above(connection, badge, deeds)
        for deed in deeds:
            window = window_at(badge.window, deed.fact.occurred_at, deed.fact.festival)
            if window is None or not does_count(badge.criterion, deed.fact):
                continue
            for subject in _subjects(badge, deed.fact, above):
                if badge.criterion.kind is CriterionKind.SHARE:
                    near.add(subject)
                elif deed.counts:
                    counters.setdefault((subject, window), counter_of(badge.criterion)).add(deed.fact)
    return near | {one for (one, _), counter in counters.items() if counter.have >= badge.criterion.need}


async def _deeds_of(connection: Connection, badge: Badge, subjects: set[UUID]) -> dict[UUID, list[Deed]]:
    found: dict[UUID, list[Deed]] = {subject: [] for subject in subjects}
    if not subjects:
        return found
    async for deeds in all_deeds(connection, badge.criterion.types_watched):
        above = await _above(connection, badge, deeds)
        for deed in deeds:
            for subject in _subjects(badge, deed.fact, above):
                if subject in subjects:
                    found[subject].append(deed)
    return found


async def _above(
    connection: Connection, badge: Badge, deeds: Sequence[Deed]
) -> Mapping[UUID, Sequence[UUID]]:
    if badge.criterion.who is not Who.WITHIN:
        return {}
    return await units_above(connection, {deed.fact.unit for deed in deeds})


def _subjects(badge: Badge, fact: Fact, above: Mapping[UUID, Sequence[UUID]]) -> Iterator[UUID]:
    """Whom the deed brings nearer."""
    match badge.criterion.who:
        case Who.PARTICIPANT:
            yield from {subject for subject, role in fact.participants if role == badge.criterion.role}
        case Who.UNIT:
            yield fact.unit
        case Who.WITHIN:
            yield from above.get(fact.unit, ())
        case _:
            raise AssertionError("an index finds those of actors and teams")
