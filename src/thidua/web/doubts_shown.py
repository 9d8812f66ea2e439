"""Doubts as pages of activities show them: one's own with the answers, all to who verifies there."""

from typing import Any

from thidua.accounts.permissions import Permission
from thidua.activities.doubts import Doubt, doubts_about, doubts_of
from thidua.activities.model import Activity
from thidua.infra.database import Connection
from thidua.web.visitors import Visitor, may

_LATEST = 10


async def doubts_shown(database: Connection, visitor: Visitor, about: Activity) -> list[dict[str, Any]]:
    """What was doubted about the activity and answered, as far as the visitor may know."""
    may_all = await may(database, visitor, Permission.VERIFY, unit=about.unit)
    found = await doubts_about(database, about.id)
    return [_shown(one, visitor) for one in found if may_all or one.account == visitor.account]


async def own_doubts(database: Connection, visitor: Visitor) -> list[dict[str, Any]]:
    """What the visitor doubted lately, and the answers."""
    return [_shown(one, visitor) for one in await doubts_of(database, visitor.account, count_max=_LATEST)]


def _shown(one: Doubt, visitor: Visitor) -> dict[str, Any]:
    return {
        "activity": one.activity,
        "entry": one.entry,
        "said": one.said,
        "raised_at": one.raised_at,
        "outcome": one.outcome,
        "answer": one.answer,
        "answered_at": one.answered_at,
        "is_own": one.account == visitor.account,
    }
