"""`thidua rules`: checks and publishes rulebooks, tries them out, recalculates under them."""

import asyncio
from datetime import date, datetime
from pathlib import Path

import rich_click as click

from thidua.activities.catalogue import catalogue
from thidua.cli.what_if import preview, recalculate
from thidua.cli.wording import words_of
from thidua.engine.rulebooks import earliest_from, publish
from thidua.infra.clock import now
from thidua.infra.database import close_pool, open_pool
from thidua.kernel.errors import DomainError
from thidua.kernel.period import local_day, midnight_of
from thidua.scoring.model import Rulebook
from thidua.scoring.places import RulebookError
from thidua.scoring.rulebook import parse_rulebook

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group("rules", help="Check, publish and try out rulebooks; recalculate under one.")
def command() -> None:
    """Hold the commands about rulebooks."""


command.add_command(preview)
command.add_command(recalculate)


@command.command()
@_FILE
def check(file: Path) -> None:
    """Say every fault of a rulebook with its line and field; ends with 1 when there is one."""
    try:
        book = parse_rulebook(_text_of(file), types=catalogue().types)
    except RulebookError as error:
        _show_faults(file, error)
        raise SystemExit(1) from error
    click.echo(f"{file}: {book.name}, version {book.version}, {len(book.rules)} rules, no faults")


@command.command(name="publish")
@_FILE
@click.option(
    "--from",
    "first_day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The first day it is in force; by default the first that gives 24 hours' notice.",
)
def publish_file(file: Path, first_day: datetime | None) -> None:
    """Publish a rulebook for good: it never changes afterwards."""
    try:
        book, since = asyncio.run(_publish(_text_of(file), first_day.date() if first_day else None))
    except RulebookError as error:
        _show_faults(file, error)
        raise SystemExit(1) from error
    except DomainError as error:
        raise click.ClickException(words_of(error)) from error
    click.echo(f"{book.name}, version {book.version}, is in force from {since}")


async def _publish(text: str, first_day: date | None) -> tuple[Rulebook, date]:
    at = now()
    since = midnight_of(first_day) if first_day is not None else earliest_from(at)
    await open_pool()
    try:
        return await publish(text, in_force_from=since, at=at), local_day(since)
    finally:
        await close_pool()


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not UTF-8 text") from error


def _show_faults(file: Path, error: RulebookError) -> None:
    for fault in error.faults:
        click.echo(f"{file}: {fault}", err=True)
