"""`thidua work`: the worker that follows what is recorded."""

import asyncio
import signal

import rich_click as click
import uvloop

from thidua.badges.catalogue import catalogue
from thidua.infra.figures import share_figures
from thidua.infra.instance import database_url, redis_url
from thidua.infra.logs import all_logs
from thidua.worker import run


@click.command("work")
def command() -> None:
    """Follow what is recorded: boards, seals, notices."""
    catalogue(), database_url(), redis_url()
    share_figures()
    all_logs()
    uvloop.run(_until_stopped())


async def _until_stopped() -> None:
    stopping = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stopping.set)
    await run(stopping)
