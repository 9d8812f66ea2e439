"""`thidua doctor`: what is set, what runs, and what is wrong."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, fields

import asyncpg
import rich_click as click
from redis.exceptions import RedisError

from thidua.infra.database import APP_ROLE, owner_connection
from thidua.infra.errors import StartError
from thidua.infra.instance import running
from thidua.infra.migrate import missing
from thidua.infra.redis import client, close_client
from thidua.infra.settings import Settings, masked, settings

_HORIZON_SECONDS_MAX = 2
_LOCKS_MIN = 12_000

_SERVER = """
SELECT current_setting('server_version') AS version,
       current_setting('max_connections')::int AS connections,
       current_setting('max_locks_per_transaction')::int AS locks_per_transaction,
       current_setting('max_prepared_transactions')::int AS prepared,
       (SELECT count(*) FROM pg_locks) AS locks_held,
       current_setting('fsync') AS fsync,
       current_setting('synchronous_commit') AS synchronous_commit,
       EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS has_role
"""
_HORIZON = """
SELECT pid, age(backend_xmin) AS transactions, application_name,
       extract(epoch FROM now() - xact_start)::int AS seconds
FROM pg_stat_activity
WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
ORDER BY age(backend_xmin) DESC, xact_start LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class _Finding:
    what: str
    value: object
    fault: str = ""


@click.command("doctor")
@click.pass_context
def command(context: click.Context) -> None:
    """Show every setting, the servers' versions, and what is wrong."""
    findings = asyncio.run(_findings())
    for one in findings:
        click.echo(
            f"{'FAULT' if one.fault else '     '} {one.what:<28} {one.value}{one.fault and f' ({one.fault})'}"
        )
    context.exit(1 if any(one.fault for one in findings) else 0)


def _line(one: _Finding) -> str:
    mark, why = ("FAULT", f" ({one.fault})") if one.fault else ("     ", "")
    return f"{mark} {one.what:<28} {one.value}{why}"


async def _findings() -> list[_Finding]:
    found = [*_settings(settings()), *_unknown_settings(), _instance(settings())]
    found += [one async for one in _postgres()]
    found += [one async for one in _redis()]
    await close_client()
    return found


def _settings(chosen: Settings) -> list[_Finding]:
    return [_Finding(one.metadata["name"], masked(getattr(chosen, one.name))) for one in fields(chosen)]


def _unknown_settings() -> list[_Finding]:
    known = {one.metadata["name"] for one in fields(Settings)}
    unknown = sorted(name for name in os.environ if name.startswith("THIDUA_") and name not in known)
    return [_Finding(name, "set", "no setting has this name") for name in unknown]


def _instance(chosen: Settings) -> _Finding:
    found = running(chosen.data_dir)
    return _Finding("running here", f"process {found.pid}, {found.address}" if found else "nothing")


async def _postgres() -> AsyncIterator[_Finding]:
    try:
        direct = await owner_connection()
    except (OSError, StartError, asyncpg.PostgresError) as error:
        yield _Finding("PostgreSQL", "no answer", str(error))
        return
    for one in _server(await direct.fetchrow(_SERVER, APP_ROLE)):
        yield one
    yield _horizon(await direct.fetchrow(_HORIZON))
    await direct.close()
    absent = await missing()
    yield _Finding("migrations missing", len(absent), "run `thidua migrate`" if absent else "")


def _server(row: asyncpg.Record) -> list[_Finding]:
    locks = row["locks_per_transaction"] * (row["connections"] + row["prepared"])
    is_unsafe = "off" in {row["fsync"], row["synchronous_commit"]}
    few = "set max_locks_per_transaction to 1024"
    no_role = f"no role {APP_ROLE}: rights do not guard history, triggers alone do"
    return [
        _Finding("PostgreSQL", row["version"]),
        _Finding("max_connections", row["connections"]),
        _Finding("max_locks_per_transaction", row["locks_per_transaction"]),
        _Finding("locks held", f"{row['locks_held']} of {locks}", few if locks < _LOCKS_MIN else ""),
        _Finding("fsync", row["fsync"], "an acknowledged activity may be lost" if is_unsafe else ""),
        _Finding("synchronous_commit", row["synchronous_commit"]),
        _Finding("application role", APP_ROLE, "" if row["has_role"] else no_role),
    ]


def _horizon(row: asyncpg.Record | None) -> _Finding:
    if row is None:
        return _Finding("oldest open snapshot", "none")
    held = (
        f"{row['transactions']} transactions, {row['seconds']} s, by {row['pid']} {row['application_name']}"
    )
    is_old = (row["seconds"] or 0) > _HORIZON_SECONDS_MAX
    return _Finding("oldest open snapshot", held, "boards wait for it" if is_old else "")


async def _redis() -> AsyncIterator[_Finding]:
    try:
        told = await client().info()
    except (OSError, StartError, RedisError) as error:
        yield _Finding("Redis", "no answer", str(error))
        return
    name = "Valkey" if "valkey_version" in told else "Redis"
    yield _Finding(name, told.get("valkey_version", told["redis_version"]))
    yield _Finding(f"{name} memory", told["used_memory_human"])
