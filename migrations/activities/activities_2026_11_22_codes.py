"""Codes for people who were helped and have no account: each good once, for two days."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000065"

_CODE = """
CREATE TABLE activity_code (
    id uuid PRIMARY KEY,
    activity uuid NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,
    made_by uuid NOT NULL,
    made_on bytea NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    used_from bytea
)
"""


async def forwards() -> MigrationManager:
    """Create the table."""
    statements = [_CODE, "CREATE INDEX activity_code_made ON activity_code (made_by, made_at)"]
    return raw_migration("activities", ID, statements=statements, undo=["DROP TABLE activity_code"])
