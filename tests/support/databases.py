"""Databases for tests: copied from a template that was migrated once."""

import asyncio
import importlib
import secrets
from collections.abc import Awaitable, Callable
from importlib.util import find_spec

import asyncpg

from thidua.infra.database import close_pool, engine, open_pool, point_at
from thidua.infra.embedded import Servers
from thidua.infra.migrate import migrate

MIGRATED = "template_migrated"
BOOTSTRAPPED = "template_bootstrapped"


def url_of(servers: Servers, database: str) -> str:
    """The address of `database` on the session's server."""
    return servers.database_url.replace("@/thidua?", f"@/{database}?")


def copy_of(servers: Servers, template: str) -> str:
    """The name of a fresh database, equal to `template`."""
    name = f"test_{secrets.token_hex(6)}"
    asyncio.run(_on_the_server(servers, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
    return name


def drop(servers: Servers, database: str) -> None:
    """Remove `database`, whoever is still connected."""
    asyncio.run(_on_the_server(servers, f"DROP DATABASE {database} WITH (FORCE)"))


def make_migrated(servers: Servers) -> str:
    """The template with every migration run."""
    asyncio.run(_on_the_server(servers, f"CREATE DATABASE {MIGRATED}"))
    asyncio.run(_pointed_at(url_of(servers, MIGRATED), migrate))
    return MIGRATED


def make_bootstrapped(servers: Servers) -> str:
    """The template with what every instance has at its first start: units, rulebook and the like."""
    asyncio.run(_on_the_server(servers, f"CREATE DATABASE {BOOTSTRAPPED} TEMPLATE {MIGRATED}"))
    asyncio.run(_pointed_at(url_of(servers, BOOTSTRAPPED), _bootstrap))
    return BOOTSTRAPPED


async def _bootstrap() -> None:
    if find_spec("thidua.engine") is None or find_spec("thidua.engine.bootstrap") is None:
        return
    await open_pool()
    try:
        await importlib.import_module("thidua.engine.bootstrap").bootstrap()
    finally:
        await close_pool()


async def _pointed_at(url: str, action: Callable[[], Awaitable[None]]) -> None:
    point_at(url)
    await action()
    engine().config.clear()


async def _on_the_server(servers: Servers, statement: str) -> None:
    direct = await asyncpg.connect(servers.database_url)
    try:
        await direct.execute(statement)
    finally:
        await direct.close()
