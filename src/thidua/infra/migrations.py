"""What a migration file is made of: statements forwards, statements back."""

from collections.abc import Sequence

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.database import engine


def raw_migration(
    app_name: str, migration_id: str, *, statements: Sequence[str], undo: Sequence[str], description: str = ""
) -> MigrationManager:
    """A migration that runs `statements` in one transaction; `undo` takes it back. One statement a string."""
    manager = MigrationManager(migration_id=migration_id, app_name=app_name, description=description)

    async def forwards() -> None:
        await _run(statements)

    async def backwards() -> None:
        await _run(undo)

    manager.add_raw(forwards)
    manager.add_raw_backwards(backwards)
    return manager


async def _run(statements: Sequence[str]) -> None:
    for statement in statements:
        await engine().run_ddl(statement)
