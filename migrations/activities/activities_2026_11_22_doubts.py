"""What people say is wrong about an activity's figures, and what was answered."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000060"

_DOUBT = """
CREATE TABLE activity_doubt (
    id uuid PRIMARY KEY,
    activity uuid NOT NULL,
    entry bigint,
    unit uuid NOT NULL,
    team uuid,
    account uuid NOT NULL,
    said text NOT NULL CHECK (said <> ''),
    raised_at timestamptz NOT NULL,
    outcome text CHECK (outcome IN ('kept', 'rejected')),
    answer text,
    answered_by uuid,
    answered_at timestamptz,
    CONSTRAINT activity_doubt_answered CHECK (
        num_nulls(outcome, answer, answered_by, answered_at) IN (0, 4)
    )
)
"""


async def forwards() -> MigrationManager:
    """Create the table."""
    statements = [
        _DOUBT,
        # Who waits for an answer does not ask again.
        "CREATE UNIQUE INDEX activity_doubt_open ON activity_doubt (activity, account) WHERE outcome IS NULL",
        "CREATE INDEX activity_doubt_unit ON activity_doubt (unit, raised_at) WHERE outcome IS NULL",
        "CREATE INDEX activity_doubt_account ON activity_doubt (account, raised_at)",
    ]
    return raw_migration("activities", ID, statements=statements, undo=["DROP TABLE activity_doubt"])
