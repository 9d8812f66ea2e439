"""A festival: a hundred readers of one board while a hundred awards a second arrive; and its live streams."""

import asyncio
import gzip
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator
from typing import Self

import msgspec

from thidua.cli.bench.bareboards import bare_answers, bare_server
from thidua.cli.bench.figure import Figure
from thidua.cli.bench.ground import Ground
from thidua.cli.bench.load import drive, requests_file, steady
from thidua.cli.bench.paced import Job, Pace, Paced
from thidua.cli.bench.running import Running, running
from thidua.cli.bench.seed import seed_population
from thidua.cli.bench.sizes import Sizes
from thidua.cli.bench.standing import seed_standing
from thidua.cli.bench.streams import Board, streams_figure
from thidua.infra.clock import now
from thidua.infra.supervise import tie_to_parent
from thidua.kernel.period import VIETNAM, PeriodKind, local_day, period_before, period_of

AWARDS_A_SECOND = 100.0
_ACCEPT_MS, _GOAL_MS = 250.0, 100.0
_ENDED_SECONDS = 120.0
_AS_BROWSERS = b"accept-encoding: gzip\r\n\r\n"
# Every process has made the page before the readers come.
_FIRST_PAGES = 12


def figures(ground: Ground, sizes: Sizes, wanted: Collection[str]) -> Iterator[Figure]:
    """`festival` and `streams` over one board of the whole country."""
    at = now()
    period = period_of(PeriodKind.QUARTER, local_day(at))
    before = period_before(period)
    assert before is not None, "a quarter has one before it"
    with ground.database() as database:
        asyncio.run(seed_population(members=sizes.festival_members, seed=sizes.seed, at=at))
        asyncio.run(seed_standing(database, period=period, before=before, until=at, seed=sizes.seed))
        board = Board(database, period.name, at.astimezone(VIETNAM).isoformat(timespec="seconds"))
        if "festival" in wanted:
            yield _festival_figure(ground, sizes, board)
        if "streams" in wanted:
            yield streams_figure(ground, sizes, board)


def _festival_figure(ground: Ground, sizes: Sizes, board: Board) -> Figure:
    page = f"/boards/people-total?period={board.period}"
    with running(ground, board.database) as server:
        top = board.top_when_loaded(server)
        pace = board.pace(server, top, a_second=AWARDS_A_SECOND, seconds=sizes.warm_seconds + sizes.seconds)
        file = requests_file(ground, [server.head("GET", page).removesuffix(b"\r\n") + _AS_BROWSERS])
        size = max(len(gzip.compress(server.page(page), 6)) for _ in range(_FIRST_PAGES))
        with _Awards(ground, server, pace) as awards:
            measured = drive(ground, steady(sizes, server.address, file, sockets=sizes.festival_readers))
            paced = awards.took()
    with bare_server(ground, board.database) as bare:
        limit = bare_answers(ground, sizes, bare, answer_bytes=size, sockets=sizes.festival_readers)
    failed = [f"{paced.failed} awards failed: {paced.first_failure}"] if paced.failed else []
    return Figure(
        name="festival",
        figure=measured.took.p99_ms,
        unit="ms (board p99)",
        limit=limit.took.p99_ms,
        limit_is=f"bare Litestar, as many ready bytes, {sizes.festival_readers} readers",
        accept=_ACCEPT_MS,
        goal=_GOAL_MS,
        members=sizes.festival_members,
        seed=sizes.seed,
        is_quick=sizes.is_quick,
        items=measured.took.count,
        p50_ms=measured.took.p50_ms,
        p99_ms=measured.took.p99_ms,
        cpu_us_per_item=measured.cpu_us_per_item(),
        less_is_better=True,
        faults=tuple(failed),
        more={
            "pages_a_second": round(measured.a_second),
            "awards_a_second": AWARDS_A_SECOND,
            "awards": len(paced.sent_at),
            "award_p50_ms": paced.p50_ms,
            "award_p99_ms": paced.p99_ms,
            "page_bytes": size,
        },
    )


class _Awards:
    """Awards that arrive meanwhile, sent by a process of their own."""

    def __init__(self, ground: Ground, server: Running, pace: Pace) -> None:
        self._file = ground.folder / f"{secrets.token_hex(4)}.job"
        self._file.write_bytes(msgspec.json.encode(Job(host="127.0.0.1", port=server.port, pace=pace)))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        parent = os.getpid()
        self._process = subprocess.Popen(  # noqa: S603 -- our own command line
            [sys.executable, "-m", "thidua.cli.bench.paced", str(self._file)],
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C reaches us alone
            preexec_fn=lambda: tie_to_parent(parent, signal.SIGKILL),  # noqa: PLW1509 -- no thread runs here
        )
        return self

    def took(self) -> Paced:
        """What came of them, when all are answered."""
        assert self._process is not None, "entered"
        told, _ = self._process.communicate(timeout=_ENDED_SECONDS)
        return msgspec.json.decode(told, type=Paced)

    def __exit__(self, *_: object) -> None:
        assert self._process is not None, "entered"
        self._process.kill()
        self._process.wait()
