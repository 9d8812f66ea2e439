"""The ground of the bench: its own durable servers, in a folder that is removed at the end."""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from thidua.cli.bench.usage import seconds_of
from thidua.engine.bootstrap import bootstrap
from thidua.infra.database import close_pool, open_pool, point_at
from thidua.infra.embedded import Servers, start_servers, stop_servers
from thidua.infra.home import home_of
from thidua.infra.migrate import migrate
from thidua.infra.redis import client, close_client
from thidua.infra.settings import read_settings, settings
from thidua.infra.supervise import Supervisor

_FRESH = "CREATE DATABASE {} TEMPLATE thidua STRATEGY file_copy"


@dataclass(slots=True)
class Ground:
    """Servers of our own, on which databases come and go; `pids` are those whose time is counted."""

    folder: Path
    servers: Servers
    say: Callable[[str], object]
    pids: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of a new database that holds what every instance begins with."""
        name = f"bench_{secrets.token_hex(4)}"
        asyncio.run(self._on_the_server(_FRESH.format(name)))
        point_at(self._url(name))
        try:
            yield self._url(name)
        finally:
            asyncio.run(self._on_the_server(f"DROP DATABASE {name} WITH (FORCE)"))
            asyncio.run(empty_redis())

    def used(self) -> dict[str, float]:
        """The processor seconds used so far, by kind of process."""
        return {kind: seconds_of(pid) for kind, pid in self.pids.items()}

    def _url(self, database: str) -> str:
        return self.servers.database_url.replace("@/thidua?", f"@/{database}?")

    async def _on_the_server(self, statement: str) -> None:
        direct = await asyncpg.connect(self._url("postgres"))
        try:
            await direct.execute("CHECKPOINT")
            await direct.execute(statement)
        finally:
            await direct.close()


@contextmanager
def throw_away(say: Callable[[str], object]) -> Iterator[Ground]:
    """Servers that wait for the disk as real ones do; nothing of them is left, however the bench ends."""
    supervisor = Supervisor(say)
    folder = Path(tempfile.mkdtemp(prefix="thidua-bench-"))
    folder.chmod(0o755)  # when we are root, PostgreSQL is another user
    home = home_of(folder)
    try:
        servers = start_servers(supervisor, read_settings({"THIDUA_DATA_DIR": str(folder)}))
        with _set_to(folder, servers):
            asyncio.run(_prepare())
            pids = {"postgres": supervisor.pid_of("postgres"), "valkey": supervisor.pid_of("valkey")}
            yield Ground(folder, servers, say, pids)
    finally:
        stop_servers(supervisor, folder)
        shutil.rmtree(home.root, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _set_to(folder: Path, servers: Servers) -> Iterator[None]:
    """Settings that name these servers alone; then those that held before."""
    ours = {
        "THIDUA_DATA_DIR": str(folder),
        "THIDUA_DATABASE_URL": servers.database_url,
        "THIDUA_REDIS_URL": servers.redis_url,
    }
    outer = _without_settings()
    os.environ.update(ours)
    settings.cache_clear()
    point_at(servers.database_url)
    try:
        yield
    finally:
        _without_settings()
        os.environ.update(outer)
        settings.cache_clear()


def _without_settings() -> dict[str, str]:
    """Take our variables out of the environment, and return them."""
    return {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("THIDUA_")}


async def empty_redis() -> None:
    """Remove everything from Redis."""
    await client().flushall()
    await close_client()


async def _prepare() -> None:
    await migrate()
    await open_pool()
    try:
        await bootstrap()
    finally:
        await close_pool()
        await close_client()
