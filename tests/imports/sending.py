"""Somebody who sends files and answers questions, as the pages do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.imports.office_files import csv_text
from thidua.imports import actions, queries
from thidua.imports.actions import Importer
from thidua.imports.model import Kind, Outcome, Remark, Verdict
from thidua.imports.receiving import receive
from thidua.imports.running import go_on
from thidua.imports.state import Answers, Counts, ImportState, RowState
from thidua.infra.clock import now
from thidua.infra.database import transaction

IMPORTER = Importer(source="account:0190a000-0000-7000-8000-000000000001")


@dataclass(frozen=True, slots=True)
class Sender:
    """Imports for one unit."""

    unit: UUID
    importer: Importer = IMPORTER

    async def send(self, rows: Iterable[Sequence[str]] | bytes, kind: Kind | None = None) -> UUID:
        """Send a file, and wait until its preview is there."""
        content = rows if isinstance(rows, bytes) else csv_text(rows).encode()
        one = await receive(
            content, name="tep.csv", kind=kind, unit=self.unit, importer=self.importer, at=now()
        )
        await go_on(one)
        return one

    async def say(self, one: UUID, **said: Any) -> None:  # noqa: ANN401 -- the fields of Answers
        """Answer questions, and wait for the new preview."""
        async with transaction() as connection:
            state = await queries.import_of(connection, one)
            known = {name: getattr(state.answers, name) for name in Answers.__struct_fields__}
            await actions.answer(connection, state, Answers(**(known | said)), at=now())
        await go_on(one)

    async def confirm(self, one: UUID) -> bool:
        """Confirm, and wait until everything is written."""
        async with transaction() as connection:
            is_first = await actions.confirm(
                connection, await queries.import_of(connection, one), self.importer, at=now()
            )
        await go_on(one)
        return is_first

    async def undo(self, one: UUID) -> bool:
        """Undo, and wait until everything is taken back."""
        async with transaction() as connection:
            state = await queries.import_of(connection, one)
            is_first = await actions.begin_undo(connection, state, self.importer, reason="nhầm tệp", at=now())
        await go_on(one)
        return is_first

    async def sent_and_written(self, rows: Iterable[Sequence[str]], /, **said: Any) -> UUID:  # noqa: ANN401 -- see above
        """Send, answer, confirm."""
        one = await self.send(rows)
        if said:
            await self.say(one, **said)
        await self.confirm(one)
        return one


async def state_of(one: UUID) -> ImportState:
    """How an import stands."""
    async with transaction(readonly=True) as connection:
        return await queries.import_of(connection, one)


async def counts(one: UUID) -> Counts:
    """How many rows of which kind an import has."""
    async with transaction(readonly=True) as connection:
        return await queries.counts_of(connection, one)


async def outcomes(one: UUID) -> Mapping[Outcome, int]:
    """What came of an import's rows."""
    return (await counts(one)).outcomes


async def rows_of(one: UUID) -> dict[int, RowState]:
    """Every row of an import by its number."""
    async with transaction(readonly=True) as connection:
        return {
            row.number: row
            for row in await queries.rows_with(connection, one, list(Verdict), count_max=9_999)
        }


async def verdicts(one: UUID) -> dict[int, Verdict]:
    """What would become of each row."""
    return {number: row.verdict for number, row in (await rows_of(one)).items() if row.verdict is not None}


async def remark(one: UUID, number: int) -> Remark:
    """The first thing said of a row."""
    return (await rows_of(one))[number].remarks[0]


async def one_value(sql: str, *facts: object) -> Any:  # noqa: ANN401 -- whatever the statement gives
    """What a statement answers."""
    async with transaction() as connection:
        return await connection.fetchval(sql, *facts)


async def everything() -> list[int]:
    """How much there is of whatever an import could write."""
    tables = ("person", "person_profile", "unit", "team", "membership", "activity", "ledger_entry")
    return [await one_value(f"SELECT count(*) FROM {table}") for table in tables]  # noqa: S608 -- names of tables
