"""The guard every append-only table uses, and the audit."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000001"

STATEMENTS = [
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'history is never edited: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END
    $$
    """,
    """
    CREATE TABLE audit_record (
      id bigserial PRIMARY KEY,
      at timestamptz NOT NULL,
      actor_id uuid,
      doing text NOT NULL,
      thing_kind text NOT NULL,
      thing_id text NOT NULL,
      facts jsonb NOT NULL
    )
    """,
    "CREATE INDEX audit_record_at ON audit_record (at)",
    "CREATE INDEX audit_record_actor_id ON audit_record (actor_id)",
    "CREATE INDEX audit_record_thing ON audit_record (thing_kind, thing_id)",
    """
    CREATE TRIGGER audit_record_is_history BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
]
UNDO = ["DROP TABLE audit_record", "DROP FUNCTION refuse_change()"]


async def forwards() -> MigrationManager:
    """Create the guard and the audit."""
    return raw_migration("infra", ID, statements=STATEMENTS, undo=UNDO)
