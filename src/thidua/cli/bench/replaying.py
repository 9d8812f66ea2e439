"""How long it takes to score a history again, on one core, as `thidua verify` does."""

import asyncio
import time
from collections.abc import Sequence

from thidua.activities import ranges
from thidua.activities.model import Activity
from thidua.cli.bench.figure import Figure
from thidua.cli.bench.sizes import Sizes
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

# Activities, seconds, processor seconds, faults.
Replayed = tuple[int, float, float, tuple[str, ...]]


def replay_figure(sizes: Sizes) -> Figure:
    """Scoring all of the database at hand anew; what is promised for a million is scaled to what there is."""
    activities, seconds, cpu_seconds, faults = asyncio.run(_replayed())
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
        cpu_us_per_item={"replay": cpu_seconds * 1e6 / activities},
        faults=faults,
        more={
            "activities": activities,
            "cpu_seconds": round(cpu_seconds, 2),
            "seconds_for_a_million": round(seconds / share, 2),
        },
    )


async def _replayed() -> Replayed:
    """How many activities were scored again, in how many seconds, and what differed from the ledger."""
    connection = await owner_connection()
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            registry = shelf_of(await queries.rulebooks(connection), at=now()).registry
            return await _score_again(connection, registry)
    finally:
        await connection.close()


async def _score_again(connection: Connection, registry: Registry) -> Replayed:
    findings, faults, beside, cpu_beside = Findings(), [], 0.0, 0.0
    began, cpu_began = time.perf_counter(), time.process_time()
    suspended = await suspended_now(connection)
    holders = await holders_now(connection, registry, suspended)
    async for within in ranges.ranges(connection):
        due = await due_within(
            connection, within, registry, holders=holders, suspended=suspended, findings=findings
        )
        compared, cpu_compared = time.perf_counter(), time.process_time()
        if await standing.nets_within(connection, within) != due:
            faults.append(f"awards of {within} are not what the rules give")
        beside += time.perf_counter() - compared
        cpu_beside += time.process_time() - cpu_compared
    seconds = time.perf_counter() - began - beside
    cpu_seconds = time.process_time() - cpu_began - cpu_beside
    return findings.looked_at["activities"], seconds, cpu_seconds, tuple(faults)


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
