"""Tokens of programs that call the API, and the instance's signing secrets."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000000"
VERSION = "1.38.0"

_TABLE = """
CREATE TABLE api_token (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    source text NOT NULL,
    scopes text[] NOT NULL,
    secret_hash bytea NOT NULL UNIQUE CHECK (octet_length(secret_hash) = 32),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
)
"""
_SECRETS = """
CREATE TABLE signing_secret (
    purpose text PRIMARY KEY,
    secret bytea NOT NULL CHECK (octet_length(secret) = 32),
    created_at timestamptz NOT NULL
)
"""


async def forwards() -> MigrationManager:
    """Create the tables."""
    undo = ["DROP TABLE signing_secret", "DROP TABLE api_token"]
    return raw_migration("accounts", ID, statements=[_TABLE, _SECRETS], undo=undo)
