"""Viewers of live boards, and a server whose end and beginning a test decides."""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx

from tests.support.processes import descendants, free_port, is_ready
from tests.support.waiting import eventually_async
from thidua.accounts.actions import create_token
from thidua.accounts.model import Scope
from thidua.infra.clock import now
from thidua.infra.supervise import Service, Supervisor

BOARD = "/boards/people-total/stream"
ROWS = {"accept": "application/json"}
# Hundreds of viewers keep one copy of what all of them were sent.
_ALIKE: dict[str, str] = {}


@dataclass(slots=True)
class Viewer:
    """One open stream, read as a browser would, without a browser."""

    status: int
    headers: dict[str, str]
    retry_ms: int | None = None
    ids: list[str] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    beats: int = 0
    pings: int = 0
    is_over: bool = False
    _writer: asyncio.StreamWriter | None = None
    _reading: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, address: str, path: str = BOARD, **headers: str) -> "Viewer":
        """Ask for a stream; by HTTP/1.0, so that the body comes as it is."""
        reader, writer = await asyncio.open_connection(
            urlsplit(address).hostname, urlsplit(address).port, limit=1 << 22
        )
        told = {"host": urlsplit(address).netloc, **{n.replace("_", "-"): v for n, v in headers.items()}}
        lines = [f"GET {path} HTTP/1.0", *(f"{name}: {value}" for name, value in told.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        except BaseException:
            writer.transport.abort()
            raise
        got = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        viewer = cls(int(head[0].split()[1]), got, _writer=writer)
        viewer._reading = asyncio.create_task(viewer._read(reader))
        return viewer

    async def until(self, claim: Callable[["Viewer"], object], *, seconds: float = 5.0) -> None:
        """Wait until the claim holds for what has come."""

        async def holds() -> bool:
            return bool(claim(self))

        await eventually_async(holds, seconds=seconds)

    @property
    def rows(self) -> dict[str, int]:
        """The newest frame of rows: the score of each subject."""
        return dict(_rows(self.frames[-1]))

    @property
    def sums(self) -> list[tuple[int, float]]:
        """Of each frame of rows, all its scores together and when it came."""
        return [(sum(_rows(one).values()), at) for one, at in zip(self.frames, self.moments, strict=True)]

    async def close(self) -> None:
        """Leave without a word."""
        assert self._reading is not None, "opened"
        assert self._writer is not None, "opened"
        self.is_over = True
        self._reading.cancel()
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                self._take((await reader.readuntil(b"\n\n")).decode())
        self.is_over = True

    def _take(self, block: str) -> None:
        fields: dict[str, list[str]] = {}
        for line in block.strip().split("\n"):
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
        self.pings += "ping" in fields.get("", [])
        self.beats += fields.get("event") == ["beat"]
        if "retry" in fields:
            self.retry_ms = int(fields["retry"][0])
        if "id" in fields:
            frame = "\n".join(fields["data"])
            self.ids.append(fields["id"][0])
            self.frames.append(_ALIKE.setdefault(frame, frame))
            self.moments.append(time.monotonic())


@lru_cache(maxsize=10_000)
def _rows(frame: str) -> Mapping[str, int]:
    return {row["subject"]["id"]: row["score"] for row in json.loads(frame)["rows"]}


@dataclass(frozen=True, slots=True)
class Fresh:
    """How long after its report each event was seen by each viewer, in seconds."""

    lags: Sequence[float]
    missed: int

    def share(self, of: float) -> float:
        """The lag that so many stay below."""
        return sorted(self.lags)[min(int(len(self.lags) * of), len(self.lags) - 1)]


@dataclass(slots=True)
class LiveServer:
    """A web server of one process with its worker."""

    address: str
    dsn: str
    secret: str
    start: Callable[[], None]
    stop: Callable[[], None]
    pid: Callable[[], int]

    def api(self) -> httpx.AsyncClient:
        """A client with every right."""
        headers = {"authorization": f"Bearer {self.secret}"}
        return httpx.AsyncClient(base_url=self.address, headers=headers, timeout=20)


@contextmanager
def live_server(
    dsn: str, redis_url: str, *, log: Path, environ: Mapping[str, str] | None = None
) -> Iterator[LiveServer]:
    """`thidua serve`, to be stopped and started as the test likes, and `thidua work`."""
    port = free_port()
    settings = {
        "THIDUA_DATABASE_URL": dsn,
        "THIDUA_REDIS_URL": redis_url,
        "THIDUA_PORT": str(port),
        "THIDUA_WORKERS": "1",
        **(environ or {}),
    }
    working, serving = Supervisor(), Supervisor()

    def service(name: str, *, is_up: Callable[[int], bool] = lambda _pid: True) -> Service:
        command = [sys.executable, "-m", "thidua", name]
        return Service(name=name, command=command, environ=settings, log=log, is_ready=is_up)

    def start() -> None:
        serving.start(service("serve", is_up=lambda _pid: is_ready(port)))

    try:
        secret = asyncio.run(_token(dsn))
        working.start(service("work"))
        start()
        yield LiveServer(
            f"http://127.0.0.1:{port}", dsn, secret, start, serving.stop, lambda: serving.pid_of("serve")
        )
    finally:
        serving.stop()
        working.stop()


async def _token(dsn: str) -> str:
    direct = await asyncpg.connect(dsn)
    try:
        scopes = [one.value for one in Scope]
        return await create_token(direct, name=f"live-{uuid4()}", scopes=scopes, source=None, at=now())
    finally:
        await direct.close()


async def give(api: httpx.AsyncClient, subject: object, points: int, *, days_later: int = 0) -> None:
    """Give points by decision: no ceiling holds them back, but for one of 200 acts of a kind a day."""
    day = date(2026, 10, 1) + timedelta(days=days_later)
    told: dict[str, Any] = {
        "id": str(uuid4()),
        "type": "MANUAL",
        "occurred_at": f"{day}T09:00:00+07:00",
        "actor": str(subject),
        "attributes": {"points": points, "decision": "12/QĐ"},
        "verified": True,
    }
    answer = await api.post("/api/v1/activities", json=told)
    assert answer.status_code == 200, answer.text


async def streams_counted(address: str) -> int:
    """How many streams the server says are open."""
    async with httpx.AsyncClient(base_url=address) as client:
        told = (await client.get("/metrics")).text
    found = re.search(r"^thidua_streams ([0-9.e+]+)$", told, re.MULTILINE)
    assert found, told
    return int(float(found[1]))


def files_open(pid: int) -> int:
    """How many files the process and those below it have open: every connection is one."""
    return sum(len(list(Path(f"/proc/{one}/fd").iterdir())) for one in descendants(pid))
