"""History is never edited: not by the application, not in raw SQL, not by whoever owns the tables (T06)."""

import asyncpg
import pytest

from tests.builders import recorded, reported, some_people
from tests.support.promises import Promise
from thidua.infra.database import connection, owner_connection

HISTORY = ("ledger_entry", "ledger_seal", "ledger_root", "activity_act", "rulebook", "audit_record")
EDITS = ("UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}")
COLUMNS = {
    "ledger_entry": "points",
    "ledger_seal": "count",
    "ledger_root": "block",
    "activity_act": "reason",
    "rulebook": "name",
    "audit_record": "id",
}


def edits_of(table: str) -> list[str]:
    """Every way of editing the table's rows."""
    column = COLUMNS[table]
    return [edit.format(table, column, column) for edit in EDITS]


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.usefixtures("bootstrapped_database")
async def test_the_application_may_not_edit_history(table: str, promise: Promise) -> None:
    refused = 0
    for edit in edits_of(table):
        async with connection() as acquired:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await acquired.execute(edit)
            refused += 1

    promise(f"T06 edits of {table} refused to the application", figure=refused, target="3 of 3")


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.usefixtures("bootstrapped_database")
async def test_the_owner_of_the_tables_is_stopped_by_a_trigger(table: str) -> None:
    owner = await owner_connection()
    try:
        for edit in edits_of(table):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="never edited"):
                await owner.execute(edit)
    finally:
        await owner.close()


@pytest.mark.usefixtures("bootstrapped_database")
async def test_a_refused_edit_leaves_the_entries_as_they_were() -> None:
    [lan] = await some_people(1)
    await recorded([reported("PUBLIC_SERVICE_CASE", lan, quantity=3)])

    async with connection() as acquired:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await acquired.execute("WITH gone AS (DELETE FROM ledger_entry RETURNING 1) SELECT * FROM gone")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await acquired.execute(
                "INSERT INTO ledger_entry TABLE ledger_entry ON CONFLICT (id) DO UPDATE SET points = 99"
            )

        assert await acquired.fetchval("SELECT sum(points) FROM ledger_entry") == 6
