"""Which teams a group's activities seem to leave as they are: those that have had their award of the week.

Only a guess from what this process saw last, so that activities of one team need not queue one by one;
what is found under the lock decides, and a wrong guess costs one more try (LockTooWeakError).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from thidua.engine.buckets import Bucket, Kind, buckets_of
from thidua.engine.changes import Change
from thidua.scoring.milestones import MilestoneState
from thidua.scoring.model import Pays
from thidua.scoring.registry import Registry

_TEAM_WEEKS_MAX = 200_000


class IdleTeams:
    """The team weeks that need no more activities, as far as this process has seen."""

    def __init__(self) -> None:
        """Begin with none."""
        self._complete: dict[tuple[UUID, str, str], tuple[datetime, UUID]] = {}

    def among(self, coming: Sequence[Change], registry: Registry) -> Collection[UUID]:
        """Return the teams whose rules the coming facts seem not to move."""
        of_teams = [change for change in coming if change.fact.team is not None]
        buckets = [one for one in buckets_of(of_teams, registry) if one.family.pays is Pays.TEAM]
        moved = {bucket.subject for bucket in buckets if not self._seems_idle(bucket)}
        return {bucket.subject for bucket in buckets} - moved

    def learn(self, bucket: Bucket, state: MilestoneState) -> None:
        """Remember what stands in the bucket now."""
        if len(self._complete) >= _TEAM_WEEKS_MAX:
            self._complete.clear()
        if len(state.first) == bucket.family.milestone_count_max:
            self._complete[bucket.state_key] = state.first[-1].order[:2]
        else:
            self._complete.pop(bucket.state_key, None)

    def _seems_idle(self, bucket: Bucket) -> bool:
        if bucket.kind is not Kind.MILESTONE:
            return False
        last = self._complete.get(bucket.state_key)
        return last is not None and all(change.fact.order > last for change in bucket.changes)


@cache
def idle_teams() -> IdleTeams:
    """What this process has seen."""
    return IdleTeams()
