"""What an act changes for scoring: facts that come, go, or are touched by another's coming or going."""

from enum import Enum
from uuid import UUID

import msgspec

from thidua.activities.model import Activity
from thidua.scoring.model import Fact


class Effect(Enum):
    """What happens to the fact: scoring begins to see it, ceases to, or must look at it again."""

    COMES = 1
    GOES = 2
    TOUCHED = 3


class Change(msgspec.Struct, frozen=True, gc=False):
    """One fact changed by one act; `cause` is the word that later explains it.

    `family` limits a touched fact to the one rule that must look again.
    """

    fact: Fact
    act: UUID
    effect: Effect
    cause: str
    family: str | None = None


def fact_of(activity: Activity) -> Fact:
    """Return what scoring reads of a recorded activity."""
    context = activity.context
    return Fact(
        id=activity.id,
        type=activity.type,
        occurred_at=activity.occurred_at,
        version=activity.rulebook_version,
        actor=activity.actor,
        actor_kind=activity.actor_kind,
        unit=activity.unit,
        team=activity.team,
        team_unit=context.team_unit,
        festival=activity.festival,
        quantity=activity.quantity,
        attributes=activity.attributes,
        participants=tuple((one.subject, one.role) for one in activity.participants),
        area_group=context.area_group,
        flags=frozenset(context.flags),
        target_group=context.target_group,
        helped=frozenset(context.helped),
    )
