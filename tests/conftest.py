"""Real PostgreSQL and Valkey for every test: one pair a session, a fresh database a test."""

import functools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from tests.support import databases
from tests.support.folders import open_folder
from tests.support.processes import Server, serving
from tests.support.promises import Promise, note_promise
from thidua.infra.database import APP_ROLE, close_pool, engine, open_pool, point_at
from thidua.infra.embedded import Servers, start_servers, stop_servers
from thidua.infra.redis import client, close_client
from thidua.infra.settings import read_settings, settings
from thidua.infra.supervise import Supervisor


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """One PostgreSQL and one Valkey that never wait for the disk; tests of durability start their own."""
    with open_folder() as folder:
        supervisor = Supervisor()
        try:
            started = start_servers(
                supervisor, read_settings({"THIDUA_DATA_DIR": str(folder)}), is_durable=False
            )
            os.environ |= {"THIDUA_DATABASE_URL": started.database_url, "THIDUA_REDIS_URL": started.redis_url}
            os.environ["THIDUA_FETCH_FOREIGN"] = "0"
            settings.cache_clear()
            yield started
        finally:
            stop_servers(supervisor, folder)


@pytest.fixture(scope="session")
def migrated(servers: Servers) -> str:
    """The name of the template database: every migration run, no rows."""
    return databases.make_migrated(servers)


@pytest.fixture(scope="session")
def bootstrapped(servers: Servers, migrated: str) -> str:
    """The name of the template database with what every instance has: units, rulebook and the like."""
    assert migrated
    return databases.make_bootstrapped(servers)


@pytest.fixture
def dsn(servers: Servers, migrated: str) -> Iterator[str]:
    """The address of a fresh, empty database."""
    name = databases.copy_of(servers, migrated)
    yield databases.url_of(servers, name)
    databases.drop(servers, name)


@pytest.fixture
def bootstrapped_dsn(servers: Servers, bootstrapped: str) -> Iterator[str]:
    """The address of a fresh database that was bootstrapped."""
    name = databases.copy_of(servers, bootstrapped)
    yield databases.url_of(servers, name)
    databases.drop(servers, name)


@pytest.fixture(scope="module")
def module_dsn(servers: Servers, bootstrapped: str) -> Iterator[str]:
    """The address of a bootstrapped database that one module's tests share."""
    name = databases.copy_of(servers, bootstrapped)
    yield databases.url_of(servers, name)
    databases.drop(servers, name)


@pytest_asyncio.fixture
async def database(dsn: str) -> AsyncIterator[str]:
    """A fresh, empty database with the pool open on it; the code under test may commit."""
    async for opened in _opened(dsn):
        yield opened


@pytest_asyncio.fixture
async def bootstrapped_database(bootstrapped_dsn: str) -> AsyncIterator[str]:
    """A fresh, bootstrapped database with the pool open on it."""
    async for opened in _opened(bootstrapped_dsn):
        yield opened


@pytest_asyncio.fixture(scope="module")
async def module_database(module_dsn: str) -> AsyncIterator[str]:
    """The module's shared, bootstrapped database with the pool open on it; not beside `database`."""
    async for opened in _opened(module_dsn):
        yield opened


async def _opened(url: str) -> AsyncIterator[str]:
    point_at(url)
    await open_pool()
    yield url
    await close_pool()
    engine().config.clear()


@pytest.fixture(scope="session")
def scratch_dsn(servers: Servers, migrated: str) -> str:
    """The address of a migrated database that is never committed to."""
    return databases.url_of(servers, databases.copy_of(servers, migrated))


@pytest_asyncio.fixture
async def rolled_back(scratch_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection with the application's rights, in a transaction that is rolled back: the quick one."""
    direct = await asyncpg.connect(scratch_dsn, server_settings={"role": APP_ROLE, "timezone": "UTC"})
    within = direct.transaction()
    await within.start()
    yield direct
    await within.rollback()
    await direct.close()


@pytest_asyncio.fixture
async def redis_client(servers: Servers) -> AsyncIterator[Redis]:
    """The Redis client of the code under test, on an empty server."""
    assert servers.redis_url
    await client().flushdb()
    yield client()
    await close_client()


@pytest.fixture(scope="module")
def server(servers: Servers, module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real web server with its worker, on a free port, over the module's database."""
    log: Path = tmp_path_factory.mktemp("server") / "log"
    with serving(module_dsn, f"{servers.redis_url}?db=1", log=log) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The Chromium that `make test` found or installed; playwright takes it as executable_path."""
    found = Path(__file__).parents[1] / "build" / "chromium"
    if not found.exists():
        pytest.skip("no build/chromium: run `make build/chromium`")
    return found


@pytest.fixture
def promise(request: pytest.FixtureRequest) -> Promise:
    """Call it with name, figure= and target= to note what a promise measured."""
    return functools.partial(note_promise, request.node.nodeid)
