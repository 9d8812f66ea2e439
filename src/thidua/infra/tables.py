"""The table of the audit: who did what, when, to which thing."""

from piccolo.columns import JSONB, UUID, BigSerial, Text, Timestamptz
from piccolo.table import Table


class AuditRecord(Table, tablename="audit_record"):
    """One thing that somebody did; rows are only added."""

    id = BigSerial(primary_key=True, null=False)
    at = Timestamptz(default=None, null=False, index=True)
    actor_id = UUID(default=None, null=True, index=True)
    doing = Text(default=None, null=False)
    thing_kind = Text(default=None, null=False)
    thing_id = Text(default=None, null=False)
    facts = JSONB(default=None, null=False)
