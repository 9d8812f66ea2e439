"""Who did what, when, to which thing: written in the transaction of the deed itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from thidua.infra.database import Connection

_INSERT = """
INSERT INTO audit_record (at, actor_id, doing, thing_kind, thing_id, facts)
VALUES ($1, $2, $3, $4, $5, $6)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody did to one thing; facts hold no names and no secrets. No actor: the system."""

    at: datetime
    actor_id: UUID | None
    doing: str
    thing_kind: str
    thing_id: object
    facts: Mapping[str, object] = field(default_factory=dict)


async def note(connection: Connection, deed: Deed) -> None:
    """Note one deed; it is kept exactly when the caller's transaction is."""
    facts = msgspec.json.encode(dict(deed.facts)).decode()
    thing = str(deed.thing_id)
    await connection.execute(_INSERT, deed.at, deed.actor_id, deed.doing, deed.thing_kind, thing, facts)
