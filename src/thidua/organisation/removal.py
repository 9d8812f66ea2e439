"""Takes back people, teams and branches that were put in by mistake and that nothing has come to name.

What somebody has done is history: who or what is named by an activity, an entry or an account stays, and of
those whose activities were all withdrawn the id.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from thidua.infra.database import Connection
from thidua.organisation import storing

_NEW_VERSION = "UPDATE organisation_version SET version = version + 1, mark = gen_random_uuid()"
_ERASE = "DELETE FROM person_profile WHERE person = $1 RETURNING name, contact"
_FORGET_WHO = (
    "DELETE FROM membership WHERE person = $1",
    "DELETE FROM person_home WHERE person = $1",
    "DELETE FROM person_profile WHERE person = $1",
)
_FORGET_PERSON = (*_FORGET_WHO, "DELETE FROM person WHERE id = $1")
_FORGET_TEAM = ("DELETE FROM team WHERE id = $1",)
_FORGET_UNIT = (
    "DELETE FROM unit_within WHERE unit = $1",
    "DELETE FROM unit_members WHERE unit = $1",
    "DELETE FROM unit WHERE id = $1",
)


async def forget_profile(connection: Connection, person: UUID) -> list[str] | None:
    """Erase the person's profile for good; return name and contact as they stood, None if there is none."""
    await storing.lock(connection)
    row = await connection.fetchrow(_ERASE, person)
    if row is None:
        return None
    await connection.execute(_NEW_VERSION)
    return [one for one in row if one]


async def take_back_people(
    connection: Connection, people: Collection[UUID], *, named: Collection[UUID]
) -> set[UUID]:
    """Remove people with homes and memberships; of those who are `named` and have no account the id stays.

    Return who was removed, not who something else names.
    """
    removed = await _take_back(connection, [one for one in people if one in named], _FORGET_WHO)
    return removed | await _take_back(connection, [one for one in people if one not in named], _FORGET_PERSON)


async def take_back_teams(connection: Connection, teams: Collection[UUID]) -> set[UUID]:
    """Remove teams without members; return which were removed."""
    return await _take_back(connection, teams, _FORGET_TEAM)


async def take_back_units(connection: Connection, units: Collection[UUID]) -> set[UUID]:
    """Remove units in which nobody and nothing has its place; return which were removed."""
    return await _take_back(connection, units, _FORGET_UNIT)


async def _take_back(
    connection: Connection, things: Collection[UUID], statements: Sequence[str]
) -> set[UUID]:
    await storing.lock(connection)
    removed = {one for one in things if await _is_removed(connection, one, statements)}
    if removed:
        await connection.execute(_NEW_VERSION)
    return removed


async def _is_removed(connection: Connection, one: UUID, statements: Sequence[str]) -> bool:
    try:
        async with connection.transaction():
            for statement in statements:
                await connection.execute(statement, one)
    except (asyncpg.ForeignKeyViolationError, asyncpg.RestrictViolationError):
        return False
    return True
