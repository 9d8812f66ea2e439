"""How long it takes to score a history again, on one core, as `thidua verify` does."""

import asyncio
import time
from collections.abc import Sequence

from thidua.activities import ranges
from thidua.activities.model import Activity
from thidua.cli.bench.figure import Figure
from thidua.cli.bench.ground import Ground
from thidua.cli.bench.sizes import Sizes
from thidua.cli.bench.usage import per_item
from thidua.engine.findings import Findings
from thidua.engine.rulebooks import shelf_of
from thidua.engine.verify_totals import due_within, holders_now, suspended_now
from thidua.infra.clock import now
from thidua.infra.database import Connection, owner_connection
from thidua.ledger import queries, standing
from thidua.ledger.standing import Range
from thidua.scoring.registry import Registry

_ACCEPT_SECONDS, _GOAL_SECONDS = 120.0, 60.0
_FOR_ACTIVITIES = 1_000_000


def replay_figure(ground: Ground, sizes: Sizes, database: str) -> Figure:
    """Scoring everything anew; what the promise says of a million is scaled to what there is."""
    assert database, "the database the process is pointed at"
    before = _used(ground)
    activities, seconds, faults = asyncio.run(_replayed())
    after = _used(ground)
    share = activities / _FOR_ACTIVITIES
    return Figure(
        name="replay",
        figure=seconds,
        unit=f"s for {activities:,} activities",
        limit=asyncio.run(_decoded_seconds()),
        limit_is="reading and decoding the rows alone",
        less_is_better=True,
        accept=_ACCEPT_SECONDS * share,
        goal=_GOAL_SECONDS * share,
        members=sizes.intake_members,
        seed=sizes.seed,
        is_quick=sizes.is_quick,
        items=activities,
        cpu_us_per_item=per_item(before, after, activities),
        faults=faults,
        more={"activities": activities, "seconds_for_a_million": round(seconds / share, 2)},
    )


def _used(ground: Ground) -> dict[str, float]:
    return ground.used() | {"replay": time.process_time()}


async def _replayed() -> tuple[int, float, tuple[str, ...]]:
    """How many activities were scored again, in how many seconds, and what differed from the ledger."""
    connection = await owner_connection()
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            registry = shelf_of(await queries.rulebooks(connection), at=now()).registry
            return await _score_again(connection, registry)
    finally:
        await connection.close()


async def _score_again(connection: Connection, registry: Registry) -> tuple[int, float, tuple[str, ...]]:
    findings, faults, beside = Findings(), [], 0.0
    began = time.perf_counter()
    suspended = await suspended_now(connection)
    holders = await holders_now(connection, registry, suspended)
    async for within in ranges.ranges(connection):
        due = await due_within(
            connection, within, registry, holders=holders, suspended=suspended, findings=findings
        )
        compared = time.perf_counter()
        if await standing.nets_within(connection, within) != due:
            faults.append(f"awards of {within} are not what the rules give")
        beside += time.perf_counter() - compared
    seconds = time.perf_counter() - began - beside
    return findings.looked_at["activities"], seconds, tuple(faults)


async def _decoded_seconds() -> float:
    """The seconds to read the same activities without scoring them."""
    connection = await owner_connection()
    try:
        began = time.perf_counter()
        async for within in ranges.ranges(connection):
            assert await _decoded(connection, within) is not None
        return time.perf_counter() - began
    finally:
        await connection.close()


async def _decoded(connection: Connection, within: Range) -> Sequence[Activity]:
    return await ranges.of_actors(connection, within)
