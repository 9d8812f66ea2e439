"""How quickly a large board is read, and made again: the top, one's rank, the rows around one, a rebuild."""

import asyncio
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import msgspec

from thidua.cli.bench.bareboards import BareBoards, bare_answers, bare_boards, bare_server, redis_answers
from thidua.cli.bench.figure import Figure
from thidua.cli.bench.ground import Ground
from thidua.cli.bench.load import drive, requests_file, steady
from thidua.cli.bench.rebuilding import rebuild_figure
from thidua.cli.bench.running import Running, running
from thidua.cli.bench.seed import Population, check_sample, seed_population
from thidua.cli.bench.sizes import Sizes
from thidua.cli.bench.standing import is_sealed, seed_standing
from thidua.cli.bench.truth import Truth, truth_of
from thidua.infra.clock import now
from thidua.kernel.period import Period, PeriodKind, local_day, period_before, period_of

SOCKETS = 16
SPAN = 5
_BOARD = "/api/v1/boards/people-total"
_ASKED_PEOPLE = 20_000
_WAIT_SECONDS = 600.0
_LARGE_ROWS = 1_000  # fewer are not kept in Redis
# (accept, goal, replies of bare Redis to one question)
_READERS = {"board_top50": (6_000, 10_000, 1), "rank": (3_000, 5_000, 2), "around": (3_000, 5_000, 2)}


def figures(ground: Ground, sizes: Sizes, wanted: Collection[str]) -> Iterator[Figure]:
    """`board_top50`, `rank`, `around` and `rebuild` over one large board."""
    at = now()
    period = period_of(PeriodKind.QUARTER, local_day(at))
    before = period_before(period)
    assert before is not None, "a quarter has one before it"
    with ground.database() as database:
        population = asyncio.run(seed_population(members=sizes.board_members, seed=sizes.seed, at=at))
        seeding = seed_standing(database, period=period, before=before, until=at, seed=sizes.seed)
        entries = asyncio.run(seeding)
        readers = [name for name in _READERS if name in wanted]
        if readers:
            yield from _Reading(ground, sizes, database, period, population, entries).figures(readers)
        if "rebuild" in wanted:
            yield rebuild_figure(ground, sizes, database, period=period, entries=entries)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Readers of one board that is kept in Redis."""

    ground: Ground
    sizes: Sizes
    database: str
    period: Period
    population: Population
    entries: int

    def figures(self, names: Collection[str]) -> Iterator[Figure]:
        """Each reader's figure; all answers checked on the way stand in each."""
        truth = asyncio.run(
            truth_of(self.database, self.period, checked=self.sizes.checked, asked=_ASKED_PEOPLE, span=SPAN)
        )
        with running(self.ground, self.database) as server:
            faults, seconds = self._answers(server, truth)
            check_sample(server, self.population)
            self._wait_until_loaded(server, truth)
            faults += self._answers(server, truth)[0]
            server.restart()
            faults += self._answers(server, truth)[0]
            commands = asyncio.run(bare_boards("people-total", self.period.name, truth.asked, span=SPAN))
            checked = {
                "checked": 3 * (2 * len(truth.around) + 1),
                "checked_at_start_s": round(seconds, 2),
                "refused_busy": len(server.refused),
            }
            with bare_server(self.ground, self.database) as bare:
                for name in names:
                    beside = _Beside(truth, commands, bare, tuple(faults), checked)
                    yield self._figure(name, server, beside)

    def _figure(self, name: str, server: Running, beside: "_Beside") -> Figure:
        accept, goal, replies = _READERS[name]
        paths = self._paths(name, beside.truth)
        file = requests_file(self.ground, (server.head("GET", path) for path in paths))
        measured = drive(self.ground, steady(self.sizes, server.address, file, sockets=SOCKETS))
        size = len(msgspec.json.encode(server.ask("GET", paths[0])))
        asked = beside.commands_of(name)
        redis = redis_answers(self.ground, self.sizes, asked, replies=replies, sockets=SOCKETS)
        bare = bare_answers(self.ground, self.sizes, beside.bare, answer_bytes=size, sockets=SOCKETS)
        limits = {"redis": round(redis.a_second), "bare_litestar": round(bare.a_second)}
        return Figure(
            name=name,
            figure=measured.a_second,
            unit="answers/s",
            limit=min(redis.a_second, bare.a_second),
            limit_is="bare Litestar, as many ready bytes" if bare.a_second < redis.a_second else "bare Redis",
            accept=accept,
            goal=goal,
            members=beside.truth.total,
            seed=self.sizes.seed,
            is_quick=self.sizes.is_quick,
            items=measured.took.count,
            p50_ms=measured.took.p50_ms,
            p99_ms=measured.took.p99_ms,
            cpu_us_per_item=measured.cpu_us_per_item(),
            faults=beside.faults,
            more={**beside.checked, "limits": limits, "answer_bytes": size, "entries": self.entries},
        )

    def _paths(self, name: str, truth: Truth) -> list[str]:
        if name == "board_top50":
            return [self._top()]
        span = 0 if name == "rank" else SPAN
        return [self._around(subject, span) for subject in truth.asked]

    def _top(self) -> str:
        return f"{_BOARD}?period={self.period.name}&limit=50"

    def _around(self, subject: UUID, span: int) -> str:
        return f"{_BOARD}/around/{subject}?period={self.period.name}&span={span}"

    def _answers(self, server: Running, truth: Truth) -> tuple[list[str], float]:
        """Every fault of answers asked for at once, and how long they took: right after a start, too."""
        asks = [partial(truth.faults_of_top, server, self._top())]
        for subject in truth.around:
            for span in (0, SPAN):
                path = self._around(subject, span)
                asks.append(partial(truth.faults_around, server, subject, path, span=span))
        began = time.monotonic()
        with ThreadPoolExecutor(SOCKETS) as readers:
            faults = [fault for found in readers.map(lambda ask: ask(), asks) for fault in found]
        return faults, time.monotonic() - began

    def _wait_until_loaded(self, server: Running, truth: Truth) -> None:
        """Until both processes answer from Redis, and sealing works no longer beside what is measured."""
        deadline = time.monotonic() + _WAIT_SECONDS
        while not (self._is_loaded(server, truth) and asyncio.run(is_sealed(self.database))):
            assert time.monotonic() < deadline, "the board is loaded and the ledger sealed in time"
            time.sleep(0.5)

    def _is_loaded(self, server: Running, truth: Truth) -> bool:
        small = truth.total < _LARGE_ROWS
        pages = [server.ask("GET", self._top()) for _ in range(8)]
        return all(page["source"] == ("sql" if small else "redis") for page in pages)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What every reader's figure is held against."""

    truth: Truth
    commands: BareBoards
    bare: Running
    faults: tuple[str, ...]
    checked: dict[str, float]

    def commands_of(self, name: str) -> list[bytes]:
        """The bare commands that answer what the reader asks."""
        by_name = {"board_top50": self.commands.top, "rank": self.commands.rank}
        return by_name.get(name, self.commands.around)
