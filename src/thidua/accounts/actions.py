"""Every write of accounts: tokens, signing secrets, people's accounts and their roles."""

import hashlib
import re
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

import asyncpg

from thidua.accounts import logins, passwords
from thidua.accounts.errors import AccountInputError, TokenNameError, UnknownScopeError
from thidua.accounts.model import Scope
from thidua.accounts.roles import Grant
from thidua.infra.audit import Deed, note
from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError, NotFoundError
from thidua.kernel.ids import new_id

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_SECRET_BYTES = 32
_PREFIX = "thidua_"

_PUT = """
INSERT INTO api_token (id, name, source, scopes, secret_hash, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (name) DO UPDATE SET
    source = excluded.source, scopes = excluded.scopes, secret_hash = excluded.secret_hash,
    created_at = excluded.created_at, revoked_at = NULL
"""

_ADD_ACCOUNT = """
INSERT INTO account (id, login, login_fold, name, person, password_hash, is_password_once, created_at,
    credentials_at, roles_at, password_given_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8, $9)
"""
_LOGIN = "SELECT login FROM account WHERE id = $1"
# Who changes their own password leaves it noted who gave it to them: that one could have changed it as well.
_SECRET = """
UPDATE account SET password_hash = $2, is_password_once = $3, credentials_at = $4,
    password_given_by = CASE WHEN $5::uuid = id THEN password_given_by ELSE $5 END
WHERE id = $1
"""  # noqa: S105 -- SQL
_END_SESSIONS = "UPDATE account SET credentials_at = $2 WHERE id = $1 RETURNING 1"
_DISABLE = """
UPDATE account SET disabled_at = $2, credentials_at = $2 WHERE id = $1 AND disabled_at IS NULL RETURNING 1
"""
_ENABLE = """
UPDATE account SET disabled_at = NULL, credentials_at = $2
WHERE id = $1 AND disabled_at IS NOT NULL RETURNING 1
"""
_ERASE = """
UPDATE account SET login = 'erased-' || id, login_fold = 'erased-' || id, name = '-', password_hash = '',
    language = NULL, disabled_at = coalesce(disabled_at, $2), credentials_at = $2
WHERE person = $1 RETURNING id
"""
_SET_LANGUAGE = "UPDATE account SET language = $2 WHERE id = $1"
_GRANT = """
INSERT INTO account_grant (id, account, role, unit, team, granted_at, granted_by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING RETURNING 1
"""
_REVOKE = """
UPDATE account_grant SET revoked_at = $5
WHERE account = $1 AND role = $2 AND unit IS NOT DISTINCT FROM $3 AND team IS NOT DISTINCT FROM $4
    AND revoked_at IS NULL
RETURNING 1
"""
_ROLES_CHANGED = "UPDATE account SET roles_at = $2 WHERE id = $1"


async def create_account(  # noqa: PLR0913 -- the fields of one form, each by its name
    connection: Connection,
    *,
    login: str,
    password: str,
    name: str,
    person: UUID | None = None,
    grants: Iterable[Grant] = (),
    is_password_once: bool = False,
    by: UUID | None = None,
    at: datetime,
) -> UUID:
    """Make an account and give it its first roles; nobody, as `by`, is whoever runs the server."""
    found = [*logins.faults(login, name), *passwords.faults(password, login=login)]
    if found:
        raise AccountInputError(found)
    account, kept = new_id(at), await passwords.hashed(password)
    row = (account, login.strip(), logins.login_fold(login), name.strip(), person, kept)
    try:
        async with connection.transaction():
            await connection.execute(_ADD_ACCOUNT, *row, is_password_once, at, by)
    except asyncpg.UniqueViolationError as error:
        raise AccountInputError([_taken(error)]) from error
    except asyncpg.ForeignKeyViolationError as error:
        raise AccountInputError([FieldError("person", "unknown_person")]) from error
    await _note(connection, account, "created", by=by, at=at)
    for one in grants:
        await grant(connection, account, one, by=by, at=at)
    return account


async def set_password(
    connection: Connection,
    account: UUID,
    password: str,
    *,
    is_once: bool = False,
    by: UUID | None,
    at: datetime,
) -> None:
    """Give the account a new password; every session of it is over."""
    login = await connection.fetchval(_LOGIN, account)
    _must(login)
    found = passwords.faults(password, login=login)
    if found:
        raise AccountInputError(found)
    await connection.execute(_SECRET, account, await passwords.hashed(password), is_once, at, by)
    await _note(connection, account, "password_set", by=by, at=at)


async def end_sessions(connection: Connection, account: UUID, *, by: UUID | None, at: datetime) -> None:
    """Sign the account out wherever it is signed in."""
    _must(await connection.fetchval(_END_SESSIONS, account, at))
    await _note(connection, account, "signed_out", by=by, at=at)


async def disable(connection: Connection, account: UUID, *, by: UUID | None, at: datetime) -> bool:
    """Let nobody in with this account any more, those signed in included; whether it could be used before."""
    done = await connection.fetchval(_DISABLE, account, at) is not None
    if done:
        await _note(connection, account, "disabled", by=by, at=at)
    return done


