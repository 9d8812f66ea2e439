"""States that do not hold are said to be empty rather than dropped, so that where there is none was no fact.

One row says that this is so from the beginning; where activities were recorded before, there is no such row.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000006"

STATEMENTS = [
    """
    INSERT INTO rule_state (subject, rule, bucket, state)
    SELECT '00000000-0000-0000-0000-000000000000', '*', '', '' WHERE NOT EXISTS (SELECT FROM rulebook)
    """,
]

UNDO = ["DELETE FROM rule_state WHERE state = ''"]


async def forwards() -> MigrationManager:
    """Say that states are whole, in a new instance."""
    return raw_migration("ledger", ID, statements=STATEMENTS, undo=UNDO)
