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
_LATEST = """
SELECT at, actor_id, facts FROM audit_record WHERE thing_kind = $1 AND thing_id = $2 AND facts ? $3
ORDER BY id DESC LIMIT 1
"""
_THINGS = "SELECT thing_id FROM audit_record WHERE actor_id = $1 AND doing = $2 ORDER BY id DESC LIMIT $3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody did to one thing; facts hold no names and no secrets. No actor: the system."""

    at: datetime
    actor_id: UUID | None
    doing: str
    thing_kind: str
    thing_id: object
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Noted:
    """Who last said something of a thing, when, and what they said."""

    at: datetime
    actor_id: UUID | None
    said: object


async def note(connection: Connection, deed: Deed) -> None:
    """Note one deed; it is kept exactly when the caller's transaction is."""
    facts = msgspec.json.encode(dict(deed.facts)).decode()
    thing = str(deed.thing_id)
    await connection.execute(_INSERT, deed.at, deed.actor_id, deed.doing, deed.thing_kind, thing, facts)


async def latest(connection: Connection, thing_kind: str, thing_id: object, fact: str) -> Noted | None:
    """Return the last time that this fact of this thing was noted."""
    row = await connection.fetchrow(_LATEST, thing_kind, str(thing_id), fact)
    return None if row is None else Noted(row["at"], row["actor_id"], msgspec.json.decode(row["facts"])[fact])


async def things(connection: Connection, actor_id: UUID, doing: str, count_max: int) -> list[str]:
    """Return with which things they did so last, the latest first."""
    rows = await connection.fetch(_THINGS, actor_id, doing, count_max)
    return [row["thing_id"] for row in rows]
