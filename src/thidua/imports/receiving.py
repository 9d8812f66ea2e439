"""Takes a file in: opens it, finds its table, keeps its lines, and begins to check them."""

from datetime import datetime
from uuid import UUID

from thidua.imports import actions, queries
from thidua.imports.actions import Importer, SentFile
from thidua.imports.errors import FileRefusedError, ImportStageError
from thidua.imports.fields import fields_of
from thidua.imports.model import Kind
from thidua.imports.opening import Opened, Sheet, open_file
from thidua.imports.state import ImportState
from thidua.imports.table import find_table, lines_of, table_of
from thidua.infra.database import transaction


async def receive(
    content: bytes, *, name: str, kind: Kind | None, unit: UUID, importer: Importer, at: datetime
) -> UUID:
    """Keep a file for its preview and return the import's id; without a kind, the best fitting."""
    opened = await open_file(content)
    table = find_table(opened, kind)
    lines = list(lines_of(_sheet(opened, table.sheet), table))
    if not any(not line.why_not for line in lines):
        raise FileRefusedError("file_without_rows")
    sheets = tuple(sheet.name for sheet in opened.sheets)
    file = SentFile(name=name, content=content, encoding=opened.encoding, sheets=sheets)
    async with transaction() as connection:
        return await actions.store(connection, file, table, lines, unit=unit, importer=importer, at=at)


async def read_anew(state: ImportState, *, kind: Kind, sheet: str, header: int, at: datetime) -> None:
    """Take another sheet, row of titles or kind of the same file."""
    async with transaction(readonly=True) as connection:
        content = await queries.content_of(connection, state.id)
    if content is None:
        raise ImportStageError(stage=state.stage)
    opened = await open_file(content)
    if sheet not in {one.name for one in opened.sheets}:
        sheet = state.sheet
    table = table_of(_sheet(opened, sheet), kind, header=header)
    lines = list(lines_of(_sheet(opened, sheet), table))
    async with transaction() as connection:
        current = await queries.import_of(connection, state.id)
        await actions.read_otherwise(connection, current, table, lines, at=at)


def missing_columns(state: ImportState) -> list[str]:
    """The fields that a row must state and no column or common value does."""
    stated = {*state.columns.values(), *(name for name, text in state.answers.defaults.items() if text)}
    if {"given_name", "family_name"} <= stated:
        stated.add("name")
    return [one.name for one in fields_of(state.kind).values() if one.is_required and one.name not in stated]


def _sheet(opened: Opened, name: str) -> Sheet:
    return next(sheet for sheet in opened.sheets if sheet.name == name)
