"""`thidua demo`: fills an empty instance with two provinces of made-up people."""

import asyncio
import signal
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import rich_click as click

from thidua.cli.demo.cast import shown_accounts
from thidua.cli.demo.live import go_on
from thidua.cli.demo.load import load, plan_at, standing
from thidua.infra.clock import now
from thidua.infra.database import close_pool, open_pool
from thidua.infra.instance import running
from thidua.infra.redis import close_client
from thidua.infra.settings import settings

_PER_SECOND = 2.0
_FIRST_PAGES = ("/", "/boards", "/boards/people-total", "/boards/teams-total", "/boards/units-total")


@click.command("demo")
@click.option("--seed", default=1, show_default=True, help="What the demo is made from.")
@click.option("--live", is_flag=True, help="Let its people go on, so that boards move, until stopped.")
@click.option(
    "--per-second",
    type=click.FloatRange(min=0.01, max=500),
    default=_PER_SECOND,
    show_default=True,
    help="How many activities a second, with --live.",
)
def command(seed: int, per_second: float, *, live: bool) -> None:
    """Fill an instance without people with Lai Châu and Thanh Hóa as they might be.

    Everybody in it is made up. The same day and seed give the same demo.
    """
    asyncio.run(_live(per_second) if live else _load(seed))


async def _load(seed: int) -> None:
    await open_pool()
    try:
        if not (await standing()).is_finished:
            click.echo("demo: loading two provinces of made-up people, about half a minute ...")
            began = time.monotonic()
            count = await load(plan_at(now(), seed=seed))
            click.echo(f"demo: {count:,} activities in {time.monotonic() - began:.0f} s")
    finally:
        await close_client()
        await close_pool()
    _look_at_boards()
    click.echo("demo: tài khoản dùng thử / accounts to try it with, at /sign-in")
    for line in shown_accounts():
        click.echo(line)


def _look_at_boards() -> None:
    """Let a running instance make its first boards, so that nobody waits for them."""
    here = running(settings().data_dir)
    if here is None:
        return
    where = urlsplit(here.address)
    asked = HTTPConnection(where.hostname or "", where.port, timeout=20)
    with suppress(OSError, HTTPException):  # who serves elsewhere makes them when they are asked for
        for path in _FIRST_PAGES:
            asked.request("GET", path)
            asked.getresponse().read()
    asked.close()


async def _live(per_second: float) -> None:
    stopping = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stopping.set)
    await open_pool()
    try:
        click.echo(f"demo: {per_second:g} activities a second; stop with Ctrl-C")
        count = await go_on(stopping, per_second=per_second)
        click.echo(f"demo: {count:,} activities came in")
    finally:
        await close_client()
        await close_pool()
