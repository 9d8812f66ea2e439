"""`thidua rebuild-boards`: every board again, from the ledger's entries alone."""

import asyncio
import sys

import rich_click as click

from thidua.boards.rebuild import Rebuilt, rebuild, unequal
from thidua.infra.database import close_pool, open_pool
from thidua.infra.redis import close_client


@click.command("rebuild-boards")
def command() -> None:
    """Make every board again from the ledger, put the loaded ones into Redis, and say what had differed."""
    made = asyncio.run(_rebuilt())
    for one in made:
        mark = "equal" if one.was_equal else "DIFFERED"
        where = "  in Redis" if one.is_in_redis else ""
        click.echo(f"{one.key.text}  {one.rows} rows  {one.seconds:.2f} s  {mark}{where}")
    if unequal(made):
        click.echo("Totals differ from the ledger: run `thidua verify` to see which.", err=True)
        sys.exit(1)


async def _rebuilt() -> list[Rebuilt]:
    await open_pool()
    try:
        return await rebuild()
    finally:
        await close_client()
        await close_pool()
