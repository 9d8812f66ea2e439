"""Activities and acts keep their transaction's number, so that whoever follows them misses none."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000040"

TABLES = ("activity", "activity_act")
TX = "tx bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint)"

STATEMENTS = [
    *(f"ALTER TABLE {table} ADD COLUMN {TX}" for table in TABLES),
    *(f"CREATE INDEX {table}_tx ON {table} (tx)" for table in TABLES),
]
UNDO = [f"ALTER TABLE {table} DROP COLUMN tx" for table in TABLES]


async def forwards() -> MigrationManager:
    """Add the columns."""
    return raw_migration("activities", ID, statements=STATEMENTS, undo=UNDO)
