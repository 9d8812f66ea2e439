"""How many activities a second are recorded and scored: in batches, and one by one."""

import asyncio
from collections.abc import Collection, Iterator

import asyncpg

from thidua.cli.bench import raw
from thidua.cli.bench.figure import Figure
from thidua.cli.bench.ground import Ground
from thidua.cli.bench.load import Measured, drive, once, requests_file
from thidua.cli.bench.reports import batches, from_sources, reported, singles
from thidua.cli.bench.running import Running, running
from thidua.cli.bench.seed import Population, check_sample, seed_population
from thidua.cli.bench.sizes import Sizes
from thidua.infra.clock import now

BATCH_SOCKETS = 16
SINGLE_SOCKETS = 64
_BARE_CONNECTIONS = 2
_FSYNC = "SELECT current_setting('fsync') || ' ' || current_setting('synchronous_commit')"


def figures(ground: Ground, sizes: Sizes, wanted: Collection[str]) -> Iterator[Figure]:
    """`batch_intake` and `single_intake`, each into a database of its own."""
    for name, measure in (("batch_intake", batch_intake), ("single_intake", _single_intake)):
        if name not in wanted:
            continue
        with ground.database() as database:
            population = asyncio.run(seed_population(members=sizes.intake_members, seed=sizes.seed, at=now()))
            with running(ground, database) as server:
                check_sample(server, population)
                measured = measure(ground, sizes, server, population)
            yield _figure(name, ground, sizes, database, measured)


def batch_intake(ground: Ground, sizes: Sizes, server: Running, population: Population) -> Measured:
    """Send what several systems report, in batches, each for members of its own."""
    reports = from_sources(
        population.shares(BATCH_SOCKETS),
        size=sizes.batch,
        count=sizes.batch_activities,
        seed=sizes.seed,
        at=now(),
    )
    requests = requests_file(ground, batches(server, reports, sizes.batch))
    warm = sizes.batch_warm // sizes.batch
    job = once(
        sizes,
        server.address,
        requests,
        sockets=BATCH_SOCKETS,
        sources=BATCH_SOCKETS,
        warm_requests=warm,
    )
    return drive(ground, job)


def _single_intake(ground: Ground, sizes: Sizes, server: Running, population: Population) -> Measured:
    reports = reported(population.ids(), count=sizes.single_activities, seed=sizes.seed, at=now())
    requests = requests_file(ground, singles(server, reports))
    warm = sizes.single_warm
    return drive(ground, once(sizes, server.address, requests, sockets=SINGLE_SOCKETS, warm_requests=warm))


def _figure(name: str, ground: Ground, sizes: Sizes, database: str, measured: Measured) -> Figure:
    is_batch = name == "batch_intake"
    each = sizes.batch if is_batch else 1
    limit = _bare_batches(ground, sizes, database) if is_batch else _bare_singles(ground, sizes, database)
    faults, more = asyncio.run(_checked(database, measured.took.answered * each))
    return Figure(
        name=name,
        figure=measured.a_second * each,
        unit="activities/s",
        limit=limit,
        limit_is=(
            "COPY of the same activities and entries, 2 connections"
            if is_batch
            else "one-row INSERT of the same activities, 64 connections"
        ),
        accept=12_000 if is_batch else 2_500,
        goal=25_000 if is_batch else 4_000,
        members=sizes.intake_members,
        seed=sizes.seed,
        is_quick=sizes.is_quick,
        items=measured.took.count * each,
        p50_ms=measured.took.p50_ms,
        p99_ms=measured.took.p99_ms,
        cpu_us_per_item=measured.cpu_us_per_item(each),
        faults=faults,
        more=more | {"sockets": BATCH_SOCKETS if is_batch else SINGLE_SOCKETS, "batch": each},
    )


def _bare_batches(ground: Ground, sizes: Sizes, database: str) -> float:
    encoded = asyncio.run(raw.batches_of(database, count=sizes.raw_activities, size=sizes.batch))
    with ground.database() as bare:
        return asyncio.run(
            raw.copied_a_second(bare, encoded, size=sizes.batch, connections=_BARE_CONNECTIONS)
        )


def _bare_singles(ground: Ground, sizes: Sizes, database: str) -> float:
    with ground.database() as bare:
        return asyncio.run(
            raw.inserted_a_second(bare, database, count=sizes.raw_activities // 4, connections=SINGLE_SOCKETS)
        )


async def _checked(database: str, acknowledged: int) -> tuple[tuple[str, ...], dict[str, object]]:
    """Whether everything acknowledged is there; what came of it."""
    connection = await asyncpg.connect(database)
    try:
        activities = await connection.fetchval("SELECT count(*) FROM activity")
        entries = await connection.fetchval("SELECT count(*) FROM ledger_entry")
        durable = await connection.fetchval(_FSYNC)
    finally:
        await connection.close()
    lost = [] if activities == acknowledged else [f"{acknowledged} acknowledged, {activities} recorded"]
    unsafe = [] if durable == "on on" else [f"fsync and synchronous_commit: {durable}"]
    return (*lost, *unsafe), {"recorded": activities, "entries": entries}
