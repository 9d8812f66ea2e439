"""Units and their tree, teams, households, clusters, people with homes and memberships."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "units, teams, households, clusters, people"

STATEMENTS = [
    """
    CREATE TABLE unit (
        id uuid PRIMARY KEY,
        code text NOT NULL UNIQUE CHECK (code <> ''),
        kind text NOT NULL CHECK (kind IN ('central', 'province', 'commune', 'agency', 'school', 'university',
            'enterprise', 'branch', 'hamlet')),
        name text NOT NULL CHECK (name <> ''),
        name_en text,
        name_fold text NOT NULL,
        parent uuid REFERENCES unit ON DELETE RESTRICT,
        area_group text CHECK (area_group IN ('urban', 'plain', 'midland', 'mountain')),
        flags text[] NOT NULL DEFAULT '{}' CHECK (flags <@ ARRAY['border', 'island', 'minority_area']),
        members integer CHECK (members >= 0),
        adults integer CHECK (adults >= 0),
        latitude double precision CHECK (latitude BETWEEN -90 AND 90),
        longitude double precision CHECK (longitude BETWEEN -180 AND 180),
        valid_from date,
        valid_to date,
        successor uuid REFERENCES unit ON DELETE RESTRICT,
        created_at timestamptz NOT NULL,
        CONSTRAINT unit_span CHECK (valid_from < valid_to),
        CONSTRAINT unit_stands_below CHECK ((parent IS NULL) = (kind = 'central') AND parent <> id),
        CONSTRAINT unit_successor CHECK (successor <> id)
    )
    """,
    "CREATE INDEX unit_parent ON unit (parent)",
    "CREATE INDEX unit_kind ON unit (kind, code)",
    """
    CREATE TABLE unit_within (
        ancestor uuid NOT NULL REFERENCES unit ON DELETE RESTRICT,
        unit uuid NOT NULL REFERENCES unit ON DELETE RESTRICT,
        depth smallint NOT NULL CHECK (depth >= 0),
        PRIMARY KEY (ancestor, unit),
        CONSTRAINT unit_within_itself CHECK ((ancestor = unit) = (depth = 0))
    )
    """,
    "CREATE INDEX unit_within_unit ON unit_within (unit)",
    """
    CREATE TABLE team (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('youth_digital', 'community_digital', 'volunteer', 'group')),
        name text NOT NULL CHECK (name <> ''),
        name_fold text NOT NULL,
        unit uuid NOT NULL REFERENCES unit ON DELETE RESTRICT,
        valid_from date NOT NULL,
        valid_to date,
        CONSTRAINT team_span CHECK (valid_from < valid_to)
    )
    """,
    "CREATE INDEX team_unit ON team (unit)",
    "CREATE INDEX team_name ON team (name_fold, id)",
    """
    CREATE TABLE household (
        id uuid PRIMARY KEY,
        name text CHECK (name <> ''),
        unit uuid NOT NULL REFERENCES unit ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX household_unit ON household (unit)",
    """
    CREATE TABLE cluster (
        id uuid PRIMARY KEY,
        code text NOT NULL UNIQUE CHECK (code <> ''),
        kind text NOT NULL CHECK (kind IN ('cum', 'khoi')),
        name text NOT NULL CHECK (name <> ''),
        unit uuid REFERENCES unit ON DELETE RESTRICT
    )
    """,
    """
    CREATE TABLE cluster_unit (
        cluster uuid NOT NULL REFERENCES cluster ON DELETE RESTRICT,
        unit uuid NOT NULL REFERENCES unit ON DELETE RESTRICT,
        PRIMARY KEY (cluster, unit)
    )
    """,
    "CREATE INDEX cluster_unit_unit ON cluster_unit (unit)",
    "CREATE TABLE person (id uuid PRIMARY KEY, created_at timestamptz NOT NULL)",
    """
    CREATE TABLE person_profile (
        person uuid PRIMARY KEY REFERENCES person ON DELETE RESTRICT,
        name text NOT NULL CHECK (name <> ''),
        name_fold text NOT NULL,
        sort_key text COLLATE "C" NOT NULL,
        born_on date,
        contact text,
        target_group text CHECK (target_group IN ('official', 'student', 'worker', 'resident')),
        public_name boolean NOT NULL,
        priority text[] NOT NULL CHECK (priority <@ ARRAY['elderly', 'disability', 'minority', 'poor', 'remote'])
    )
    """,
    "CREATE INDEX person_profile_sort ON person_profile (sort_key, person)",
    """
    CREATE TABLE person_home (
        person uuid NOT NULL REFERENCES person ON DELETE RESTRICT,
        unit uuid NOT NULL REFERENCES unit ON DELETE RESTRICT,
        valid_from date,
        valid_to date,
        CONSTRAINT person_home_start UNIQUE NULLS NOT DISTINCT (person, valid_from),
        CONSTRAINT person_home_end UNIQUE NULLS NOT DISTINCT (person, valid_to),
        CONSTRAINT person_home_span CHECK (valid_from < valid_to)
    )
    """,
    "CREATE INDEX person_home_unit ON person_home (unit)",
    """
    CREATE TABLE membership (
        person uuid NOT NULL REFERENCES person ON DELETE RESTRICT,
        team uuid NOT NULL REFERENCES team ON DELETE RESTRICT,
        valid_from date NOT NULL,
        valid_to date,
        PRIMARY KEY (person, team, valid_from),
        CONSTRAINT membership_end UNIQUE NULLS NOT DISTINCT (person, team, valid_to),
        CONSTRAINT membership_span CHECK (valid_from < valid_to)
    )
    """,
    "CREATE INDEX membership_team ON membership (team)",
    # `mark` changes with every version: a copy, a restored backup or another database is never mistaken for this one.
    """
    CREATE TABLE organisation_version (
        "only" boolean PRIMARY KEY DEFAULT true CHECK ("only"),
        version bigint NOT NULL,
        mark uuid NOT NULL
    )
    """,
    "INSERT INTO organisation_version (version, mark) VALUES (0, gen_random_uuid())",
]

UNDO = [
    "DROP TABLE organisation_version",
    "DROP TABLE membership",
    "DROP TABLE person_home",
    "DROP TABLE person_profile",
    "DROP TABLE person",
    "DROP TABLE cluster_unit",
    "DROP TABLE cluster",
    "DROP TABLE household",
    "DROP TABLE team",
    "DROP TABLE unit_within",
    "DROP TABLE unit",
]


async def forwards() -> MigrationManager:
    """Create the tables."""
    return raw_migration("organisation", ID, description=DESCRIPTION, statements=STATEMENTS, undo=UNDO)
