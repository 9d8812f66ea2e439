"""T45: servers are restarted one after the other under load, with streams open: no request is lost."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import pytest

from tests.builders import an_id
from tests.support.balancer import Balancer
from tests.support.callers import ACTIVITIES, caller, case, put_people, token
from tests.support.processes import free_port, is_ready, status_of
from tests.support.promises import Promise
from tests.support.waiting import eventually, eventually_async
from thidua.infra.embedded import Servers

pytestmark = pytest.mark.timeout(300)

PEOPLE = [an_id(f"restarted {number}") for number in range(20)]
PER_SECOND, STREAMS = 50, 20
EXIT_SECONDS_MAX = 10


class One:
    """One `thidua serve`, which a test stops and starts again."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        """Keep how it is started."""
        self.port, self._log = free_port(), log
        self._environ = environ | {"THIDUA_PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "thidua", "serve"],
                env={**os.environ, **self._environ},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        eventually(lambda: is_ready(self.port), seconds=60)

    def stop(self) -> tuple[float, list[int | None]]:
        """Ask it to stop; the seconds until it had ended, and what it answered probes meanwhile."""
        assert self._process is not None
        began, said = time.monotonic(), []
        self._process.send_signal(signal.SIGTERM)
        while self._process.poll() is None:
            said.append(status_of(self.port, "/health/ready"))
        return time.monotonic() - began, said

    def end(self) -> None:
        """Leave nothing behind."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)


@contextmanager
def two_servers(servers: Servers, dsn: str, folder: Path) -> Iterator[list[One]]:
    """Two servers of one instance."""
    environ = {
        "THIDUA_DATABASE_URL": dsn,
        "THIDUA_REDIS_URL": f"{servers.redis_url}?db=5",
        "THIDUA_DATA_DIR": str(folder),
        "THIDUA_WORKERS": "1",
        "THIDUA_LEAVING_SECONDS": "0.5",
    }
    with ExitStack() as cleanup:
        both = [One(environ, folder / "log") for _ in range(2)]
        for one in both:
            cleanup.callback(one.end)
            one.start()
        yield both


@dataclass
class Load:
    """Fifty requests a second whatever happens to those before; who reads and who reports take turns."""

    address: str
    secret: str
    acknowledged: set[str] = field(default_factory=set)
    sent: int = 0
    failed: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def going(self) -> AsyncIterator[None]:
        """Send meanwhile; at the end wait for the last answers."""
        headers = {"authorization": f"Bearer {self.secret}", "connection": "close"}
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(
            base_url=self.address, headers=headers, limits=limits, timeout=20
        ) as api:
            asking = asyncio.create_task(self._ask_on(api))
            try:
                yield
            finally:
                asking.cancel()
                with suppress(asyncio.CancelledError):
                    await asking

    async def _ask_on(self, api: httpx.AsyncClient) -> None:
        async with asyncio.TaskGroup() as open_ones:
            try:
                while True:
                    open_ones.create_task(self._ask(api, self.sent))
                    self.sent += 1
                    await asyncio.sleep(1 / PER_SECOND)
            except asyncio.CancelledError:
                return  # the group waits for what is open

    async def _ask(self, api: httpx.AsyncClient, number: int) -> None:
        body = case(PEOPLE[number % len(PEOPLE)])
        try:
            if number % 2:
                answer = await api.get("/api/v1/boards/people-total")
            else:
                answer = await api.post(ACTIVITIES, json=body)
        except httpx.HTTPError as error:
            self.failed.append(repr(error))
            return
        if answer.status_code != 200:
            self.failed.append(f"{answer.status_code} {answer.text[:200]}")
        elif number % 2 == 0:
            self.acknowledged.add(body["id"])


@asynccontextmanager
async def streams(port: int, count: int) -> AsyncIterator[None]:
    """So many viewers of a live board, each of whom has been sent it."""
    asked = b"GET /boards/people-total/stream HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    try:
        for reader, writer in opened:
            writer.write(asked)
            await reader.readuntil(b"data: ")
        yield
    finally:
        for _, writer in opened:
            writer.close()


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(1, id="once"),
        pytest.param(10, id="ten times", marks=(pytest.mark.long, pytest.mark.alone)),
    ],
)
async def test_restarting_one_after_the_other_loses_no_request(
    servers: Servers, bootstrapped_dsn: str, tmp_path: Path, promise: Promise, times: int
) -> None:
    environ = {"THIDUA_DATABASE_URL": bootstrapped_dsn, "THIDUA_REDIS_URL": servers.redis_url}
    secret = await asyncio.to_thread(token, environ, "restarting")
    starting = two_servers(servers, bootstrapped_dsn, tmp_path)
    both = await asyncio.to_thread(starting.__enter__)
    exits: list[float] = []
    try:
        async with caller(f"http://127.0.0.1:{both[0].port}", secret) as api:
            await put_people(api, PEOPLE)
        async with Balancer([one.port for one in both]).listening() as balancer:

            async def all_ready() -> bool:
                return len(balancer.ready) == len(both)

            await eventually_async(all_ready, seconds=10)
            load = Load(f"http://127.0.0.1:{balancer.port}", secret)
            async with load.going():
                for turn in range(times):
                    one = both[turn % 2]
                    async with streams(one.port, STREAMS):
                        seconds, said = await asyncio.to_thread(one.stop)
                    exits.append(seconds)
                    assert 503 in said, "it says that it is not ready before it closes its door"
                    await asyncio.to_thread(one.start)
                    await eventually_async(all_ready, seconds=10)
    finally:
        await asyncio.to_thread(starting.__exit__, None, None, None)

    assert load.failed == []
    assert load.sent > PER_SECOND
    assert max(exits) <= EXIT_SECONDS_MAX
    assert await _kept(bootstrapped_dsn) == load.acknowledged
    promise(f"T45 requests lost of {times} restarts under load", figure=len(load.failed), target="<= 0")
    promise("T45 seconds until a server with streams open had ended", figure=max(exits), target="<= 10")


async def _kept(dsn: str) -> set[str]:
    direct = await asyncpg.connect(dsn)
    try:
        return {row[0] for row in await direct.fetch("SELECT id::text FROM activity")}
    finally:
        await direct.close()
