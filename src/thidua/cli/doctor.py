"""`thidua doctor`: what is set, what runs, and what is wrong."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, datetime

import asyncpg
import rich_click as click
from redis.exceptions import RedisError

from thidua.cli.checkup import Finding, clock, disk, keys, proxy, versions
from thidua.engine.announce import LEADER_LOCK as RELAYS
from thidua.infra.clock import now
from thidua.infra.database import APP_ROLE, owner_connection
from thidua.infra.errors import StartError
from thidua.infra.instance import running
from thidua.infra.migrate import missing
from thidua.infra.redis import client, close_client
from thidua.infra.settings import Settings, masked, settings

_HORIZON_SECONDS_MAX = 2
_LOCKS_MIN = 12_000
_UNSEALED_MAX = 100_000

_SERVER = """
SELECT current_setting('server_version') AS version,
       current_setting('max_connections')::int AS connections,
       current_setting('max_locks_per_transaction')::int AS locks_per_transaction,
       current_setting('max_prepared_transactions')::int AS prepared,
       (SELECT count(*) FROM pg_locks) AS locks_held,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connected,
       current_setting('fsync') AS fsync,
       current_setting('synchronous_commit') AS synchronous_commit,
       pg_size_pretty(pg_database_size(current_database())) AS size,
       EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS has_role
"""
_HORIZON = """
SELECT pid, age(backend_xmin) AS transactions, application_name,
       extract(epoch FROM now() - xact_start)::int AS seconds
FROM pg_stat_activity
WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
ORDER BY age(backend_xmin) DESC, xact_start LIMIT 1
"""
_LEADS = """
SELECT pid FROM pg_locks
WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) + objid::bigint = $1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_UNSEALED = """
SELECT coalesce((SELECT max(id) FROM ledger_entry), 0)
    - coalesce((SELECT max(last_entry) FROM ledger_seal), 0) AS entries,
    (SELECT max(sealed_at) FROM ledger_seal) AS sealed_at
"""


@click.command("doctor")
@click.pass_context
def command(context: click.Context) -> None:
    """Show every setting, what runs in which version, and what is wrong; ends with 1 if anything is."""
    findings = asyncio.run(_findings())
    for one in findings:
        click.echo(one.line)
    context.exit(1 if any(one.fault for one in findings) else 0)


async def _findings() -> list[Finding]:
    chosen = settings()
    found = [*_settings(chosen), *_unknown_settings(), *versions(), _instance(chosen), disk(chosen)]
    found += [*keys(chosen.data_dir), *proxy(chosen)]
    found += [one async for one in _postgres()]
    found += [one async for one in _redis()]
    await close_client()
    return found


def _settings(chosen: Settings) -> list[Finding]:
    return [Finding(one.metadata["name"], masked(getattr(chosen, one.name))) for one in fields(chosen)]


def _unknown_settings() -> list[Finding]:
    known = {one.metadata["name"] for one in fields(Settings)}
    unknown = sorted(name for name in os.environ if name.startswith("THIDUA_") and name not in known)
    return [Finding(name, "set", "no setting has this name") for name in unknown]


def _instance(chosen: Settings) -> Finding:
    found = running(chosen.data_dir)
    if found is None:
        return Finding("running here", "nothing")
    doing = ", loading the demo" if found.is_preparing else ""
    return Finding("running here", f"process {found.pid}, {found.address}{doing}")


async def _postgres() -> AsyncIterator[Finding]:
    try:
        direct = await owner_connection()
    except (OSError, StartError, asyncpg.PostgresError) as error:
        yield Finding("PostgreSQL", "no answer", str(error))
        return
    for one in _server(await direct.fetchrow(_SERVER, APP_ROLE)):
        yield one
    yield clock("PostgreSQL", await direct.fetchval("SELECT clock_timestamp()"), now())
    yield _horizon(await direct.fetchrow(_HORIZON))
    absent = await missing()
    yield Finding("migrations missing", len(absent), "run `thidua migrate`" if absent else "")
    if not absent:
        async for one in _worker(direct):
            yield one
    await direct.close()


def _server(row: asyncpg.Record) -> list[Finding]:
    locks = row["locks_per_transaction"] * (row["connections"] + row["prepared"])
    is_unsafe = "off" in {row["fsync"], row["synchronous_commit"]}
    few = "set max_locks_per_transaction to 1024"
    no_role = f"no role {APP_ROLE}: rights do not guard history, triggers alone do"
    return [
        Finding("PostgreSQL", f"{row['version']}, database of {row['size']}"),
        Finding("connections", f"{row['connected']} of {row['connections']}"),
        Finding("max_locks_per_transaction", row["locks_per_transaction"]),
        Finding("locks held", f"{row['locks_held']} of {locks}", few if locks < _LOCKS_MIN else ""),
        Finding("fsync", row["fsync"], "an acknowledged activity may be lost" if is_unsafe else ""),
        Finding("synchronous_commit", row["synchronous_commit"]),
        Finding("application role", APP_ROLE, "" if row["has_role"] else no_role),
    ]


def _horizon(row: asyncpg.Record | None) -> Finding:
    if row is None:
        return Finding("oldest open snapshot", "none")
    held = (
        f"{row['transactions']} transactions, {row['seconds']} s, by {row['pid']} {row['application_name']}"
    )
    is_old = (row["seconds"] or 0) > _HORIZON_SECONDS_MAX
    return Finding("oldest open snapshot", held, "boards wait for it" if is_old else "")


async def _worker(direct: asyncpg.Connection) -> AsyncIterator[Finding]:
    """Whether somebody keeps boards and seals up to date, and how far seals are behind."""
    leader = await direct.fetchval(_LEADS, RELAYS)
    nobody = "" if leader else "boards are answered from SQL: run `thidua work`"
    yield Finding("boards kept by", f"connection {leader}" if leader else "nobody", nobody)
    row = await direct.fetchrow(_UNSEALED)
    behind = "sealing is behind" if row["entries"] > _UNSEALED_MAX else ""
    sealed = f", last at {row['sealed_at'].isoformat(timespec='seconds')}" if row["sealed_at"] else ""
    yield Finding("entries not yet sealed", f"{max(row['entries'], 0)}{sealed}", behind)


async def _redis() -> AsyncIterator[Finding]:
    try:
        told = await client().info()
        seconds, microseconds = await client().time()
    except (OSError, StartError, RedisError) as error:
        yield Finding("Redis", "no answer", str(error))
        return
    name = "Valkey" if "valkey_version" in told else "Redis"
    yield Finding(name, told.get("valkey_version", told["redis_version"]))
    yield Finding(f"{name} memory", told["used_memory_human"])
    yield clock(name, datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds), now())
