"""`thidua import`: the preview of an office file as text, and with --confirm its rows written."""

import asyncio
from pathlib import Path
from typing import TypedDict, Unpack
from uuid import UUID

import rich_click as click

from thidua.cli.wording import words_of
from thidua.engine.record import recorder
from thidua.imports import actions, queries
from thidua.imports.actions import Importer
from thidua.imports.errors import FileRefusedError
from thidua.imports.ground import CREATE, LEAVE_OUT
from thidua.imports.model import Kind, Outcome, Verdict, Weight
from thidua.imports.receiving import missing_columns, receive
from thidua.imports.running import go_on
from thidua.imports.state import REMARKS_SHOWN_MAX, Counts, ImportState, RowState
from thidua.infra.clock import now
from thidua.infra.database import close_pool, open_pool, transaction
from thidua.kernel.errors import DomainError
from thidua.organisation.queries import unit_id_of
from thidua.web.import_shown import says, sentence
from thidua.web.language import Language
from thidua.web.wording import say

_BRANCHES = {"create": CREATE, "leave-out": LEAVE_OUT}


class _Asked(TypedDict):
    """What the command line asks for."""

    kind: str | None
    unit: str
    by: str
    branches: str | None
    common: tuple[tuple[str, str], ...]
    language: Language
    confirm: bool


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="What it lists.")
@click.option("--unit", required=True, help="Code or id of the unit it is for; rows beyond it are refused.")
@click.option("--by", default="operator", show_default=True, help="Who imports.")
@click.option("--branches", type=click.Choice(list(_BRANCHES)), help="What to do with unknown branches.")
@click.option(
    "--set",
    "common",
    type=(str, str),
    multiple=True,
    metavar="FIELD VALUE",
    help="A value for empty cells; an attribute, where it is asked.",
)
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@click.option("--confirm", is_flag=True, help="Write the good rows; without it nothing is written.")
def command(file: Path, **asked: Unpack[_Asked]) -> None:
    """Show what FILE would do, row by row; with --confirm do it. The same file again changes nothing."""
    try:
        faults = asyncio.run(_import(file, asked))
    except FileRefusedError as refused:
        raise click.ClickException(say(refused.code, asked["language"], refused.facts)) from refused
    except DomainError as error:
        raise click.ClickException(words_of(error)) from error
    if faults:
        raise SystemExit(1)


async def _import(file: Path, asked: _Asked) -> int:
    await open_pool()
    await recorder().start()
    try:
        one = await _checked(file, asked)
        faults = await _tell(one, asked["language"])
        if asked["confirm"]:
            await _write(one, asked)
        else:
            await _forget(one, asked)
    finally:
        await recorder().stop()
        await close_pool()
    return faults


async def _checked(file: Path, asked: _Asked) -> UUID:
    async with transaction(readonly=True) as connection:
        unit = await unit_id_of(connection, asked["unit"])
    if unit is None:
        raise click.UsageError(f"no unit has the code or id {asked['unit']}")
    kind = Kind(asked["kind"]) if asked["kind"] else None
    content = await asyncio.to_thread(file.read_bytes)
    one = await receive(content, name=file.name, kind=kind, unit=unit, importer=_importer(asked), at=now())
    async with transaction() as connection:
        state = await queries.import_of(connection, one)
        state.answers.new_branches = _BRANCHES.get(asked["branches"] or "", "")
        state.answers.defaults.update(asked["common"])
        await actions.answer(connection, state, state.answers, at=now())
    await go_on(one)
    return one


async def _tell(one: UUID, language: Language) -> int:
    async with transaction(readonly=True) as connection:
        state = await queries.import_of(connection, one)
        counts = await queries.counts_of(connection, one)
        rows = await queries.rows_with(
            connection, one, (Verdict.BAD, Verdict.DOUBTFUL), count_max=REMARKS_SHOWN_MAX
        )
    click.echo(f"{state.kind}: {state.rows} rows")
    for name in missing_columns(state):
        click.echo(f"  no column states {name}")
    for verdict in Verdict:
        if counts.of(verdict):
            click.echo(f"  {verdict.value:9} {counts.of(verdict)}")
    for row in rows:
        _tell_row(state, row, language)
    return counts.of(Verdict.BAD) + counts.of(Verdict.DOUBTFUL)


def _tell_row(state: ImportState, row: RowState, language: Language) -> None:
    click.echo(f"{row.number}: {says(state, row)}")
    for remark in row.remarks:
        if remark.weight is not Weight.NOTE:
            likely = ", ".join(one.label for one in remark.choices if one.label)
            click.echo(f"    {remark.field}: {sentence(remark, language)}{f' [{likely}]' if likely else ''}")


async def _write(one: UUID, asked: _Asked) -> None:
    async with transaction() as connection:
        state = await queries.import_of(connection, one)
        await actions.confirm(connection, state, _importer(asked), at=now())
    await go_on(one)
    async with transaction(readonly=True) as connection:
        counts: Counts = await queries.counts_of(connection, one)
    click.echo(f"written, import {one}")
    for outcome in Outcome:
        if counts.came_to(outcome):
            click.echo(f"  {outcome.value:9} {counts.came_to(outcome)}")


async def _forget(one: UUID, asked: _Asked) -> None:
    """Keep no copy of a file that was only looked at."""
    async with transaction() as connection:
        state = await queries.import_of(connection, one)
        await actions.discard(connection, state, _importer(asked), at=now())
    click.echo("nothing was written; --confirm writes")


def _importer(asked: _Asked) -> Importer:
    return Importer(source=f"import:{asked['by']}")
