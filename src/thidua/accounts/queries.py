"""Every read of accounts."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from thidua.accounts.logins import login_fold
from thidua.accounts.model import Account, AccountLine, Caller, Scope
from thidua.accounts.permissions import Permission, carrying
from thidua.accounts.roles import Grant, Role
from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.organisation.vietnamese import fold
from thidua.paths import parts_with_tables

_CALLER = "SELECT name, source, scopes FROM api_token WHERE secret_hash = $1 AND revoked_at IS NULL"

_ACCOUNT = """
SELECT a.id, a.login, a.name, a.person, a.language, a.is_password_once, a.created_at, a.credentials_at,
    a.roles_at, a.disabled_at, g.role, g.unit, g.team
FROM account a LEFT JOIN account_grant g ON g.account = a.id AND g.revoked_at IS NULL
WHERE """
_BY_ID = _ACCOUNT + "a.id = $1 ORDER BY g.granted_at, g.id"
_BY_PERSON = _ACCOUNT + "a.person = $1 ORDER BY g.granted_at, g.id"
_APPOINTERS = """
SELECT DISTINCT a.id, a.person FROM account_grant g JOIN account a ON a.id = g.granted_by WHERE g.account = $1
"""
_GIVERS = """
SELECT a.id, a.person FROM account o JOIN account a ON a.id = o.password_given_by WHERE o.id = $1
"""
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
# Accounts whose person and whose roles all lie within the units: nobody manages who is above them.
_MANAGED = """
SELECT a.id, a.login, a.login_fold AS place, a.name, a.person, a.disabled_at IS NOT NULL AS is_disabled,
    ARRAY(SELECT DISTINCT g.role FROM account_grant g WHERE g.account = a.id AND g.revoked_at IS NULL
        ORDER BY g.role) AS roles
FROM account a
LEFT JOIN person_home h ON h.person = a.person
    AND (h.valid_from IS NULL OR h.valid_from <= $3) AND (h.valid_to IS NULL OR h.valid_to > $3)
LEFT JOIN person_profile f ON f.person = a.person
WHERE ($1 OR (
    (a.person IS NULL OR h.unit IN (SELECT unit FROM unit_within WHERE ancestor = ANY($2::uuid[])))
    AND (a.person IS NOT NULL OR EXISTS (SELECT FROM account_grant g
        WHERE g.account = a.id AND g.revoked_at IS NULL AND g.role <> 'member'))
    AND NOT EXISTS (SELECT FROM account_grant g LEFT JOIN team t ON t.id = g.team
        WHERE g.account = a.id AND g.revoked_at IS NULL AND g.role <> 'member'
            AND NOT EXISTS (SELECT FROM unit_within w
                WHERE w.ancestor = ANY($2::uuid[]) AND w.unit = coalesce(g.unit, t.unit)))
))
"""
_LISTED = """
    AND ($4::text IS NULL OR a.login_fold LIKE $4 OR f.name_fold LIKE $4)
    AND ($5::text IS NULL OR a.login_fold > $5)
ORDER BY a.login_fold LIMIT $6
"""
_OTHER_ADMINISTRATORS = """
SELECT EXISTS (SELECT FROM account_grant g JOIN account a ON a.id = g.account
    WHERE g.role = 'system_administrator' AND g.unit IS NULL AND g.team IS NULL AND g.revoked_at IS NULL
        AND a.disabled_at IS NULL AND a.id <> $1)
"""
_ROOTS = "SELECT id FROM unit WHERE parent IS NULL"
_WILD = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


async def account_of(connection: Connection, account: UUID) -> Account | None:
    """The account with its roles in force, disabled or not; None when there is none."""
    return _account(await connection.fetch(_BY_ID, account))


async def account_of_person(connection: Connection, person: UUID) -> Account | None:
    """The account of that person, if they have one."""
    return _account(await connection.fetch(_BY_PERSON, person))


async def hands_behind(connection: Connection, account: UUID, *, is_nobodys: bool) -> frozenset[UUID]:
    """The accounts, and the persons behind them, in whose hands the account may be.

    That is who last gave its password; of an account of nobody also whoever ever gave it a role.
    """
    rows = await connection.fetch(_GIVERS, account)
    if is_nobodys:
        rows += await connection.fetch(_APPOINTERS, account)
    return frozenset(one for row in rows for one in (row["id"], row["person"]) if one is not None)


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


async def managed_accounts(
    connection: Connection,
    held: Collection[Grant],
    *,
    q: str | None = None,
    after: str | None = None,
    count_max: int,
    at: datetime,
) -> list[AccountLine]:
    """The accounts that these grants manage, by login; whose login or person's name holds q."""
    sought = f"%{fold(q).translate(_WILD)}%" if q and q.strip() else None
    rows = await connection.fetch(_MANAGED + _LISTED, *_managers(held, at), sought, after, count_max)
    return [AccountLine(**dict(row) | {"roles": tuple(row["roles"])}) for row in rows]


async def is_managed(connection: Connection, account: UUID, held: Collection[Grant], *, at: datetime) -> bool:
    """Whether these grants manage the account."""
    sql = f"SELECT EXISTS ({_MANAGED} AND a.id = $4)"
    return bool(await connection.fetchval(sql, *_managers(held, at), account))


async def has_other_administrators(connection: Connection, account: UUID) -> bool:
    """Whether somebody else can sign in and runs the whole instance."""
    return bool(await connection.fetchval(_OTHER_ADMINISTRATORS, account))


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


def _managers(held: Collection[Grant], at: datetime) -> tuple[bool, list[UUID], date]:
    return any(grant.is_everywhere for grant in held), _places(held)[0], local_day(at)


def _account(rows: Collection[Mapping[str, Any]]) -> Account | None:
    """One account of rows that differ in the grant alone."""
    if not rows:
        return None
    first = next(iter(rows))
    grants = tuple(Grant(Role(row["role"]), row["unit"], row["team"]) for row in rows if row["role"])
    kept = {name: first[name] for name in Account.__slots__ if name != "grants"}
    return Account(grants=grants, **kept)
