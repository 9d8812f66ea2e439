"""States are kept as text and parameters as JSON that is not taken apart: half the price of storing them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000005"

STATEMENTS = [
    "DELETE FROM rule_state",  # of another form; each is made again from its facts when it is next needed
    "ALTER TABLE rule_state ALTER COLUMN state TYPE text",
    "ALTER TABLE ledger_entry ALTER COLUMN params TYPE json",
]

UNDO = [
    "ALTER TABLE ledger_entry ALTER COLUMN params TYPE jsonb",
    "DELETE FROM rule_state",
    "ALTER TABLE rule_state ALTER COLUMN state TYPE jsonb USING state::jsonb",
]


async def forwards() -> MigrationManager:
    """Change the columns."""
    return raw_migration("ledger", ID, statements=STATEMENTS, undo=UNDO)
