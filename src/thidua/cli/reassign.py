"""`thidua reassign`: moves activities to another team or unit under a numbered reason."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import rich_click as click

from thidua.cli.wording import words_of
from thidua.engine.decisions import Carried
from thidua.engine.reassign import reassign
from thidua.infra.clock import now
from thidua.infra.database import close_pool, open_pool
from thidua.kernel.errors import DomainError


@click.command("reassign")
@click.argument("activities", type=click.UUID, nargs=-1, required=True)
@click.option("--reason", required=True, help="The number of the reason; the same number again is done once.")
@click.option("--team", type=click.UUID, help="The team the activities were really done for.")
@click.option("--unit", help="The unit, by id or code, in which they were really done.")
@click.option("--by", required=True, help="Who decided it.")
def command(activities: Sequence[UUID], reason: str, team: UUID | None, unit: str | None, by: str) -> None:
    """Move activities to another team or unit; their points move along by adjustments."""
    if team is None and unit is None:
        raise click.UsageError("name a team, a unit or both")
    try:
        done = asyncio.run(_reassign(activities, reason=reason, team=team, unit=unit, by=by))
    except DomainError as error:
        raise click.ClickException(words_of(error)) from error
    click.echo(f"{done.activities} activities moved, {done.entries} entries, {done.points:+} points in all")


async def _reassign(
    activities: Sequence[UUID], *, reason: str, team: UUID | None, unit: str | None, by: str
) -> Carried:
    await open_pool()
    try:
        return await reassign(reason, activities, team=team, unit=unit, by=by, at=now())
    finally:
        await close_pool()
