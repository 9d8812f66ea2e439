"""Finding claims that wait, by where they were made, by team and by who was helped; and what somebody reported.

Only rows that wait, and those that a signed-in person reported, are in these indexes: they stay small.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000020"

STATEMENTS = [
    "CREATE INDEX activity_waiting ON activity (unit, occurred_at, id) WHERE state = 1",
    "CREATE INDEX activity_waiting_team ON activity (team, occurred_at, id) WHERE state = 1",
    "CREATE INDEX activity_waiting_helped ON activity USING gin (participants jsonb_path_ops) WHERE state = 1",
    "CREATE INDEX activity_by_account ON activity (source, recorded_at, id) WHERE source LIKE 'account:%'",
]
UNDO = [
    "DROP INDEX activity_by_account",
    "DROP INDEX activity_waiting_helped",
    "DROP INDEX activity_waiting_team",
    "DROP INDEX activity_waiting",
]


async def forwards() -> MigrationManager:
    """Create the indexes."""
    return raw_migration("activities", ID, statements=STATEMENTS, undo=UNDO)
