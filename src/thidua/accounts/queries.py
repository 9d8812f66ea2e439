"""Every read of accounts."""

from thidua.accounts.model import Caller, Scope
from thidua.infra.database import Connection
from thidua.paths import parts_with_tables

_CALLER = "SELECT name, source, scopes FROM api_token WHERE secret_hash = $1 AND revoked_at IS NULL"


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
