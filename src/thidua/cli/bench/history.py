"""What a long history costs: one more activity on top of it, and scoring all of it again."""

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg

from thidua.cli.bench.figure import Figure
from thidua.cli.bench.ground import Ground
from thidua.cli.bench.load import Measured, all_of, drive, requests_file
from thidua.cli.bench.replaying import replay_figure
from thidua.cli.bench.reports import batches, reported
from thidua.cli.bench.running import Running, running
from thidua.cli.bench.seed import check_sample, seed_population
from thidua.cli.bench.sizes import Sizes
from thidua.infra.clock import now

_SOCKETS = 8
_FLAT = 1.2
# A history that lasts: in a shorter one every week and month would hold more, and late reports cost more.
_SPAN = timedelta(days=300)


def figures(ground: Ground, sizes: Sizes, wanted: Collection[str]) -> Iterator[Figure]:
    """`growth` while a history is made through the API, then `replay` of that history."""
    with ground.database() as database:
        at = now()
        population = asyncio.run(seed_population(members=sizes.growth_members, seed=sizes.seed, at=at))
        count = int(sizes.growth_entries[-1] * 1.4)
        reports = reported(population.ids(), count=count, seed=sizes.seed, at=at, span=_SPAN)
        with running(ground, database) as server:
            check_sample(server, population)
            growth = _Growth(ground, sizes, database, server, reports)
            levels = [growth.level(entries) for entries in sizes.growth_entries]
            after_start = growth.after_start()
        if "growth" in wanted:
            yield _figure(sizes, levels, after_start)
        if "replay" in wanted:
            yield replay_figure(sizes)


@dataclass(frozen=True, slots=True)
class _Level:
    """What one more activity cost on top of so many entries."""

    entries: int
    measured: Measured

    def told(self, batch: int) -> dict[str, Any]:
        spent = self.measured.cpu_us_per_item(batch)
        return {
            "entries": self.entries,
            "wall_us": round(1e6 / (self.measured.a_second * batch), 1),
            "cpu_us": {kind: round(us, 1) for kind, us in spent.items()},
        }

    def cost(self) -> float:
        spent = self.measured.cpu_us_per_answer
        return sum(spent[kind] for kind in ("server", "postgres", "worker"))


@dataclass(frozen=True, slots=True)
class _Growth:
    """A history that grows by what the server is sent."""

    ground: Ground
    sizes: Sizes
    database: str
    server: Running
    reports: Iterator[dict[str, Any]]

    def level(self, entries: int) -> _Level:
        """Grow to so many entries, and measure what is sent then."""
        at_start = entries - self.sizes.growth_warm
        while (missing := at_start - asyncio.run(_entries(self.database))) > self.sizes.batch:
            self._send(missing)
        self._send(self.sizes.growth_warm)
        before = asyncio.run(_entries(self.database))
        # PostgreSQL tidies up now and then, longer with a longer history: measure more than one such time.
        return _Level(before, self._send(max(self.sizes.growth_measured, entries // 8)))

    def after_start(self) -> _Level:
        """Measure once more with servers that have just been started, and meet everybody anew."""
        self.server.restart()
        return _Level(asyncio.run(_entries(self.database)), self._send(self.sizes.growth_measured))

    def _send(self, count: int) -> Measured:
        portion = (next(self.reports) for _ in range(count))
        requests = requests_file(self.ground, batches(self.server, portion, self.sizes.batch))
        measured = drive(self.ground, all_of(self.server.address, requests, sockets=_SOCKETS))
        requests.unlink()
        return measured


def _figure(sizes: Sizes, levels: list[_Level], after_start: _Level) -> Figure:
    first, last = levels[0], levels[-1]
    return Figure(
        name="growth",
        figure=last.cost() / first.cost(),
        unit=f"times the CPU at {first.entries:,} entries",
        limit=1.0,
        limit_is="a cost that does not grow",
        less_is_better=True,
        accept=_FLAT,
        goal=_FLAT,
        members=sizes.growth_members,
        seed=sizes.seed,
        is_quick=sizes.is_quick,
        items=last.measured.took.count * sizes.batch,
        p50_ms=last.measured.took.p50_ms,
        p99_ms=last.measured.took.p99_ms,
        cpu_us_per_item=last.measured.cpu_us_per_item(sizes.batch),
        more={
            "levels": [level.told(sizes.batch) for level in levels],
            "after_a_start": after_start.told(sizes.batch),
        },
    )


async def _entries(database: str) -> int:
    connection = await asyncpg.connect(database)
    try:
        count: int = await connection.fetchval("SELECT count(*) FROM ledger_entry")
    finally:
        await connection.close()
    return count
