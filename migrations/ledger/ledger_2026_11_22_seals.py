"""Seals: blocks of entries chained by hash, and the signed root of each day."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000003"

STATEMENTS = [
    """
    CREATE TABLE ledger_seal (
        block bigint PRIMARY KEY CHECK (block > 0),
        first_entry bigint NOT NULL,
        last_entry bigint NOT NULL,
        count integer NOT NULL CHECK (count > 0),
        entries bigint[] NOT NULL,
        root bytea NOT NULL,
        previous bytea NOT NULL UNIQUE,
        hash bytea NOT NULL,
        tx_from bigint NOT NULL,
        tx_to bigint NOT NULL,
        sealed_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE ledger_root (
        day date PRIMARY KEY,
        block bigint NOT NULL,
        root bytea NOT NULL,
        signature bytea NOT NULL,
        key_id text NOT NULL,
        signed_at timestamptz NOT NULL
    )
    """,
    *(
        f"CREATE TRIGGER {table}_is_history BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in ("ledger_seal", "ledger_root")
    ),
]

UNDO = ["DROP TABLE ledger_root", "DROP TABLE ledger_seal"]


async def forwards() -> MigrationManager:
    """Create the tables."""
    return raw_migration("ledger", ID, statements=STATEMENTS, undo=UNDO)
