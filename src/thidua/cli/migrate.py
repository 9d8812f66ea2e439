"""`thidua migrate`: the database's shape."""

import asyncio

import rich_click as click

from thidua.infra.migrate import migrate, missing


@click.command("migrate")
@click.option("--check", is_flag=True, help="Change nothing; say what is missing, and exit with 1 if it is.")
@click.pass_context
def command(context: click.Context, *, check: bool) -> None:
    """Bring the database to the present shape."""
    absent = asyncio.run(missing())
    for one in absent:
        click.echo(f"{'missing' if check else 'running'}: {one}")
    if check:
        context.exit(1 if absent else 0)
    asyncio.run(migrate())
    click.echo("The database has its present shape.")
