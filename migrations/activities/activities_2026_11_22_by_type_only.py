"""The index that the one by type replaces goes, in a transaction of its own.

In one transaction with the making of the other it would deadlock with whoever records meanwhile.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000071"

STATEMENTS = ["DROP INDEX activity_actor"]
UNDO = ["CREATE INDEX activity_actor ON activity (actor, occurred_at)"]


async def forwards() -> MigrationManager:
    """Drop the index."""
    return raw_migration("activities", ID, statements=STATEMENTS, undo=UNDO)
