"""Points that arrive evenly: one report after the other at a given pace, whatever the answers take.

Run as `python -m thidua.cli.bench.paced JOB` it sends them in a process of its own.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import uvloop

_SOCKETS = 16
_HEAD_END = b"\r\n\r\n"
_encode = msgspec.json.Encoder().encode


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to give a point each, how many a second, for how long; by a token's rights."""

    token: str
    subjects: list[UUID]
    a_second: float
    seconds: float
    occurred_at: str


class Paced(msgspec.Struct, frozen=True, kw_only=True):
    """When each report was sent, and how long the answers took."""

    sent_at: list[float]
    p50_ms: float
    p99_ms: float
    failed: int
    first_failure: str


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to send where."""

    host: str
    port: int
    pace: Pace


class _Line:
    """One kept connection, for one report at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, request: bytes) -> bytes:
        """Send, and return what is wrong with the answer."""
        self._writer.write(request)
        head = await self._reader.readuntil(_HEAD_END)
        size = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        body = await self._reader.readexactly(size)
        return b"" if head.startswith(b"HTTP/1.1 200") and b'"recorded"' in body else head + body

    def close(self) -> None:
        """End it."""
        self._writer.close()


async def send_evenly(host: str, port: int, pace: Pace) -> Paced:
    """Send them all, and wait for every answer."""
    lines: asyncio.Queue[_Line] = asyncio.Queue()
    for _ in range(_SOCKETS):
        lines.put_nowait(_Line(*await asyncio.open_connection(host, port)))
    sent_at: list[float] = []
    took: list[float] = []
    failures: list[bytes] = []

    async def send(request: bytes) -> None:
        line = await lines.get()
        began = time.perf_counter()
        failure = await line.ask(request)
        took.append(time.perf_counter() - began)
        lines.put_nowait(line)
        if failure:
            failures.append(failure)

    going: list[asyncio.Task[None]] = []
    began, subjects = time.perf_counter(), cycle(pace.subjects)
    for nth in range(round(pace.a_second * pace.seconds)):
        await asyncio.sleep(max(0.0, began + nth / pace.a_second - time.perf_counter()))
        sent_at.append(time.perf_counter())
        going.append(asyncio.create_task(send(_request(host, pace, next(subjects)))))
    await asyncio.gather(*going)
    while not lines.empty():
        lines.get_nowait().close()
    return _paced(sent_at, sorted(took), failures)


def _request(host: str, pace: Pace, subject: UUID) -> bytes:
    body = _encode(
        {
            "id": uuid4(),
            "type": "MANUAL",
            "occurred_at": pace.occurred_at,
            "actor": subject,
            "attributes": {"points": 1, "decision": "1/QD"},
            "verified": True,
        }
    )
    head = [
        "POST /api/v1/activities HTTP/1.1",
        f"host: {host}",
        f"authorization: Bearer {pace.token}",
        "content-type: application/json",
        f"content-length: {len(body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def _paced(sent_at: list[float], took: Sequence[float], failures: Sequence[bytes]) -> Paced:
    return Paced(
        sent_at=sent_at,
        p50_ms=round(took[len(took) // 2] * 1000, 3) if took else 0.0,
        p99_ms=round(took[len(took) * 99 // 100] * 1000, 3) if took else 0.0,
        failed=len(failures),
        first_failure=failures[0][:2000].decode(errors="replace") if failures else "",
    )


if __name__ == "__main__":
    told = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Job)
    answer = uvloop.run(send_evenly(told.host, told.port, told.pace))
    sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
