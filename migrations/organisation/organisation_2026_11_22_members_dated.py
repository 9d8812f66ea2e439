"""From which day on a unit's declared members count."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000070"

_TABLE = """
CREATE TABLE unit_members (
    unit uuid NOT NULL REFERENCES unit ON DELETE RESTRICT,
    valid_from date NOT NULL,
    members integer CHECK (members >= 0),
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (unit, valid_from)
)
"""
# What was first declared stands for all days before: nothing else is known of them.
_KNOWN = """
INSERT INTO unit_members (unit, valid_from, members, noted_at)
SELECT id, '1900-01-01', members, created_at FROM unit WHERE members IS NOT NULL
"""


async def forwards() -> MigrationManager:
    """Create the table, and fill it with what is declared."""
    statements = [_TABLE, _KNOWN]
    return raw_migration("organisation", ID, statements=statements, undo=["DROP TABLE unit_members"])
