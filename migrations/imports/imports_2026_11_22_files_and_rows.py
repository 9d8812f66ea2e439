"""Files that wait for their confirmation, with their rows; what came of a row outlives what it said."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "imports of office files"

STATEMENTS = [
    """
    CREATE TABLE import_file (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('people', 'teams', 'activities')),
        unit uuid NOT NULL REFERENCES unit ON DELETE RESTRICT,
        file_name text NOT NULL,
        file_hash bytea NOT NULL,
        content bytea,
        encoding text NOT NULL,
        sheets text[] NOT NULL,
        sheet text NOT NULL,
        header integer NOT NULL CHECK (header >= 0),
        titles text[] NOT NULL,
        columns jsonb NOT NULL,
        answers jsonb NOT NULL,
        stage text NOT NULL CHECK (stage IN ('checking', 'ready', 'writing', 'done', 'undoing', 'undone',
            'discarded')),
        reached integer NOT NULL,
        rows integer NOT NULL,
        source text NOT NULL,
        by_account uuid,
        made_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        confirmed_at timestamptz,
        undone_at timestamptz,
        undo_reason text
    )
    """,
    "CREATE INDEX import_file_made ON import_file (made_at)",
    "CREATE INDEX import_file_at_work ON import_file (changed_at) WHERE stage IN ('checking', 'writing', 'undoing')",
    """
    CREATE TABLE import_row (
        import uuid NOT NULL REFERENCES import_file ON DELETE RESTRICT,
        number integer NOT NULL CHECK (number > 0),
        cells text[],
        verdict text CHECK (verdict IN ('new', 'changed', 'same', 'doubtful', 'bad', 'skipped')),
        remarks jsonb,
        why_not text NOT NULL,
        thing uuid,
        outcome text CHECK (outcome IN ('created', 'updated', 'unchanged', 'refused', 'taken_back', 'kept')),
        before jsonb,
        PRIMARY KEY (import, number)
    )
    """,
    "CREATE INDEX import_row_thing ON import_row (import, thing)",
    """
    CREATE TABLE import_branch (
        import uuid NOT NULL REFERENCES import_file ON DELETE RESTRICT,
        unit uuid NOT NULL,
        PRIMARY KEY (import, unit)
    )
    """,
]

UNDO = ["DROP TABLE import_branch", "DROP TABLE import_row", "DROP TABLE import_file"]


async def forwards() -> MigrationManager:
    """Create the tables."""
    return raw_migration("imports", ID, description=DESCRIPTION, statements=STATEMENTS, undo=UNDO)
