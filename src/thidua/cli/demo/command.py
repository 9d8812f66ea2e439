"""`thidua demo`: fills an empty instance with two provinces of made-up people."""

import asyncio
import time

import rich_click as click

from thidua.cli.demo.load import load, plan_at, standing
from thidua.infra.clock import now
from thidua.infra.database import close_pool, open_pool


@click.command("demo")
@click.option("--seed", default=1, show_default=True, help="What the demo is made from.")
def command(seed: int) -> None:
    """Fill an instance without people with Lai Châu and Thanh Hóa as they might be."""
    asyncio.run(_load(seed))


async def _load(seed: int) -> None:
    await open_pool()
    try:
        if (await standing()).is_finished:
            return
        began = time.monotonic()
        count = await load(plan_at(now(), seed=seed))
        click.echo(f"demo: {count} activities in {time.monotonic() - began:.0f} s")
    finally:
        await close_pool()
