"""Who last gave an account's password to somebody else: perhaps they know it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from thidua.infra.migrations import raw_migration

ID = "2026-11-22T00:00:00:000050"

_FROM_AUDIT = """
UPDATE account a SET password_given_by = (
    SELECT r.actor_id FROM audit_record r JOIN account g ON g.id = r.actor_id
    WHERE r.thing_kind = 'account' AND r.thing_id = a.id::text AND r.actor_id <> a.id
        AND r.doing IN ('account_created', 'account_password_set')
    ORDER BY r.id DESC LIMIT 1
)
"""


async def forwards() -> MigrationManager:
    """Add the column, and fill it from the audit."""
    add = "ALTER TABLE account ADD COLUMN password_given_by uuid REFERENCES account ON DELETE RESTRICT"
    undo = ["ALTER TABLE account DROP COLUMN password_given_by"]
    return raw_migration("accounts", ID, statements=[add, _FROM_AUDIT], undo=undo)
