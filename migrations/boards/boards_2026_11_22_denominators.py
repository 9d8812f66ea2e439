"""By how many members a board's points are divided, written down when first needed."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000003"

STATEMENTS = [
    """
    CREATE TABLE board_denominator (
        subject uuid NOT NULL,
        period text NOT NULL CHECK (period <> ''),
        value integer NOT NULL CHECK (value >= 0),
        source text NOT NULL CHECK (source IN ('memberships', 'declared', 'homes')),
        taken_at timestamptz NOT NULL,
        PRIMARY KEY (subject, period)
    )
    """,
]

UNDO = ["DROP TABLE board_denominator"]


async def forwards() -> MigrationManager:
    """Create the table."""
    return raw_migration("boards", ID, statements=STATEMENTS, undo=UNDO)
