"""Finding what somebody did by type as well: a rule, a day's limit or a badge asks for few types of many.

Of all others the row had to be read to see that it is another: at a million entries nearly three more for each
activity recorded, where badges are given. Still in the order of time, as pages list them. The type stands there
as an expression, so that only who says it so looks at it: as a plain column it led PostgreSQL 18, while it thought
the table small, to skip through all actors for whatever asked for types (16 us an activity instead of 3).
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000070"

STATEMENTS = ["CREATE INDEX activity_actor_type ON activity (actor, occurred_at, (type || ''))"]
UNDO = ["DROP INDEX activity_actor_type"]


async def forwards() -> MigrationManager:
    """Create the index."""
    return raw_migration("activities", ID, statements=STATEMENTS, undo=UNDO)
