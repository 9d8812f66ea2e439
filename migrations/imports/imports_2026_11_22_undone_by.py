"""Who took an import back stands beside why."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000001"


async def forwards() -> MigrationManager:
    """Add the column."""
    return raw_migration(
        "imports",
        ID,
        description="who took an import back",
        statements=["ALTER TABLE import_file ADD COLUMN undone_by text"],
        undo=["ALTER TABLE import_file DROP COLUMN undone_by"],
    )
