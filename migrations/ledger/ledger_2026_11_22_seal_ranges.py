"""Finds the block of an entry without reading all blocks."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000004"

STATEMENTS = [
    "CREATE INDEX ledger_seal_range ON ledger_seal USING gist (int8range(first_entry, last_entry, '[]'))",
]

UNDO = ["DROP INDEX ledger_seal_range"]


async def forwards() -> MigrationManager:
    """Create the index."""
    return raw_migration("ledger", ID, statements=STATEMENTS, undo=UNDO)
