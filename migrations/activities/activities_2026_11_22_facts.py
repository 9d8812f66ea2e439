"""Facts: the key table that makes every id count once, the activities, and the acts that change them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000001"

STATEMENTS = [
    """
    CREATE TABLE activity_key (
        id uuid PRIMARY KEY,
        source text NOT NULL,
        fingerprint bytea NOT NULL
    )
    """,
    """
    CREATE TABLE activity (
        id uuid PRIMARY KEY,
        type text NOT NULL,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        actor uuid NOT NULL,
        actor_kind smallint NOT NULL,
        team uuid,
        unit uuid NOT NULL,
        festival text,
        quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 10000),
        attributes jsonb NOT NULL,
        participants jsonb NOT NULL,
        evidence jsonb NOT NULL,
        context jsonb NOT NULL,
        source text NOT NULL,
        state smallint NOT NULL CHECK (state BETWEEN 1 AND 4),
        suspended smallint NOT NULL DEFAULT 0 CHECK (suspended >= 0),
        rulebook_version integer NOT NULL,
        replaces uuid
    ) WITH (fillfactor = 90)
    """,
    "CREATE INDEX activity_actor ON activity (actor, occurred_at)",
    "CREATE INDEX activity_team ON activity (team, occurred_at) WHERE team IS NOT NULL",
    """
    CREATE TABLE activity_act (
        id uuid PRIMARY KEY,
        activity uuid NOT NULL,
        kind text NOT NULL,
        from_state smallint NOT NULL,
        to_state smallint NOT NULL,
        by text NOT NULL,
        reason text NOT NULL,
        at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX activity_act_activity ON activity_act (activity)",
    "CREATE TRIGGER activity_act_is_history BEFORE UPDATE OR DELETE OR TRUNCATE ON activity_act"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
]

UNDO = ["DROP TABLE activity_act", "DROP TABLE activity", "DROP TABLE activity_key"]


async def forwards() -> MigrationManager:
    """Create the tables."""
    return raw_migration("activities", ID, statements=STATEMENTS, undo=UNDO)
