"""`thidua serve`: the web server."""

import inspect
import os
import resource
import signal
import socket
import stat
from collections.abc import Awaitable, Callable
from functools import partial
from importlib import import_module
from pathlib import Path

import rich_click as click
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from litestar import Litestar
from litestar.types import LifeSpanReceive, LifeSpanScope, LifeSpanSend, Receive, Scope, Send

from thidua.badges.catalogue import catalogue
from thidua.infra.figures import share_figures
from thidua.infra.instance import database_url, redis_url
from thidua.infra.logs import logging_config
from thidua.infra.settings import settings
from thidua.infra.supervise import tie_to_parent

# Connections that one process takes beside its streams.
_BACKPRESSURE = 4096
_GRACE_SECONDS = 10
# Two pings of a stream.
_SILENT_MS = 30_000

Application = Callable[..., object]
Served = Callable[..., Awaitable[None]]


@click.command("serve")
def command() -> None:
    """Serve pages and the API."""
    catalogue(), database_url(), redis_url()  # refuse here, once, rather than in every worker
    share_figures()
    _allow_many_connections()
    server = Granian(
        settings().app,
        address=settings().host,
        port=settings().port,
        interface=Interfaces.ASGI,
        workers=settings().workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        backpressure=_BACKPRESSURE + settings().streams_max,
        log_level=LogLevels.warning,
        log_dictconfig=logging_config(),
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=_GRACE_SECONDS,
    )
    server.on_startup(_give_up_who_is_gone)
    server.serve(target_loader=partial(_load, os.getpid()))


def _allow_many_connections() -> None:
    """Open as many files as the system lets us: every stream is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _give_up_who_is_gone() -> None:
    """Let the kernel end connections whose other side acknowledges nothing: a phone that lost its network.

    Every connection takes this over from the socket it was accepted on.
    """
    for number in Path("/proc/self/fd").iterdir():
        try:
            copied = os.dup(int(number.name))
        except OSError:  # it was the folder we read
            continue
        if not stat.S_ISSOCK(os.fstat(copied).st_mode):
            os.close(copied)
            continue
        with socket.socket(fileno=copied) as one:
            if one.family != socket.AF_UNIX and one.getsockname()[1] == settings().port:
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _SILENT_MS)


def _load(parent: int, target: str) -> Application:
    tie_to_parent(parent, signal.SIGKILL)
    module, _, name = target.partition(":")
    found: Application = getattr(import_module(module), name)
    made = _made(found)
    return _leaving_in_order(made) if isinstance(made, Litestar) else made


def _made(found: Application) -> Application:
    # A factory is a plain function of no arguments; an application takes three.
    if not inspect.isfunction(found) or inspect.signature(found).parameters:
        return found
    made: Application = found()
    return made


def _leaving_in_order(app: Litestar) -> Served:
    """The application, which from the moment it runs takes the wish to stop itself, and ends its streams."""
    leave_on_sigterm = import_module("thidua.web.leaving").leave_on_sigterm

    async def served(
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        if scope["type"] == "lifespan":
            leave_on_sigterm()
        await app(scope, receive, send)

    return served
