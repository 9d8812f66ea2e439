"""Brings the database to the present shape, and gives the application exactly the rights it needs."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stdout

import asyncpg
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager

from thidua.infra.database import APP_ROLE, engine, owner_connection

# History: the application may add rows here, nobody may change or remove one.
APPEND_ONLY = ("activity_act", "audit_record", "ledger_entry", "ledger_root", "ledger_seal", "rulebook")

_ONE_AT_A_TIME = 0x7468_6964_7561  # "thidua": processes that start together migrate one after the other


class MigrationFailedError(Exception):
    """A migration did not run; the database is as it was before it."""


async def migrate() -> None:
    """Run every migration that has not run yet, then grant the rights; safe to call twice at once."""
    async with _alone() as owner:
        with redirect_stdout(io.StringIO()) as said:
            await _run_forwards(said)
        await _grant(owner)


async def missing() -> list[str]:
    """The migrations that have not run on this database, as "part identifier", oldest first in each part."""
    direct = await owner_connection()
    try:
        known = await direct.fetchval("SELECT to_regclass('migration') IS NOT NULL")
        rows = await direct.fetch("SELECT app_name || ' ' || name AS one FROM migration") if known else []
    finally:
        await direct.close()
    done = {row["one"] for row in rows}
    return [one for one in known_migrations() if one not in done]


def known_migrations() -> list[str]:
    """The migrations that this version has, as "part identifier", oldest first in each part."""
    finder = BaseMigrationManager()
    return [one for app_name in finder.get_sorted_app_names() for one in _of(finder, app_name)]


def _of(finder: BaseMigrationManager, app_name: str) -> list[str]:
    folder = finder.get_app_config(app_name).resolved_migrations_folder_path
    return [f"{app_name} {identifier}" for identifier in sorted(finder.get_migration_modules(folder))]


@asynccontextmanager
async def _alone() -> AsyncIterator[asyncpg.Connection]:
    assert engine().pool is None, "migrations run with the owner's rights: close the pool first"
    owner = await owner_connection()
    try:
        await owner.execute("SELECT pg_advisory_lock($1)", _ONE_AT_A_TIME)
        yield owner
    finally:
        await owner.close()


async def _run_forwards(said: io.StringIO) -> None:
    for app_name in BaseMigrationManager().get_sorted_app_names():
        result = await ForwardsMigrationManager(app_name=app_name).run()
        if not result.success:
            raise MigrationFailedError(f"{app_name}: {result.message}\n{said.getvalue()}")


async def _grant(owner: asyncpg.Connection) -> None:
    if not await _has_role(owner):
        return
    for statement in _grants(await _append_only_here(owner)):
        await owner.execute(statement)


async def _has_role(owner: asyncpg.Connection) -> bool:
    try:
        async with owner.transaction():
            await owner.execute(f"CREATE ROLE {APP_ROLE} NOLOGIN")
            await owner.execute(f"GRANT {APP_ROLE} TO CURRENT_USER")
    except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        return True
    except asyncpg.InsufficientPrivilegeError:  # a hosted server: `thidua doctor` says what is missing
        return False
    return True


async def _append_only_here(owner: asyncpg.Connection) -> list[str]:
    rows = await owner.fetch(
        "SELECT name FROM unnest($1::text[]) name WHERE to_regclass(name) IS NOT NULL", APPEND_ONLY
    )
    return [row["name"] for row in rows]


def _grants(append_only: list[str]) -> list[str]:
    everything = [
        f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}",
    ]
    return everything + [
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP_ROLE}" for table in append_only
    ]
