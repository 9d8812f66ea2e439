"""Every write of accounts: tokens and signing secrets."""

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import datetime

from thidua.accounts.errors import TokenNameError, UnknownScopeError
from thidua.accounts.model import Scope
from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError
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
