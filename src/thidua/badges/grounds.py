"""Whether what the rule gave still has its ground: seen anew, nothing is written."""

from collections.abc import AsyncIterator
from datetime import datetime
from itertools import islice
from uuid import UUID

from thidua.badges.definitions import Badge, ShareOf, Who
from thidua.badges.earning import Decisions, Due, weigh
from thidua.badges.members import weigh_members
from thidua.badges.model import BadgeState, CriterionKind
from thidua.badges.queries import holding
from thidua.badges.scanning import weigh_scanned
from thidua.badges.unit_shares import is_summed, weigh_unit_shares
from thidua.infra.database import Connection

_HOLDERS_AT_ONCE = 1_000
_NOT_BY_RULE = {CriterionKind.MANUAL, CriterionKind.STANDING}


async def without_ground(connection: Connection, badge: Badge, *, at: datetime) -> AsyncIterator[UUID]:
    """Yield the active awards of the badge's present version that its criterion no longer bears."""
    if badge.state is BadgeState.WAITING or badge.criterion.kind in _NOT_BY_RULE:
        return
    holders = iter(sorted(await holding(connection, badge.slug)))
    while some := list(islice(holders, _HOLDERS_AT_ONCE)):
        for decision in (await _weighed(connection, badge, some, at)).values():
            for award in decision.gone:
                yield award


async def _weighed(connection: Connection, badge: Badge, holders: list[UUID], at: datetime) -> Decisions:
    asked = badge.criterion
    if asked.who in {Who.ACTOR, Who.TEAM}:
        return await weigh(connection, [Due(badge, holders)], at=at)
    if asked.share_of is ShareOf.MEMBERS and asked.kind is CriterionKind.SHARE:
        return await weigh_members(connection, badge, holders, at=at)
    every = (
        await weigh_unit_shares(connection, badge, at=at)
        if asked.kind is CriterionKind.SHARE and is_summed(badge)
        else await weigh_scanned(connection, badge, at=at)
    )
    return {key: decision for key, decision in every.items() if key[1] in set(holders)}
