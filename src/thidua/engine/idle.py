"""Which teams a group's activities seem to leave as they are: those that have had their award of the week.

Only a guess from what this process saw last, so that activities of one team need not queue one by one;
what is found under the lock decides, and a wrong guess costs one more try (LockTooWeakError). Of each team
the latest week only: what is kept must not grow with history.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from thidua.engine.buckets import Bucket, Kind, name_of
from thidua.engine.changes import Change
from thidua.scoring.milestones import MilestoneState
from thidua.scoring.model import Fact
from thidua.scoring.registry import Registry

_TEAMS_MAX = 50_000


class _Complete(NamedTuple):
    """A bucket that has all it needs, and where the last of that stands."""

    bucket: str
    last: tuple[datetime, UUID]


class IdleTeams:
    """The teams that need no more activities in their latest week, as far as this process has seen."""

    def __init__(self) -> None:
        """Begin with none."""
        self._complete: dict[tuple[UUID, str], _Complete] = {}

    def among(self, coming: Sequence[Change], registry: Registry) -> Collection[UUID]:
        """Return the teams whose rules the coming facts seem not to move."""
        named = {change.fact.team for change in coming if change.fact.team is not None}
        return named - {change.fact.team for change in coming if self._may_move(change.fact, registry)}

    def learn(self, bucket: Bucket, state: MilestoneState) -> None:
        """Remember what stands in the bucket now."""
        team_rule = bucket.subject, bucket.family.name
        known = self._complete.get(team_rule)
        if len(state.first) < bucket.family.milestone_count_max:
            if known is not None and known.bucket == bucket.name:
                del self._complete[team_rule]
            return
        last = state.first[-1].order[:2]
        if known is None and len(self._complete) >= _TEAMS_MAX:
            self._complete.clear()
        if known is None or known.last < last or (known.bucket == bucket.name and last < known.last):
            self._complete[team_rule] = _Complete(bucket.name, last)

    def _may_move(self, fact: Fact, registry: Registry) -> bool:
        if fact.team is None:
            return False
        for rule in registry.team_rules_of(fact.version, fact.type):
            name, kind = name_of(registry.families[rule.name], fact, fact.team)
            known = self._complete.get((fact.team, rule.name)) if kind is Kind.MILESTONE else None
            if known is None or known.bucket != name or fact.order <= known.last:
                return True
        return False


@cache
def idle_teams() -> IdleTeams:
    """What this process has seen."""
    return IdleTeams()
