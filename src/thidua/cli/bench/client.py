"""The client of the bench, a process of its own: sends what was encoded before, notes how long answers took.

Run as `python -m thidua.cli.bench.client JOB`; it prints "open" and "closed" when measuring begins and ends,
then the result as JSON.
"""

import asyncio
import mmap
import os
import sys
import time
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import hiredis
import msgspec
import uvloop
from typing_extensions import override

_LENGTH_BYTES = 4
_HEAD_END = b"\r\n\r\n"
_LENGTH_IS = b"content-length: "


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to send where; `replies` tells how many RESP answers a request has, 0 that it is HTTP.

    Measuring begins when both the seconds and the requests of the warm-up are over. The requests are those of
    `sources` that take turns, each with sockets of its own: no source sends what another has to send.
    """

    address: str
    requests: str
    sockets: int
    sources: int = 1
    replies: int = 0
    warm_seconds: float
    warm_requests: int = 0
    seconds: float
    is_repeated: bool


class Took(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered while measuring; `answered` counts the time before and after it too."""

    count: int
    answered: int
    failed: int
    first_failure: str
    seconds: float
    cpu_seconds: float
    p50_ms: float
    p99_ms: float


def write_requests(path: Path, requests: Iterator[bytes]) -> int:
    """Write requests as the client reads them; return how many there are."""
    count = 0
    with path.open("wb") as file:
        for request in requests:
            file.write(len(request).to_bytes(_LENGTH_BYTES, "big") + request)
            count += 1
    return count


class _Load:
    """What all sockets share: the requests still to send, and what came of those sent."""

    def __init__(self, job: Job) -> None:
        self.job = job
        with Path(job.requests).open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._places = _by_source(self._bytes, job.sources)
        self._open_sockets = job.sockets
        self.ended = asyncio.Event()
        self.latencies: list[float] = []
        self.is_late = False
        self.answered = self.failed = 0
        self.first_failure = ""
        self.opened_at = self.closed_at = self._cpu = self.cpu_seconds = 0.0

    def next_request(self, source: int) -> bytes | None:
        places = self._places[source]
        if self.closed_at or not places:
            return None
        if self.job.is_repeated:
            places.rotate(-1)
            return self._bytes[places[-1]]
        return self._bytes[places.popleft()]

    def note(self, began: float, failure: bytes) -> None:
        self.answered += 1
        if not self.opened_at and self.is_late and self.answered >= self.job.warm_requests:
            self.open()
        if failure:
            self.failed += 1
            self.first_failure = self.first_failure or failure[:2000].decode(errors="replace")
        elif self.opened_at and not self.closed_at:
            self.latencies.append(time.perf_counter() - began)

    def socket_ended(self) -> None:
        self._open_sockets -= 1
        if self._open_sockets == 0:
            self.close()
            self.ended.set()

    def warmed(self) -> None:
        self.is_late = True
        if not self.job.warm_requests:
            self.open()

    def open(self) -> None:
        if self.opened_at:
            return
        self.opened_at, self._cpu = time.perf_counter(), time.process_time()
        asyncio.get_running_loop().call_later(self.job.seconds, self.close)
        _say("open")

    def close(self) -> None:
        if self.closed_at:
            return
        if not self.opened_at:
            self.open()
        self.closed_at, self.cpu_seconds = time.perf_counter(), time.process_time() - self._cpu
        _say("closed")

    def took(self) -> Took:
        ordered = sorted(self.latencies) or [0.0]
        return Took(
            count=len(self.latencies),
            answered=self.answered,
            failed=self.failed,
            first_failure=self.first_failure,
            seconds=self.closed_at - self.opened_at,
            cpu_seconds=self.cpu_seconds,
            p50_ms=round(ordered[len(ordered) // 2] * 1000, 3),
            p99_ms=round(ordered[len(ordered) * 99 // 100] * 1000, 3),
        )


class _Socket(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last is whole."""

    def __init__(self, load: _Load, source: int) -> None:
        self._load, self._source = load, source
        self._transport: asyncio.Transport | None = None
        self._began = 0.0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._load.socket_ended()

    def _send(self) -> None:
        assert self._transport is not None, "connected"
        request = self._load.next_request(self._source)
        if request is None:
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(request)

    def answered(self, failure: bytes) -> None:
        self._load.note(self._began, failure)
        self._send()


class _Http(_Socket):
    def __init__(self, load: _Load, source: int) -> None:
        super().__init__(load, source)
        self._held = bytearray()
        self._size = 0

    @override
    def data_received(self, data: bytes) -> None:
        self._held += data
        if not self._size:
            self._size = _size_of(self._held)
        if not self._size or len(self._held) < self._size:
            return
        failure = b"" if self._held.startswith(b"HTTP/1.1 200") else bytes(self._held)
        self._held.clear()
        self._size = 0
        self.answered(failure)


class _Resp(_Socket):
    def __init__(self, load: _Load, source: int) -> None:
        super().__init__(load, source)
        self._reader = hiredis.Reader(notEnoughData=None)
        self._missing = load.job.replies

    @override
    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while self._missing and (reply := self._reader.gets()) is not None:
            self._missing -= 1
            if isinstance(reply, hiredis.HiredisError):
                self._missing = self._load.job.replies
                self.answered(str(reply).encode())
                return
        if not self._missing:
            self._missing = self._load.job.replies
            self.answered(b"")


def _by_source(requests: mmap.mmap, sources: int) -> list[deque[slice]]:
    """Where each source's requests stand."""
    places: list[deque[slice]] = [deque() for _ in range(sources)]
    at = nth = 0
    while at < len(requests):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(requests[at:start], "big")
        places[nth % sources].append(slice(start, at))
        nth += 1
    return places


def _size_of(held: bytearray) -> int:
    """How long the whole answer is; 0 while its head is not whole."""
    end = held.find(_HEAD_END)
    if end < 0:
        return 0
    at = held.find(_LENGTH_IS, 0, end)
    assert at >= 0, "an answer of known length"
    digits = at + len(_LENGTH_IS)
    return end + len(_HEAD_END) + int(held[digits : held.index(b"\r", digits)])


async def _run(job: Job) -> Took:
    load, loop = _Load(job), asyncio.get_running_loop()
    loop.set_exception_handler(_give_up)
    kind = _Resp if job.replies else _Http
    host, _, port = job.address.rpartition(":")
    loop.call_later(job.warm_seconds, load.warmed)
    for nth in range(job.sockets):
        socket = partial(kind, load, nth % job.sources)
        if host:
            await loop.create_connection(socket, host, int(port))
        else:
            await loop.create_unix_connection(socket, job.address)
    await load.ended.wait()
    return load.took()


def _give_up(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    sys.stderr.write(f"bench client: {context}\n")
    os._exit(1)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    told = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Job)
    _say(msgspec.json.encode(uvloop.run(_run(told))).decode())
