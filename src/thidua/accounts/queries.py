"""Every read of accounts."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from thidua.accounts.logins import login_fold
from thidua.accounts.model import Account, Caller, Scope
from thidua.accounts.permissions import Permission, carrying
from thidua.accounts.roles import Grant, Role
from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.paths import parts_with_tables

_CALLER = "SELECT name, source, scopes FROM api_token WHERE secret_hash = $1 AND revoked_at IS NULL"

_ACCOUNT = """
SELECT a.id, a.login, a.name, a.person, a.language, a.is_password_once, a.created_at, a.credentials_at,
    a.roles_at, a.disabled_at, g.role, g.unit, g.team
FROM account a LEFT JOIN account_grant g ON g.account = a.id AND g.revoked_at IS NULL
WHERE """
_BY_ID = _ACCOUNT + "a.id = $1 ORDER BY g.granted_at, g.id"
_BY_PERSON = _ACCOUNT + "a.person = $1 ORDER BY g.granted_at, g.id"
_OF_LOGIN = "SELECT id, password_hash FROM account WHERE login_fold = $1"
_OF_ID = "SELECT password_hash FROM account WHERE id = $1"
_COVERS_UNIT = "SELECT EXISTS (SELECT FROM unit_within WHERE ancestor = ANY($1::uuid[]) AND unit = $2)"
_COVERS_TEAM = """
SELECT EXISTS (SELECT FROM team t JOIN unit_within w ON w.unit = t.unit
    WHERE t.id = $2 AND w.ancestor = ANY($1::uuid[]))
"""
# A person or household belongs where the home is; a team's leader sees the team's members of today.
_COVERS_PERSON = """
SELECT EXISTS (SELECT FROM person_home h JOIN unit_within w ON w.unit = h.unit
    WHERE h.person = $3 AND w.ancestor = ANY($1::uuid[])
        AND (h.valid_from IS NULL OR h.valid_from <= $4) AND (h.valid_to IS NULL OR h.valid_to > $4))
    OR EXISTS (SELECT FROM membership m WHERE m.person = $3 AND m.team = ANY($2::uuid[])
        AND m.valid_from <= $4 AND (m.valid_to IS NULL OR m.valid_to > $4))
    OR EXISTS (SELECT FROM household h JOIN unit_within w ON w.unit = h.unit
    WHERE h.id = $3 AND w.ancestor = ANY($1::uuid[]))
"""
_ROOTS = "SELECT id FROM unit WHERE parent IS NULL"


async def account_of(connection: Connection, account: UUID) -> Account | None:
    """The account with its roles in force, disabled or not; None when there is none."""
    return _account(await connection.fetch(_BY_ID, account))


async def account_of_person(connection: Connection, person: UUID) -> Account | None:
    """The account of that person, if they have one."""
    return _account(await connection.fetch(_BY_PERSON, person))


async def secret_of_login(connection: Connection, login: str) -> tuple[UUID, str] | None:
    """The account and the password's hash behind a login, in whatever spelling; None when it is unknown."""
    row = await connection.fetchrow(_OF_LOGIN, login_fold(login))
    return None if row is None else (row["id"], row["password_hash"])


async def secret_of_account(connection: Connection, account: UUID) -> str | None:
    """The hash of the account's password."""
    kept: str | None = await connection.fetchval(_OF_ID, account)
    return kept


async def covers(
    connection: Connection,
    held: Collection[Grant],
    *,
    unit: UUID | None = None,
    team: UUID | None = None,
    person: UUID | None = None,
    at: datetime,
) -> bool:
    """Whether the grants, all of which carry what is asked for, hold for everything that is named."""
    assert unit or team or person, "name what it is about"
    if any(grant.is_everywhere for grant in held):
        return True
    if not held:
        return False
    units, teams = _places(held)
    today = local_day(at)
    return (
        (unit is None or await connection.fetchval(_COVERS_UNIT, units, unit))
        and (team is None or team in teams or await connection.fetchval(_COVERS_TEAM, units, team))
        and (person is None or bool(await connection.fetchval(_COVERS_PERSON, units, teams, person, today)))
    )


async def units_covered(
    connection: Connection, grants: Iterable[Grant], permission: Permission
) -> tuple[UUID, ...]:
    """The units in whose whole subtrees the grants carry the permission; everywhere means the roots."""
    held = carrying(grants, permission)
    if any(grant.is_everywhere for grant in held):
        return tuple(row["id"] for row in await connection.fetch(_ROOTS))
    return tuple(dict.fromkeys(grant.unit for grant in held if grant.unit is not None))


def teams_covered(grants: Iterable[Grant], permission: Permission) -> tuple[UUID, ...]:
    """The single teams in which the grants carry the permission, besides all teams of covered units."""
    return tuple(dict.fromkeys(one.team for one in carrying(grants, permission) if one.team is not None))


async def caller_of(connection: Connection, hashed: bytes) -> Caller | None:
    """The caller whose token has this hash; None when it is unknown or revoked."""
    row = await connection.fetchrow(_CALLER, hashed)
    if row is None:
        return None
    known = {scope.value for scope in Scope}
    return Caller(row["name"], row["source"], frozenset(Scope(one) for one in row["scopes"] if one in known))


async def is_migrated(connection: Connection) -> bool:
    """Whether every part that this program knows has its migrations in the database."""
    if await connection.fetchval("SELECT to_regclass('public.migration')") is None:
        return False
    rows = await connection.fetch("SELECT DISTINCT app_name FROM migration")
    return {row["app_name"] for row in rows} >= set(parts_with_tables())


def _places(grants: Collection[Grant]) -> tuple[list[UUID], list[UUID]]:
    units = [grant.unit for grant in grants if grant.unit is not None]
    return units, [grant.team for grant in grants if grant.team is not None]


def _account(rows: Collection[Mapping[str, Any]]) -> Account | None:
    """One account of rows that differ in the grant alone."""
    if not rows:
        return None
    first = next(iter(rows))
    grants = tuple(Grant(Role(row["role"]), row["unit"], row["team"]) for row in rows if row["role"])
    kept = {name: first[name] for name in Account.__slots__ if name != "grants"}
    return Account(grants=grants, **kept)
