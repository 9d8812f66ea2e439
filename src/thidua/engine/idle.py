"""Which teams a group's activities seem to leave as they are: those that have had their award of the week.

Only a guess, read before any lock is held, so that activities of one team need not queue behind one another; what is
found under the lock decides.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from thidua.engine.buckets import Bucket, Kind, buckets_of
from thidua.engine.changes import Change
from thidua.infra.database import Connection
from thidua.ledger import queries
from thidua.scoring.model import Pays
from thidua.scoring.registry import Registry


async def idle_teams(connection: Connection, coming: Sequence[Change], registry: Registry) -> Collection[UUID]:
    """Return the teams whose rules the coming facts seem not to move."""
    of_teams = [change for change in coming if change.fact.team is not None]
    buckets = [one for one in buckets_of(of_teams, registry) if one.family.pays is Pays.TEAM]
    milestones = [one for one in buckets if one.kind is Kind.MILESTONE]
    stored = await queries.states(connection, {one.state_key for one in milestones})
    moved = {one.subject for one in buckets if one.kind is not Kind.MILESTONE}
    for bucket in milestones:
        bucket.read_state(stored.get(bucket.state_key))
        if not _is_idle(bucket):
            moved.add(bucket.subject)
    return {bucket.subject for bucket in milestones} - moved


def _is_idle(bucket: Bucket) -> bool:
    state = bucket.milestone
    if state is None or state.kept < bucket.family.milestone_count_max or len(state.first) < state.kept:
        return False
    return all(fact.order > state.first[-1].order[:2] for fact in bucket.coming)
