"""The viewers of the bench, a process of its own: watches a board on many streams while points arrive evenly.

Run as `python -m thidua.cli.bench.watching JOB`; it prints "open" when every stream shows the board, "closed"
when the last point should have been seen, then what came of it as JSON. A point has reached a screen with the
first frame whose scores add up to so many; it counts from the moment its report was sent.
"""

import asyncio
import re
import sys
import time
import zlib
from pathlib import Path
from typing import cast

import msgspec
import uvloop
from typing_extensions import override

from thidua.cli.bench.paced import Pace, Paced, send_evenly

_SCORE = re.compile(rb'<span class="points">([0-9.]+)</span>')
_ID = re.compile(rb"^id: (\S+)$", re.MULTILINE)
_HEAD_END = b"\r\n\r\n"
_AFTER_SECONDS = 3.0
_OPEN_AT_ONCE = 100


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """How many streams of which board; which points meanwhile."""

    host: str
    port: int
    path: str
    streams: int
    pace: Pace


class Took(msgspec.Struct, frozen=True, kw_only=True):
    """How long points took to the screens, and what the points themselves took."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    seen: int
    missed: int
    frames: int
    frame_bytes: int
    opened_seconds: float
    cpu_seconds: float
    paced: Paced


class _Frames:
    """What the frames say; each is unpacked once, however many viewers are sent it."""

    def __init__(self) -> None:
        self._sums: dict[bytes, int | None] = {}
        self.bytes = 0

    def sum_of(self, packed: bytes) -> int | None:
        """All scores of a frame together; None for what is none."""
        if packed not in self._sums:
            plain = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed)
            is_frame = _ID.search(plain) is not None
            scores = (int(found.replace(b".", b"")) for found in _SCORE.findall(plain))
            self._sums[packed] = sum(scores) if is_frame else None
            self.bytes = len(packed) if is_frame else self.bytes
        return self._sums[packed]


class _Viewer(asyncio.Protocol):
    """One stream: takes it apart into chunks, which are frames and beats."""

    def __init__(self, job: Job, frames: _Frames) -> None:
        self._job, self._frames = job, frames
        self._held = bytearray()
        self._is_begun = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.seen: list[tuple[float, int]] = []

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        lines = [f"GET {self._job.path} HTTP/1.1", f"host: {self._job.host}", "accept-encoding: gzip", "", ""]
        cast("asyncio.Transport", transport).write("\r\n".join(lines).encode())

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("the stream ended before it began"))

    @override
    def data_received(self, data: bytes) -> None:
        self._held += data
        if not self._is_begun:
            end = self._held.find(_HEAD_END)
            if end < 0:
                return
            assert self._held.startswith(b"HTTP/1.1 200"), bytes(self._held[:end])
            self._is_begun = True
            del self._held[: end + len(_HEAD_END)]
        while (chunk := self._next_chunk()) is not None:
            self._take(chunk)

    def _next_chunk(self) -> bytes | None:
        size_end = self._held.find(b"\r\n")
        if size_end < 0:
            return None
        start = size_end + 2
        stop = start + int(self._held[:size_end], 16)
        if len(self._held) < stop + 2:
            return None
        chunk = bytes(self._held[start:stop])
        del self._held[: stop + 2]
        return chunk

    def _take(self, chunk: bytes) -> None:
        if not self.opened.done():
            # The first chunk begins with the head of gzip, which blocks do without.
            chunk = chunk[10:]
            self.opened.set_result(None)
        total = self._frames.sum_of(chunk)
        if total is not None:
            self.seen.append((time.perf_counter(), total))


async def _run(job: Job) -> Took:
    frames, loop = _Frames(), asyncio.get_running_loop()
    viewers = [_Viewer(job, frames) for _ in range(job.streams)]
    began = time.perf_counter()
    for first in range(0, job.streams, _OPEN_AT_ONCE):
        some = viewers[first : first + _OPEN_AT_ONCE]
        for viewer in some:
            await loop.create_connection(lambda one=viewer: one, job.host, job.port)  # type: ignore[misc]  # each its own
        await asyncio.gather(*(viewer.opened for viewer in some))
    opened = time.perf_counter() - began
    _say("open")
    base, cpu = viewers[0].seen[0][1], time.process_time()
    paced = await send_evenly(job.host, job.port, job.pace)
    await asyncio.sleep(_AFTER_SECONDS)
    cpu = time.process_time() - cpu
    _say("closed")
    return _took(viewers, frames, paced, base=base, opened=opened, cpu=cpu)


def _took(
    viewers: list[_Viewer], frames: _Frames, paced: Paced, *, base: int, opened: float, cpu: float
) -> Took:
    lags: list[float] = []
    missed = 0
    for viewer in viewers:
        own = _lags(viewer.seen, paced, base)
        lags += own
        missed += len(paced.sent_at) - len(own)
    lags.sort()
    return Took(
        p50_ms=_share(lags, 50),
        p95_ms=_share(lags, 95),
        p99_ms=_share(lags, 99),
        seen=len(lags),
        missed=missed,
        frames=sum(len(viewer.seen) for viewer in viewers) - len(viewers),
        frame_bytes=frames.bytes,
        opened_seconds=opened,
        cpu_seconds=cpu,
        paced=paced,
    )


def _lags(seen: list[tuple[float, int]], paced: Paced, base: int) -> list[float]:
    """From each report to the frame that shows it."""
    lags, nth = [], 0
    for moment, total in seen:
        while nth < min(total - base, len(paced.sent_at)):
            lags.append(moment - paced.sent_at[nth])
            nth += 1
    return lags


def _share(ordered: list[float], percent: int) -> float:
    return round(ordered[len(ordered) * percent // 100] * 1000, 3) if ordered else 0.0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    told = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Job)
    _say(msgspec.json.encode(uvloop.run(_run(told))).decode())
