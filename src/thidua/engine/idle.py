"""Which teams a group's activities seem to leave as they are: those that have had their award of the week.

Only a guess from what this process saw last, so that activities of one team need not queue one by one;
what is found under the lock decides, and a wrong guess costs one more try (LockTooWeakError).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from thidua.engine.buckets import Bucket, Kind, name_of
from thidua.engine.changes import Change
from thidua.scoring.milestones import MilestoneState
from thidua.scoring.model import Fact
from thidua.scoring.registry import Registry

_TEAM_WEEKS_MAX = 200_000


class IdleTeams:
    """The team weeks that need no more activities, as far as this process has seen."""

    def __init__(self) -> None:
        """Begin with none."""
        self._complete: dict[tuple[UUID, str, str], tuple[datetime, UUID]] = {}

    def among(self, coming: Sequence[Change], registry: Registry) -> Collection[UUID]:
        """Return the teams whose rules the coming facts seem not to move."""
        named = {change.fact.team for change in coming if change.fact.team is not None}
        return named - {change.fact.team for change in coming if self._may_move(change.fact, registry)}

    def learn(self, bucket: Bucket, state: MilestoneState) -> None:
        """Remember what stands in the bucket now."""
        if len(self._complete) >= _TEAM_WEEKS_MAX:
            self._complete.clear()
        if len(state.first) == bucket.family.milestone_count_max:
            self._complete[bucket.state_key] = state.first[-1].order[:2]
        else:
            self._complete.pop(bucket.state_key, None)

    def _may_move(self, fact: Fact, registry: Registry) -> bool:
        if fact.team is None:
            return False
        for rule in registry.team_rules_of(fact.version, fact.type):
            family = registry.families[rule.name]
            name, kind = name_of(family, fact, fact.team)
            last = self._complete.get((fact.team, rule.name, name)) if kind is Kind.MILESTONE else None
            if last is None or fact.order <= last:
                return True
        return False


@cache
def idle_teams() -> IdleTeams:
    """What this process has seen."""
    return IdleTeams()
