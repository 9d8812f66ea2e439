"""People are found by their names without marks: by imports, and by whoever searches."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000101"


async def forwards() -> MigrationManager:
    """Add the index."""
    return raw_migration(
        "organisation",
        ID,
        description="people by name without marks",
        statements=["CREATE INDEX person_profile_name ON person_profile (name_fold)"],
        undo=["DROP INDEX person_profile_name"],
    )
