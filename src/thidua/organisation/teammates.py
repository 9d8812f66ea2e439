"""Who is in a team now, in which teams somebody is, and the names behind aliases for who may read them."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from thidua.infra.database import Connection

_TRUE_NAMES = "SELECT person, name FROM person_profile WHERE person = ANY($1::uuid[])"
_STANDS = "m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)"
_MEMBERS = f"SELECT DISTINCT m.person FROM membership m WHERE m.team = $1 AND {_STANDS} ORDER BY 1"  # noqa: S608 -- our own words
_TEAMS = f"""
SELECT DISTINCT t.id, t.name FROM membership m JOIN team t ON t.id = m.team
WHERE m.person = $1 AND {_STANDS} ORDER BY t.name, t.id
"""  # noqa: S608 -- as above
_IN_UNIT = """
SELECT t.id, t.name FROM team t WHERE t.unit IN (SELECT unit FROM unit_within WHERE ancestor = $1)
    AND t.valid_to IS NULL ORDER BY t.name_fold, t.id LIMIT $2
"""


async def true_names(connection: Connection, people: Collection[UUID]) -> dict[UUID, str]:
    """Return the names that only those who may see names are shown; who is erased has none."""
    return {row["person"]: row["name"] for row in await connection.fetch(_TRUE_NAMES, list(people))}


async def members_now(connection: Connection, team: UUID, today: date) -> list[UUID]:
    """Return who is in the team today."""
    return [row["person"] for row in await connection.fetch(_MEMBERS, team, today)]


async def teams_now(connection: Connection, person: UUID, today: date) -> list[tuple[UUID, str]]:
    """Return the teams the person is in today, by name."""
    return [(row["id"], row["name"]) for row in await connection.fetch(_TEAMS, person, today)]


async def teams_within(connection: Connection, unit: UUID, *, count_max: int) -> list[tuple[UUID, str]]:
    """Return the standing teams of the unit and of all below it, by name."""
    return [(row["id"], row["name"]) for row in await connection.fetch(_IN_UNIT, unit, count_max)]
