"""`thidua serve`: the web server."""

import inspect
import os
import signal
from collections.abc import Callable
from functools import partial
from importlib import import_module

import rich_click as click
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels

from thidua.infra.instance import database_url, redis_url
from thidua.infra.settings import settings
from thidua.infra.supervise import tie_to_parent

_BACKPRESSURE = 4096
_GRACE_SECONDS = 10

Application = Callable[..., object]


@click.command("serve")
def command() -> None:
    """Serve pages and the API."""
    database_url(), redis_url()  # refuse here, once, rather than in every worker
    server = Granian(
        settings().app,
        address=settings().host,
        port=settings().port,
        interface=Interfaces.ASGI,
        workers=settings().workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        backpressure=_BACKPRESSURE,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=_GRACE_SECONDS,
    )
    server.serve(target_loader=partial(_load, os.getpid()))


def _load(parent: int, target: str) -> Application:
    tie_to_parent(parent, signal.SIGKILL)
    module, _, name = target.partition(":")
    found: Application = getattr(import_module(module), name)
    return _made(found)


def _made(found: Application) -> Application:
    # A factory is a plain function of no arguments; an application takes three.
    if not inspect.isfunction(found) or inspect.signature(found).parameters:
        return found
    made: Application = found()
    return made
