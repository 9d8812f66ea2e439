"""Every write of badges. The caller opens the transaction."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from thidua.badges.model import Award
from thidua.badges.queries import COLUMNS, award_of
from thidua.infra.database import Connection
from thidua.kernel.ids import new_id
from thidua.kernel.subjects import SubjectKind

RULE = "rule"  # who gives and takes when nobody does by hand
GROUND_GONE = "ground_gone"
LIST_PLACES = 1 << 17
# Beyond half, a place dealt at random would often be taken.
_LIST_FULL = LIST_PLACES // 2
_SPARE = 40

_LIST = """
UPDATE badge_status_list SET used = least(latest.used + $1::integer, $2::integer) FROM (
    SELECT number, used FROM badge_status_list ORDER BY number DESC LIMIT 1 FOR UPDATE) latest
WHERE badge_status_list.number = latest.number RETURNING latest.number, latest.used
"""
_NEXT_LIST = "INSERT INTO badge_status_list (number, used) VALUES ($1, 0)"
# Of the places dealt those that are taken are left out; so many are dealt that enough are free.
_GIVE = f"""
WITH version AS (
    INSERT INTO badge_version (badge, version, fingerprint, first_awarded_at)
    SELECT DISTINCT ON (badge, version) badge, version, fingerprint, $1::timestamptz
    FROM unnest($3::text[], $4::integer[], $5::text[]) AS given(badge, version, fingerprint)
    ON CONFLICT DO NOTHING
), place AS (
    SELECT dealt, row_number() OVER () AS number FROM unnest($17::integer[]) AS dealt
    WHERE NOT EXISTS (SELECT FROM badge_award WHERE list_number = $16 AND list_index = dealt)
)
INSERT INTO badge_award (id, badge, version, subject, subject_kind, "window", earned_at, awarded_at,
    expires_at, state, by, note, have, need, batch, list_number, list_index)
SELECT id, badge, version, subject, kind, span, earned_at, $1, expires_at, 1, giver, note, have, need, batch,
    $16, dealt
FROM unnest($2::uuid[], $3::text[], $4::integer[], $6::uuid[], $7::smallint[], $8::text[], $9::timestamptz[],
    $10::timestamptz[], $11::text[], $12::text[], $13::integer[], $14::integer[], $15::uuid[])
    WITH ORDINALITY AS given(id, badge, version, subject, kind, span, earned_at, expires_at, giver, note,
    have, need, batch, number)
JOIN place USING (number)
ON CONFLICT (badge, subject, "window") WHERE state = 1 DO NOTHING RETURNING {COLUMNS}
"""  # noqa: S608 -- made of this part's own words
_REVOKE = """
UPDATE badge_award SET state = 2, revoked_at = $2, reason = $3, revoked_by = $4
WHERE id = ANY($1::uuid[]) AND state = 1 RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAward:
    """A badge about to be given; the fingerprint is that of the criteria of its version."""

    badge: str
    version: int
    fingerprint: str
    subject: UUID
    subject_kind: SubjectKind
    window: str
    earned_at: datetime
    expires_at: datetime | None
    have: int
    need: int
    by: str = RULE
    note: str = ""
    batch: UUID | None = None


async def give(connection: Connection, new: Sequence[NewAward], *, at: datetime) -> list[Award]:
    """Give the badges; return those given now: whoever holds one for the same window already keeps that."""
    given: list[Award] = []
    left = list(new)
    while left:
        number, used = await connection.fetchrow(_LIST, len(left), _LIST_FULL)
        if used >= _LIST_FULL:
            await connection.execute(_NEXT_LIST, number + 1)
            continue
        some = left[: _LIST_FULL - used]
        # At most half are taken, so that of twice as many and some more enough are free.
        dealt = list({secrets.randbelow(LIST_PLACES) for _ in range(3 * len(some) + _SPARE)})
        rows = [_row(one, at) for one in some]
        columns = zip(*rows, strict=True)
        given += [award_of(row) for row in await connection.fetch(_GIVE, at, *columns, number, dealt)]
        left = left[len(some) :]
    return given


async def revoke(
    connection: Connection, awards: Sequence[UUID], *, reason: str, by: str, at: datetime
) -> set[UUID]:
    """Take the awards back, for a reason that is shown; return those that were active until now."""
    rows = await connection.fetch(_REVOKE, list(awards), at, reason, by)
    return {row["id"] for row in rows}


def _row(one: NewAward, at: datetime) -> tuple[object, ...]:
    return (
        new_id(at),
        one.badge,
        one.version,
        one.fingerprint,
        one.subject,
        int(one.subject_kind),
        one.window,
        one.earned_at,
        one.expires_at,
        one.by,
        one.note,
        one.have,
        one.need,
        one.batch,
    )