async def enable(connection: Connection, account: UUID, *, by: UUID | None, at: datetime) -> bool:
    """Let the account be used again; whether it was disabled."""
    done = await connection.fetchval(_ENABLE, account, at) is not None
    if done:
        await _note(connection, account, "enabled", by=by, at=at)
    return done


async def erase_account(connection: Connection, person: UUID, *, at: datetime) -> None:
    """Leave nothing in the person's account by which anybody could tell or reach them, and let nobody in."""
    account = await connection.fetchval(_ERASE, person, at)
    if account is not None:
        await _note(connection, account, "erased", by=None, at=at)


async def set_language(connection: Connection, account: UUID, language: str | None) -> None:
    """Keep the language in which its owner reads."""
    await connection.execute(_SET_LANGUAGE, account, language)


async def grant(
    connection: Connection, account: UUID, given: Grant, *, by: UUID | None, at: datetime
) -> bool:
    """Give the account a role; whether it did not have it. Its sessions get new ids."""
    row = (new_id(at), account, given.role, given.unit, given.team, at, by)
    try:
        async with connection.transaction():
            done = await connection.fetchval(_GRANT, *row) is not None
    except asyncpg.ForeignKeyViolationError as error:
        raise NotFoundError from error
    if done:
        await _roles_changed(connection, account, given, "role_given", by=by, at=at)
    return done


async def revoke(
    connection: Connection, account: UUID, taken: Grant, *, by: UUID | None, at: datetime
) -> bool:
    """Take a role back; whether the account had it. Its sessions get new ids."""
    done = await connection.fetchval(_REVOKE, account, taken.role, taken.unit, taken.team, at) is not None
    if done:
        await _roles_changed(connection, account, taken, "role_taken", by=by, at=at)
    return done


async def create_token(
    connection: Connection, *, name: str, scopes: Collection[str], source: str | None, at: datetime
) -> str:
    """Make the token of that name, or replace its secret, and return the secret, which is kept nowhere."""
    granted = _checked_scopes(scopes)
    spoken_for = _checked_name("source", source or await _source_of(connection, name) or name)
    secret = _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    row = (new_id(at), _checked_name("name", name), spoken_for, granted, secret_hash(secret), at)
    await connection.execute(_PUT, *row)
    return secret


async def signing_secret(connection: Connection, purpose: str, *, at: datetime) -> bytes:
    """The instance's secret for that purpose: made at the first call, then the same in every process."""
    sql = (
        "INSERT INTO signing_secret (purpose, secret, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
    )
    await connection.execute(sql, purpose, secrets.token_bytes(_SECRET_BYTES), at)
    secret: bytes = await connection.fetchval("SELECT secret FROM signing_secret WHERE purpose = $1", purpose)
    return secret


async def revoke_token(connection: Connection, name: str, *, at: datetime) -> bool:
    """End the token of that name; whether there was one to end."""
    sql = "UPDATE api_token SET revoked_at = $2 WHERE name = $1 AND revoked_at IS NULL RETURNING 1"
    return await connection.fetchval(sql, name, at) is not None


def secret_hash(secret: str) -> bytes:
    """What is stored of a secret: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


async def _source_of(connection: Connection, name: str) -> str | None:
    source: str | None = await connection.fetchval("SELECT source FROM api_token WHERE name = $1", name)
    return source


def _checked_scopes(scopes: Collection[str]) -> list[str]:
    known = {scope.value for scope in Scope}
    unknown = sorted(set(scopes) - known)
    if unknown or not scopes:
        faults = [FieldError("scopes", "unknown_scope", facts={"scope": scope}) for scope in unknown or [""]]
        raise UnknownScopeError(faults, f"choose from {', '.join(sorted(known))}")
    return sorted(set(scopes))


def _checked_name(field: str, name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise TokenNameError([FieldError(field, "invalid_name")], f"{field}: letters, digits and . _ - only")
    return name


async def _roles_changed(
    connection: Connection, account: UUID, changed: Grant, doing: str, *, by: UUID | None, at: datetime
) -> None:
    await connection.execute(_ROLES_CHANGED, account, at)
    facts = {"role": changed.role, "unit": changed.unit, "team": changed.team}
    deed = Deed(
        at=at, actor_id=by, doing=f"account_{doing}", thing_kind="account", thing_id=account, facts=facts
    )
    await note(connection, deed)


async def _note(connection: Connection, account: UUID, doing: str, *, by: UUID | None, at: datetime) -> None:
    doing = f"account_{doing}"
    await note(connection, Deed(at=at, actor_id=by, doing=doing, thing_kind="account", thing_id=account))


def _must(found: object) -> None:
    if found is None:
        raise NotFoundError


def _taken(error: asyncpg.UniqueViolationError) -> FieldError:
    name = "person" if "person" in str(error.constraint_name) else "login"
    return FieldError(name, f"{name}_taken")
