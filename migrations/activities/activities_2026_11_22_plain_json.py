"""What an activity carries is kept as JSON that is not taken apart: it is only ever read whole."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000030"

COLUMNS = ("attributes", "evidence", "context")


async def forwards() -> MigrationManager:
    """Change the columns."""
    return raw_migration("activities", ID, statements=_to("json"), undo=_to("jsonb"))


def _to(kind: str) -> list[str]:
    changes = ", ".join(f"ALTER COLUMN {name} TYPE {kind}" for name in COLUMNS)
    return [f"ALTER TABLE activity {changes}"]
