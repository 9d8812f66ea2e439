"""Badges as they were given, their versions and credentials, and how far earning has read."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000001"

STATEMENTS = [
    """
    CREATE TABLE badge_version (
        badge text NOT NULL CHECK (badge <> ''),
        version integer NOT NULL CHECK (version > 0),
        fingerprint text NOT NULL,
        first_awarded_at timestamptz NOT NULL,
        PRIMARY KEY (badge, version)
    )
    """,
    """
    CREATE TABLE badge_award (
        id uuid PRIMARY KEY,
        badge text NOT NULL,
        version integer NOT NULL,
        subject uuid NOT NULL,
        subject_kind smallint NOT NULL CHECK (subject_kind BETWEEN 1 AND 4),
        "window" text NOT NULL CHECK ("window" <> ''),
        earned_at timestamptz NOT NULL,
        awarded_at timestamptz NOT NULL,
        expires_at timestamptz,
        state smallint NOT NULL CHECK (state BETWEEN 1 AND 2),
        revoked_at timestamptz,
        reason text NOT NULL DEFAULT '',
        revoked_by text NOT NULL DEFAULT '',
        by text NOT NULL CHECK (by <> ''),
        note text NOT NULL DEFAULT '',
        have integer NOT NULL CHECK (have >= 0),
        need integer NOT NULL CHECK (need >= 0),
        list_number integer NOT NULL CHECK (list_number > 0),
        list_index integer NOT NULL CHECK (list_index BETWEEN 0 AND 131071),
        batch uuid,
        FOREIGN KEY (badge, version) REFERENCES badge_version ON DELETE RESTRICT,
        CONSTRAINT badge_award_revoked CHECK ((state = 2) = (revoked_at IS NOT NULL AND revoked_by <> ''))
    )
    """,
    'CREATE UNIQUE INDEX badge_award_once ON badge_award (badge, subject, "window") WHERE state = 1',
    "CREATE UNIQUE INDEX badge_award_place ON badge_award (list_number, list_index)",
    "CREATE INDEX badge_award_subject ON badge_award (subject, badge)",
    "CREATE INDEX badge_award_holders ON badge_award (badge, earned_at DESC, id DESC) WHERE state = 1",
    "CREATE INDEX badge_award_revoked_in ON badge_award (list_number, list_index) WHERE state = 2",
    "CREATE INDEX badge_award_batch ON badge_award (batch) WHERE batch IS NOT NULL",
    "CREATE INDEX badge_award_taken_back ON badge_award (revoked_at) WHERE state = 2",
    """
    CREATE TABLE badge_credential (
        award uuid PRIMARY KEY REFERENCES badge_award ON DELETE RESTRICT,
        key_es text NOT NULL,
        key_ed text NOT NULL,
        json text NOT NULL,
        jwt text NOT NULL,
        signed_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE badge_status_list (
        number integer PRIMARY KEY CHECK (number > 0),
        used integer NOT NULL CHECK (used >= 0)
    )
    """,
    "INSERT INTO badge_status_list (number, used) VALUES (1, 0)",
    """
    CREATE TABLE badge_sweep (
        badge text NOT NULL,
        version integer NOT NULL,
        swept_at timestamptz NOT NULL,
        PRIMARY KEY (badge, version)
    )
    """,
    """
    CREATE TABLE badge_cursor (
        "only" boolean PRIMARY KEY DEFAULT true CHECK ("only"),
        position text NOT NULL,
        moved_at timestamptz NOT NULL
    )
    """,
]

UNDO = [
    "DROP TABLE badge_cursor",
    "DROP TABLE badge_sweep",
    "DROP TABLE badge_status_list",
    "DROP TABLE badge_credential",
    "DROP TABLE badge_award",
    "DROP TABLE badge_version",
]


async def forwards() -> MigrationManager:
    """Create the tables."""
    return raw_migration("badges", ID, statements=STATEMENTS, undo=UNDO)
