"""`thidua rules preview` and `recalculate`: what another rulebook would change, and changing it."""

import asyncio
from datetime import date, datetime
from pathlib import Path

import rich_click as click

from thidua.cli.wording import words_of
from thidua.engine.decisions import Carried
from thidua.engine.preview import Shift, by_subject
from thidua.engine.preview import preview as shifts_under
from thidua.engine.recalculate import recalculate as carry_out
from thidua.infra.clock import now
from thidua.infra.database import close_pool, open_pool
from thidua.kernel.errors import DomainError
from thidua.kernel.period import midnight_of
from thidua.scoring.places import RulebookError

_SHOWN = 20
_DAY = click.DateTime(["%Y-%m-%d"])
_FROM = click.option("--from", "first_day", type=_DAY, required=True, help="The first day.")
_TO = click.option("--to", "end_day", type=_DAY, required=True, help="The day after the last.")


@click.command("preview")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_FROM
@_TO
def preview(file: Path, first_day: datetime, end_day: datetime) -> None:
    """Show what would change if a draft judged the activities of these days; writes nothing."""
    starts_at, ends_at = _span(first_day.date(), end_day.date())
    text = file.read_text(encoding="utf-8")
    try:
        shifts = asyncio.run(shifts_under(text, starts_at=starts_at, ends_at=ends_at))
    except RulebookError as error:
        for fault in error.faults:
            click.echo(f"{file}: {fault}", err=True)
        raise SystemExit(1) from error
    except DomainError as error:
        raise click.ClickException(words_of(error)) from error
    click.echo(_told(shifts))


@click.command("recalculate")
@click.option("--decision", required=True, help="The decision's number; the same number is carried out once.")
@click.option("--version", type=int, required=True, help="The published version that shall judge.")
@_FROM
@_TO
@click.option("--by", required=True, help="Who decided it.")
def recalculate(decision: str, version: int, first_day: datetime, end_day: datetime, by: str) -> None:
    """Let a published version judge the activities of these days, and post the differences."""
    starts_at, ends_at = _span(first_day.date(), end_day.date())
    try:
        done = asyncio.run(_recalculate(decision, version, (starts_at, ends_at), by))
    except DomainError as error:
        raise click.ClickException(words_of(error)) from error
    click.echo(f"{done.activities} activities, {done.entries} entries, {done.points:+} points in all")


async def _recalculate(decision: str, version: int, span: tuple[datetime, datetime], by: str) -> Carried:
    await open_pool()
    try:
        return await carry_out(decision, version=version, starts_at=span[0], ends_at=span[1], by=by, at=now())
    finally:
        await close_pool()


def _span(first_day: date, end_day: date) -> tuple[datetime, datetime]:
    if end_day <= first_day:
        raise click.UsageError("--to must be later than --from")
    return midnight_of(first_day), midnight_of(end_day)


def _told(shifts: list[Shift]) -> str:
    subjects = by_subject(shifts)
    total = sum(one.points for one in subjects)
    most = sorted(subjects, key=lambda one: -abs(one.points))[:_SHOWN]
    return "\n".join(
        [
            *(f"{one.subject} {one.points:+} points in {one.awards} awards" for one in most),
            *([f"and {len(subjects) - len(most)} more"] if len(subjects) > len(most) else []),
            f"{len(shifts)} awards of {len(subjects)} subjects change, {total:+} points in all",
        ]
    )
