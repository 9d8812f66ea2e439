"""A whole instance as in production, every process of which a test may kill, and what else may befall it."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import asyncpg
from redis.asyncio import Redis

from tests.support.folders import open_folder
from tests.support.processes import descendants, free_port, is_alive, is_ready
from tests.support.waiting import eventually, eventually_async
from thidua.engine.announce import LEADER_LOCK
from thidua.engine.bootstrap import bootstrap
from thidua.infra.database import close_pool, engine, open_pool, point_at
from thidua.infra.embedded import start_servers, stop_servers
from thidua.infra.home import give, home_of
from thidua.infra.migrate import migrate
from thidua.infra.settings import read_settings
from thidua.infra.supervise import Service, Supervisor

_TEND_SECONDS = 0.02
_LEADS = """
SELECT EXISTS (SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) + objid::bigint = $1)
"""


class Stack:
    """Durable PostgreSQL and Valkey, a worker, and a web server of two processes, in one folder."""

    def __init__(self, folder: Path) -> None:
        """Start PostgreSQL and Valkey; `start_ours` starts the rest."""
        self.data_dir, self.port, self.log = folder / "data", free_port(), folder / "ours.log"
        self.supervisor = Supervisor()
        settings = read_settings({"THIDUA_DATA_DIR": str(self.data_dir)})
        self.servers = start_servers(self.supervisor, settings)
        self.home = home_of(self.data_dir)
        self._is_tended = True

    @property
    def address(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def dsn(self) -> str:
        """The address of its database."""
        return self.servers.database_url

    @property
    def environ(self) -> dict[str, str]:
        """The settings of its processes and commands."""
        return {
            "THIDUA_DATA_DIR": str(self.data_dir),
            "THIDUA_DATABASE_URL": self.servers.database_url,
            "THIDUA_REDIS_URL": self.servers.redis_url,
            "THIDUA_PORT": str(self.port),
            "THIDUA_WORKERS": "2",
            "THIDUA_DEMO": "0",
        }

    def start_ours(self) -> None:
        """Migrate and fill as `thidua up` does; then start the worker and the web server."""
        asyncio.run(_prepare(self.dsn))
        for name, is_up in (("work", lambda _pid: True), ("serve", lambda _pid: self.is_serving())):
            command = [sys.executable, "-m", "thidua", name]
            self.supervisor.start(
                Service(name=name, command=command, environ=self.environ, log=self.log, is_ready=is_up)
            )

    def is_serving(self) -> bool:
        """Whether requests are answered."""
        return is_ready(self.port)

    def failures(self) -> str:
        """What our own processes wrote about requests that failed, with the traces."""
        said = self.log.read_text()
        return said[said.find("request failed") :][:20_000] if "request failed" in said else ""

    @asynccontextmanager
    async def tended(self) -> AsyncIterator[None]:
        """Start again whatever dies, as `thidua up` does; begin and end with a server that answers."""
        tending = asyncio.create_task(self._tend())
        try:
            await self._until_serving()
            yield
            await self._until_serving()
        finally:
            tending.cancel()

    async def _until_serving(self) -> None:
        async def serves() -> bool:
            return await asyncio.to_thread(self.is_serving)

        await eventually_async(serves, seconds=60)

    async def _tend(self) -> None:
        while True:
            if self._is_tended:
                self.supervisor.tend()
            await asyncio.sleep(_TEND_SECONDS)

    def kill(self, name: str) -> None:
        """`kill -9` of a service; whoever tends starts it again."""
        with suppress(ProcessLookupError):
            os.kill(self.supervisor.pid_of(name), signal.SIGKILL)

    async def until_relay_leads(self) -> None:
        """Wait until a worker leads the boards, so that killing it interrupts something."""
        direct = await asyncpg.connect(self.dsn)
        await eventually_async(lambda: direct.fetchval(_LEADS, LEADER_LOCK), seconds=30)
        await direct.close()

    def kill_a_web_process(self) -> None:
        """`kill -9` of one of the processes that answer requests; the other goes on."""
        parent = self.supervisor.pid_of("serve")
        if children := descendants(parent) - {parent}:
            os.kill(max(children), signal.SIGKILL)

    def kill_valkey_and_put_back(self, copy: Path) -> None:
        """`kill -9` of Valkey, which then starts from an older state of its files."""
        self._is_tended = False
        pid = self.supervisor.pid_of("valkey")
        self.kill("valkey")
        eventually(lambda: not is_alive(pid))
        folder = self.home.folder("valkey")
        shutil.rmtree(folder)
        shutil.copytree(copy, folder)
        give(folder, self.home.user)
        self._is_tended = True

    def copy_valkey(self, to: Path) -> Path:
        """Copy Valkey's files as they are now; return where to."""
        return Path(shutil.copytree(self.home.folder("valkey"), to))

    @contextmanager
    def postgres_away(self) -> Iterator[None]:
        """PostgreSQL is killed and stays away meanwhile, though somebody tends."""
        self._is_tended = False
        self.kill("postgres")
        try:
            yield
        finally:
            self._is_tended = True

    @contextmanager
    def valkey_hanging(self) -> Iterator[None]:
        """Valkey takes connections and says nothing."""
        pid = self.supervisor.pid_of("valkey")
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @asynccontextmanager
    async def valkey(self) -> AsyncIterator[Redis]:
        """A connection to Valkey of the test's own."""
        client = Redis.from_url(self.servers.redis_url)
        try:
            yield client
        finally:
            await client.aclose()


async def _prepare(dsn: str) -> None:
    point_at(dsn)
    await migrate()
    await open_pool()
    await bootstrap()
    await close_pool()
    engine().config.clear()


@contextmanager
def stack() -> Iterator[Stack]:
    """A running instance, stopped and removed at the end."""
    with open_folder() as folder:
        running = Stack(folder)
        try:
            running.start_ours()
            yield running
        finally:
            stop_servers(running.supervisor, running.data_dir)
