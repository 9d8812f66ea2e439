"""`thidua up`: everything in one command, under one parent."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from threading import Event

import rich_click as click

from thidua.badges.catalogue import catalogue
from thidua.engine.award import demand_same_criteria
from thidua.engine.bootstrap import bootstrap
from thidua.infra.database import close_pool, open_pool
from thidua.infra.embedded import Servers, start_servers, stop_servers
from thidua.infra.errors import StartError
from thidua.infra.instance import Instance, announce, held
from thidua.infra.migrate import migrate
from thidua.infra.redis import close_client
from thidua.infra.settings import Settings, settings
from thidua.infra.supervise import Service, Supervisor

_DEMO_TRIES = 3


@click.command("up")
def command() -> None:
    """Start everything: PostgreSQL, Valkey, the worker and the web server; at first with a demo."""
    catalogue()  # a bad folder of a badge is refused before anything runs
    stopping = _stop_on_signals()
    chosen = settings()
    supervisor = Supervisor(lambda line: click.echo(f"thidua: {line}", err=True))
    with ExitStack() as cleanup:
        cleanup.enter_context(held(chosen.data_dir))
        cleanup.enter_context(_port_held(chosen))
        cleanup.callback(stop_servers, supervisor, chosen.data_dir)
        servers = start_servers(supervisor, chosen)
        instance = _instance(chosen, servers)
        announce(chosen.data_dir, instance)
        asyncio.run(_prepare())
        _start_ours(supervisor, chosen)
        click.echo(_address(chosen))
        supervisor.watch(stopping, _Preparing(supervisor, chosen, instance).look)


def _stop_on_signals() -> Event:
    stopping = Event()

    def stop(*_: object) -> None:
        if stopping.is_set():  # asked twice, or asked before there is anything to watch
            sys.exit(1)
        stopping.set()

    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, stop)
    return stopping


@contextmanager
def _port_held(chosen: Settings) -> Iterator[None]:
    """Refuse a port that somebody has, and keep it: the web processes share theirs, also with strangers."""
    try:
        _bound(chosen, may_share=False).close()
        held = _bound(chosen, may_share=True)
    except OSError as error:
        raise StartError(
            f"{chosen.host}:{chosen.port}: {error.strerror}. Set another THIDUA_PORT."
        ) from error
    with held:
        yield


def _bound(chosen: Settings, *, may_share: bool) -> socket.socket:
    one = socket.socket(socket.AF_INET6 if ":" in chosen.host else socket.AF_INET)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(may_share))
        one.bind((chosen.host, chosen.port))
    except OSError:
        one.close()
        raise
    return one


class _Preparing:
    """Notes that the instance is what it shall be as soon as the demo is in it."""

    def __init__(self, supervisor: Supervisor, chosen: Settings, instance: Instance) -> None:
        self._supervisor, self._data_dir, self._instance = supervisor, chosen.data_dir, instance
        if instance.is_preparing:
            supervisor.start(Service(name="demo", command=_ourselves("demo"), tries_max=_DEMO_TRIES))

    def look(self) -> None:
        if self._instance.is_preparing and self._supervisor.is_done("demo"):
            self._instance = replace(self._instance, is_preparing=False)
            announce(self._data_dir, self._instance)


def _instance(chosen: Settings, servers: Servers) -> Instance:
    return Instance(
        pid=os.getpid(),
        address=_address(chosen),
        database_url=servers.database_url,
        redis_url=servers.redis_url,
        # A database of somebody's own is never filled unasked.
        is_preparing=chosen.demo and chosen.database_url is None,
    )


def _address(chosen: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(chosen.host, chosen.host)  # noqa: S104 -- only to show it
    return f"http://{host}:{chosen.port}"


async def _prepare() -> None:
    await migrate()
    await open_pool()
    try:
        await bootstrap()
        await demand_same_criteria()
    finally:
        await close_pool()
        await close_client()


def _start_ours(supervisor: Supervisor, chosen: Settings) -> None:
    work = Service(name="work", command=_ourselves("work"))
    serve = Service(name="serve", command=_ourselves("serve"), is_ready=lambda _pid: _listens(chosen))
    for service in (work, serve):
        supervisor.start(service)


def _ourselves(name: str) -> list[str]:
    return [sys.executable, "-m", "thidua", name]


def _listens(chosen: Settings) -> bool:
    host = _address(chosen).removeprefix("http://").rpartition(":")[0].strip("[]")
    try:
        socket.create_connection((host, chosen.port), timeout=1).close()
    except OSError:
        return False
    return True
