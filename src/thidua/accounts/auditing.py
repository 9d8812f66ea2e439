"""Reading the audit: who did what to which thing, for those who may, in the units where they may."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from thidua.accounts.roles import Grant
from thidua.infra.database import Connection
from thidua.kernel.period import local_day

# In a unit one reads what was done to it, to its teams, its people and their accounts; all else, everywhere.
_DEEDS = """
SELECT r.id, r.at, r.actor_id, a.name AS actor, r.doing, r.thing_kind, r.thing_id, t.name AS account,
    r.facts::text AS facts
FROM audit_record r LEFT JOIN account a ON a.id = r.actor_id
LEFT JOIN account t ON r.thing_kind = 'account' AND t.id::text = r.thing_id
WHERE ($4::bigint IS NULL OR r.id < $4) AND ($5::text IS NULL OR r.thing_id = $5 OR r.actor_id::text = $5)
    AND ($1 OR r.thing_id IN (
        SELECT w.unit::text FROM unit_within w WHERE w.ancestor = ANY($2::uuid[])
        UNION ALL SELECT m.id::text FROM unit_within w JOIN team m ON m.unit = w.unit
            WHERE w.ancestor = ANY($2::uuid[])
        UNION ALL SELECT h.id::text FROM unit_within w JOIN household h ON h.unit = w.unit
            WHERE w.ancestor = ANY($2::uuid[])
        UNION ALL SELECT p.person::text FROM unit_within w JOIN person_home p ON p.unit = w.unit
            WHERE w.ancestor = ANY($2::uuid[]) AND (p.valid_to IS NULL OR p.valid_to > $3)
        UNION ALL SELECT o.id::text FROM unit_within w JOIN person_home p ON p.unit = w.unit
            JOIN account o ON o.person = p.person
            WHERE w.ancestor = ANY($2::uuid[]) AND (p.valid_to IS NULL OR p.valid_to > $3)
    ))
ORDER BY r.id DESC LIMIT $6
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedRead:
    """One deed as it stands in the audit; no actor: whoever runs the server; `account` is the name of one."""

    id: int
    at: datetime
    actor_id: UUID | None
    actor: str | None
    doing: str
    thing_kind: str
    thing_id: str
    account: str | None
    facts: Mapping[str, Any]


async def deeds_read(
    connection: Connection,
    held: Collection[Grant],
    *,
    about: str | None = None,
    before: int | None = None,
    count_max: int,
    at: datetime,
) -> list[DeedRead]:
    """The deeds that these grants may read, the latest first; of one thing or one account if it is named."""
    everywhere = any(grant.is_everywhere for grant in held)
    units = [grant.unit for grant in held if grant.unit is not None]
    same = (everywhere, units, local_day(at), before, about, count_max)
    rows = await connection.fetch(_DEEDS, *same)
    return [DeedRead(**dict(row) | {"facts": msgspec.json.decode(row["facts"])}) for row in rows]
