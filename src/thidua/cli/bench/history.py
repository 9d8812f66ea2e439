"""What a long history costs: one more activity on top of it, and scoring all of it again."""

import asyncio
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg

from thidua.cli.bench.figure import Figure
from thidua.cli.bench.ground import Ground, empty_redis, throw_away
from thidua.cli.bench.load import Measured, all_of, drive, requests_file
from thidua.cli.bench.replaying import replay_figure
from thidua.cli.bench.reports import batches, reported
from thidua.cli.bench.running import Running, running
from thidua.cli.bench.seed import check_sample, seed_population
from thidua.cli.bench.sides import Side
from thidua.cli.bench.sizes import Sizes
from thidua.infra.clock import now
from thidua.infra.database import point_at

_SOCKETS = 8
_FLAT = 1.2
_IDLE_SECONDS = 0.1
_REST_TRIES = 300
# A history that lasts: in a shorter one every week and month would hold more, and late reports cost more.
_SPAN = timedelta(days=300)


def figures(ground: Ground, sizes: Sizes, wanted: Collection[str]) -> Iterator[Figure]:
    """`growth` on top of a history that was made through the API, then `replay` of that history."""
    _, many = sizes.growth_entries
    with ground.database() as database:
        with _history(ground, sizes, database) as old:
            old.grow(many)
            if "growth" in wanted:
                yield _growth(old, sizes)
                point_at(database)
        if "replay" in wanted:
            yield replay_figure(sizes)


@dataclass(frozen=True, slots=True)
class _History:
    """A history that grows by what its server is sent."""

    ground: Ground
    sizes: Sizes
    database: str
    server: Running
    reports: Iterator[dict[str, Any]]

    def grow(self, entries: int) -> None:
        """Grow to so many entries, with every cache as full as it gets."""
        at_start = entries - self.sizes.growth_warm
        while (missing := at_start - self.entries()) > self.sizes.batch:
            self._send(missing)
        self.warm()

    def warm(self) -> None:
        """Let its servers work for a moment: what was left alone for a while is dear to touch again."""
        self._send(self.sizes.growth_warm)

    def rest(self) -> float:
        """Let the worker do what it begins when it is quiet; return the processor seconds that took.

        It goes through everybody for badges, and then rests fifty times as long.
        """
        began = self.ground.used()
        time.sleep(self.sizes.growth_quiet_seconds)
        for _ in range(_REST_TRIES):
            before = self.ground.used()
            time.sleep(min(1.0, self.sizes.growth_quiet_seconds))
            after = self.ground.used()
            if after["worker"] - before["worker"] < _IDLE_SECONDS:
                break
        after = self.ground.used()
        return sum(after[kind] - began[kind] for kind in ("worker", "postgres"))

    def more(self) -> Measured:
        """Measure what is sent on top of it."""
        return self._send(self.sizes.growth_measured)

    def entries(self) -> int:
        """How many entries its ledger holds."""
        return asyncio.run(_entries(self.database))

    def _send(self, count: int) -> Measured:
        portion = (next(self.reports) for _ in range(count))
        requests = requests_file(self.ground, batches(self.server, portion, self.sizes.batch))
        measured = drive(self.ground, all_of(self.server.address, requests, sockets=_SOCKETS))
        requests.unlink()
        return measured


@contextmanager
def _history(ground: Ground, sizes: Sizes, database: str) -> Iterator[_History]:
    """An empty history of people who are there already, served."""
    at = now()
    population = asyncio.run(seed_population(members=sizes.growth_members, seed=sizes.seed, at=at))
    count = int(sizes.growth_entries[-1] * 1.4)
    reports = reported(population.ids(), count=count, seed=sizes.seed, at=at, span=_SPAN)
    with running(ground, database) as server:
        check_sample(server, population)
        yield _History(ground, sizes, database, server, reports)


@dataclass(slots=True)
class _Side(Side):
    """What one more activity cost on top of so many entries, and what PostgreSQL did between the rounds."""

    entries: list[int] = field(default_factory=list)
    between_us: float = 0.0

    def take(self, history: _History) -> None:
        """Measure once more."""
        self.entries.append(history.entries())
        self.measured.append(history.more())

    def told(self, batch: int) -> dict[str, Any]:
        spent = self.cpu_us(batch)
        told = {kind: round(us, 1) for kind, us in spent.items()}
        return {"entries": self.entries, "cpu_us": told, "between_us": round(self.between_us, 1)}


def _growth(old: _History, sizes: Sizes) -> Figure:
    """By turns on top of a young history, each time a new one on servers of its own, and of the old one."""
    few, _ = sizes.growth_entries
    young_side, old_side = _Side(), _Side()
    rest_seconds = old.rest()
    before = old.ground.used()["postgres"]
    with throw_away(old.ground.say) as beside, ExitStack() as kept:
        for _ in range(sizes.growth_rounds):
            # Kept to the end: one made where another was dropped grows into its memory, cheap to touch.
            database = kept.enter_context(beside.database())
            with _history(beside, sizes, database) as young:
                young.grow(few)
                young_side.take(young)
            asyncio.run(empty_redis())
            old.warm()
            old_side.take(old)
    spent_us = (old.ground.used()["postgres"] - before) * 1e6 / (sizes.growth_rounds * sizes.growth_measured)
    old_side.between_us = spent_us - old_side.cpu_us(sizes.batch)["postgres"]
    after_start = _Side()
    old.server.restart()
    after_start.take(old)
    told = {"after_a_start": after_start.told(sizes.batch), "going_through_all_cpu_seconds": rest_seconds}
    return _figure(sizes, young_side, old_side, told)


def _figure(sizes: Sizes, young: _Side, old: _Side, told: dict[str, Any]) -> Figure:
    took = old.measured[-1].took
    return Figure(
        name="growth",
        figure=old.cost_us(sizes.batch) / young.cost_us(sizes.batch),
        unit=f"times the CPU at {young.entries[0]:,} entries",
        limit=1.0,
        limit_is="a cost that does not grow",
        less_is_better=True,
        accept=_FLAT,
        goal=_FLAT,
        members=sizes.growth_members,
        seed=sizes.seed,
        is_quick=sizes.is_quick,
        items=sum(one.took.count for one in old.measured) * sizes.batch,
        p50_ms=took.p50_ms,
        p99_ms=took.p99_ms,
        cpu_us_per_item=old.cpu_us(sizes.batch),
        more={"young": young.told(sizes.batch), "old": old.told(sizes.batch), **told},
    )


async def _entries(database: str) -> int:
    connection = await asyncpg.connect(database)
    try:
        count: int = await connection.fetchval("SELECT count(*) FROM ledger_entry")
    finally:
        await connection.close()
    return count
