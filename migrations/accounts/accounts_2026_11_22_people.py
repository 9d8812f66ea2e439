"""Accounts of people who sign in, and the roles they were given."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000010"

_ACCOUNT = """
CREATE TABLE account (
    id uuid PRIMARY KEY,
    login text NOT NULL,
    login_fold text NOT NULL UNIQUE CHECK (login_fold <> ''),
    name text NOT NULL CHECK (name <> ''),
    person uuid UNIQUE REFERENCES person ON DELETE RESTRICT,
    password_hash text NOT NULL,
    is_password_once boolean NOT NULL,
    language text CHECK (language IN ('vi', 'en')),
    created_at timestamptz NOT NULL,
    credentials_at timestamptz NOT NULL,
    roles_at timestamptz NOT NULL,
    disabled_at timestamptz
)
"""
_GRANT = """
CREATE TABLE account_grant (
    id uuid PRIMARY KEY,
    account uuid NOT NULL REFERENCES account ON DELETE RESTRICT,
    role text NOT NULL CHECK (role IN ('member', 'team_leader', 'branch_secretary', 'unit_leader', 'verifier',
        'festival_organiser', 'auditor', 'rules_editor', 'system_administrator')),
    unit uuid REFERENCES unit ON DELETE RESTRICT,
    team uuid REFERENCES team ON DELETE RESTRICT,
    granted_at timestamptz NOT NULL,
    granted_by uuid REFERENCES account ON DELETE RESTRICT,
    revoked_at timestamptz,
    CONSTRAINT account_grant_scope CHECK (unit IS NULL OR team IS NULL)
)
"""


async def forwards() -> MigrationManager:
    """Create the tables."""
    statements = [
        _ACCOUNT,
        _GRANT,
        # Given twice, a role would have to be taken twice.
        "CREATE UNIQUE INDEX account_grant_in_force ON account_grant (account, role, unit, team)"
        " NULLS NOT DISTINCT WHERE revoked_at IS NULL",
        "CREATE INDEX account_grant_unit ON account_grant (unit) WHERE revoked_at IS NULL",
        "CREATE INDEX account_grant_team ON account_grant (team) WHERE revoked_at IS NULL",
    ]
    undo = ["DROP TABLE account_grant", "DROP TABLE account"]
    return raw_migration("accounts", ID, statements=statements, undo=undo)
