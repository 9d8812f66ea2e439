"""How soon a point is on the screens of everybody who watches, and what their streams cost."""

import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID

import msgspec

from thidua.cli.bench.figure import Figure
from thidua.cli.bench.ground import Ground
from thidua.cli.bench.paced import Pace
from thidua.cli.bench.running import Running, running
from thidua.cli.bench.sizes import Sizes
from thidua.cli.bench.usage import family, per_item
from thidua.cli.bench.watching import Job, Took
from thidua.infra.supervise import tie_to_parent

EVENTS_A_SECOND = 50.0
BARE_STREAMS = "thidua.cli.bench.barestreams:app"
_ACCEPT_MS, _GOAL_MS = 1_000.0, 500.0
_TOP = 50
_LARGE_ROWS = 1_000  # fewer are not kept in Redis
_WAIT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Board:
    """The board of all people in one period, in one database of the bench."""

    database: str
    period: str
    occurred_at: str

    def top_when_loaded(self, server: Running) -> list[UUID]:
        """Who stands at its top, as soon as it is read from Redis (if it is large enough)."""
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            page = server.ask("GET", f"/api/v1/boards/people-total?period={self.period}&limit={_TOP}")
            if page["source"] == "redis" or page["total"] < _LARGE_ROWS:
                return [UUID(row["subject"]["id"]) for row in page["rows"]]
            assert time.monotonic() < deadline, "the board is loaded in time"
            time.sleep(0.2)

    def pace(self, server: Running, top: list[UUID], *, a_second: float, seconds: float) -> Pace:
        """Points for those at the top: they stay there, so every point shows on the first page."""
        return Pace(
            token=server.token,
            subjects=top,
            a_second=a_second,
            seconds=seconds,
            occurred_at=self.occurred_at,
        )


@dataclass(frozen=True, slots=True)
class _Watched:
    """What viewers saw, what it cost, and how much memory their streams took."""

    took: Took
    cpu_us_per_event: dict[str, float]
    rss_before_mb: float
    rss_open_mb: float
    rss_after_mb: float

    def told(self, streams: int) -> dict[str, float]:
        """The figures beside the first one."""
        return {
            "streams": streams,
            "p95_ms": self.took.p95_ms,
            "p99_ms": self.took.p99_ms,
            "missed": self.took.missed,
            "frames_each": round(self.took.frames / streams, 1),
            "frame_bytes": self.took.frame_bytes,
            "opened_s": round(self.took.opened_seconds, 2),
            "rss_before_mb": self.rss_before_mb,
            "rss_open_mb": self.rss_open_mb,
            "rss_after_mb": self.rss_after_mb,
            "kb_a_stream": round((self.rss_after_mb - self.rss_before_mb) * 1024 / streams, 1),
        }


def streams_figure(ground: Ground, sizes: Sizes, board: Board) -> Figure:
    """Event to screen with the streams that are promised, then with many more, each on one process."""
    few = _watched(ground, sizes, board, streams=sizes.streams)
    many = _watched(ground, sizes, board, streams=sizes.streams_many)
    bare = _bare(ground, sizes, board, frame_bytes=few.took.frame_bytes)
    return Figure(
        name="streams",
        figure=few.took.p95_ms,
        unit="ms (event to screen, p95)",
        limit=bare.p95_ms,
        limit_is=f"bare ASGI, one write of as many bytes to {sizes.streams} streams at each event",
        accept=_ACCEPT_MS,
        goal=_GOAL_MS,
        members=sizes.festival_members,
        seed=sizes.seed,
        is_quick=sizes.is_quick,
        items=len(few.took.paced.sent_at),
        p50_ms=few.took.p50_ms,
        p99_ms=few.took.p99_ms,
        cpu_us_per_item=few.cpu_us_per_event,
        less_is_better=True,
        faults=(*_faults(few.took), *_faults(many.took)),
        more={**few.told(sizes.streams), "many": many.told(sizes.streams_many)},
    )


def _faults(took: Took) -> list[str]:
    missed = [f"{took.missed} events reached a screen never"] if took.missed else []
    failed = [f"{took.paced.failed} failed: {took.paced.first_failure}"] if took.paced.failed else []
    return missed + failed


def _watched(ground: Ground, sizes: Sizes, board: Board, *, streams: int) -> _Watched:
    with running(ground, board.database, workers=1) as server:
        top = board.top_when_loaded(server)
        pace = board.pace(server, top, a_second=EVENTS_A_SECOND, seconds=sizes.streams_seconds)
        path = f"/boards/people-total/stream?period={board.period}&limit={_TOP}"
        job = Job(host="127.0.0.1", port=server.port, path=path, streams=streams, pace=pace)
        return _drive(ground, job)


def _bare(ground: Ground, sizes: Sizes, board: Board, *, frame_bytes: int) -> Took:
    with running(ground, board.database, app=BARE_STREAMS, workers=1) as server:
        pace = board.pace(server, [UUID(int=1)], a_second=EVENTS_A_SECOND, seconds=sizes.streams_seconds / 2)
        path = f"/stream?{max(frame_bytes, 200)}"
        job = Job(host="127.0.0.1", port=server.port, path=path, streams=sizes.streams, pace=pace)
        return _drive(ground, job).took


def _drive(ground: Ground, job: Job) -> _Watched:
    file = ground.folder / f"{secrets.token_hex(4)}.job"
    file.write_bytes(msgspec.json.encode(job))
    before, parent = _rss_mb(ground), os.getpid()
    process = subprocess.Popen(  # noqa: S603 -- our own command line
        [sys.executable, "-m", "thidua.cli.bench.watching", str(file)],
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C reaches us alone
        preexec_fn=lambda: tie_to_parent(parent, signal.SIGKILL),  # noqa: PLW1509 -- no thread runs here
    )
    try:
        assert process.stdout is not None, "piped"
        return _watch(ground, process.stdout, before)
    finally:
        process.kill()
        process.wait()


def _watch(ground: Ground, said: IO[bytes], before: float) -> _Watched:
    assert said.readline() == b"open\n", "every stream begins"
    opened, used = _rss_mb(ground), ground.used()
    assert said.readline() == b"closed\n", "the last point was given"
    after, used_after = _rss_mb(ground), ground.used()
    took = msgspec.json.decode(said.read(), type=Took)
    events = len(took.paced.sent_at)
    spent = per_item(used, used_after, events) | {"client": took.cpu_seconds * 1e6 / max(events, 1)}
    return _Watched(took, spent, before, opened, after)


def _rss_mb(ground: Ground) -> float:
    """The memory of the largest web process: the one that serves."""
    pids = family(ground.pids["server"]) if "server" in ground.pids else set()
    return round(max((_rss_kb(pid) for pid in pids), default=0) / 1024, 1)


def _rss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)
