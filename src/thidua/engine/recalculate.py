"""Recalculates a span under another published rulebook: under a numbered decision, and by differences."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from thidua.activities import actions as activity_actions
from thidua.activities import ranges
from thidua.activities.model import Activity
from thidua.engine.decisions import ROWS_MAX, Carried, Decision, announce, carry_out
from thidua.engine.rulebooks import NOTICE, shelf_of
from thidua.infra.database import Connection, transaction
from thidua.kernel.errors import DomainError, NotFoundError
from thidua.ledger import queries
from thidua.scoring.registry import Registry

# Each reading looks through all activities, so it is worth its while.
_READ_AT_ONCE = 100_000


class TooFreshError(DomainError):
    """A version recalculates 24 hours after its publication at the earliest, when every process knows it."""

    code = "recalculates_too_soon"


async def recalculate(
    decision: str, *, version: int, starts_at: datetime, ends_at: datetime, by: str, at: datetime
) -> Carried:
    """Let the version judge the activities of the half-open span, and post the differences as adjustments.

    Repeated under the same number it goes on where it was interrupted; done, it changes nothing more.
    """
    registry = await _registry(version, at)
    said = {"version": version, "starts_at": starts_at, "ends_at": ends_at}
    decided = Decision(number=decision, cause="recalculated", facts=said, by=by, at=at)
    await announce(decided)

    def changed(one: Activity) -> Activity:
        return replace(one, rulebook_version=version)

    async def store(connection: Connection, moved: Sequence[Activity]) -> None:
        await activity_actions.judge_by(connection, [one.id for one in moved], version=version)

    total, after = Carried(), (starts_at, UUID(int=0))
    while True:
        async with transaction(readonly=True) as connection:
            found = await ranges.judged_otherwise(
                connection, (starts_at, ends_at), after, version=version, rows_max=_READ_AT_ONCE
            )
        if not found:
            return total
        for start in range(0, len(found), ROWS_MAX):
            ids = [activity for _, activity in found[start : start + ROWS_MAX]]
            total = total.plus(await carry_out(decided, ids, registry, changed=changed, store=store))
        after = found[-1]


async def _registry(version: int, at: datetime) -> Registry:
    """Return the published rulebooks; every process must by now know the version that is asked for."""
    async with transaction(readonly=True) as connection:
        published = {row.version: row for row in await queries.rulebooks(connection)}
    if version not in published:
        raise NotFoundError(version=version)
    asked = published[version]
    if asked.in_force_from is not None and at < asked.published_at + NOTICE:
        raise TooFreshError(version=version, earliest=asked.published_at + NOTICE)
    return shelf_of(list(published.values()), at=at).registry
