"""Every write of badges. The caller opens the transaction."""

import secrets
from collections.abc import Mapping, Sequence
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

_LIST = """
UPDATE badge_status_list SET used = least(latest.used + $1::integer, $2::integer) FROM (
    SELECT number, used FROM badge_status_list ORDER BY number DESC LIMIT 1 FOR UPDATE) latest
WHERE badge_status_list.number = latest.number RETURNING latest.number, latest.used
"""
_NEXT_LIST = "INSERT INTO badge_status_list (number, used) VALUES ($1, 0)"
_TAKEN = "SELECT list_index FROM badge_award WHERE list_number = $1 AND list_index = ANY($2::integer[])"
_KEEP_VERSIONS = """
INSERT INTO badge_version (badge, version, fingerprint, first_awarded_at)
SELECT badge, version, fingerprint, $4 FROM unnest($1::text[], $2::integer[], $3::text[])
    AS given(badge, version, fingerprint)
ON CONFLICT DO NOTHING
"""
_GIVE = f"""
INSERT INTO badge_award (id, badge, version, subject, subject_kind, "window", earned_at, awarded_at,
    expires_at, state, by, note, have, need, batch, list_number, list_index)
SELECT id, badge, version, subject, kind, span, earned_at, $1, expires_at, 1, giver, note, have, need, batch,
    list_number, list_index
FROM unnest($2::uuid[], $3::text[], $4::integer[], $5::uuid[], $6::smallint[], $7::text[], $8::timestamptz[],
    $9::timestamptz[], $10::text[], $11::text[], $12::integer[], $13::integer[], $14::uuid[], $15::integer[],
    $16::integer[]) AS given(id, badge, version, subject, kind, span, earned_at, expires_at, giver, note,
    have, need, batch, list_number, list_index)
ON CONFLICT (badge, subject, "window") WHERE state = 1 DO NOTHING RETURNING {COLUMNS}
"""  # noqa: S608 -- made of this part's own words
_REVOKE = """
UPDATE badge_award SET state = 2, revoked_at = $2, reason = $3, revoked_by = $4
WHERE id = ANY($1::uuid[]) AND state = 1 RETURNING id
"""
_SET_EARNED = """
UPDATE badge_award a SET earned_at = now.earned_at, expires_at = now.expires_at, have = now.have
FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::integer[])
    AS now(id, earned_at, expires_at, have)
WHERE a.id = now.id AND a.state = 1
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
    if not new:
        return []
    versions = {(one.badge, one.version): one.fingerprint for one in new}
    await connection.execute(
        _KEEP_VERSIONS, [b for b, _ in versions], [v for _, v in versions], list(versions.values()), at
    )
    given: list[Award] = []
    left = list(new)
    while left:
        number, places = await _places(connection, len(left))
        rows = [_row(one, number, place, at) for one, place in zip(left, places, strict=False)]
        if not rows:  # the next list has room
            continue
        given += [award_of(row) for row in await connection.fetch(_GIVE, at, *zip(*rows, strict=True))]
        left = left[len(rows) :]
    return given


async def revoke(
    connection: Connection, awards: Sequence[UUID], *, reason: str, by: str, at: datetime
) -> set[UUID]:
    """Take the awards back, for a reason that is shown; return those that were active until now."""
    rows = await connection.fetch(_REVOKE, list(awards), at, reason, by)
    return {row["id"] for row in rows}


async def set_earned(
    connection: Connection, changed: Mapping[UUID, tuple[datetime, datetime | None, int]]
) -> None:
    """Let active awards say when, until when and with how many they were earned, as late facts have it."""
    if changed:
        whens, untils, haves = zip(*changed.values(), strict=True)
        await connection.execute(_SET_EARNED, list(changed), whens, untils, haves)


async def _places(connection: Connection, wanted: int) -> tuple[int, list[int]]:
    """Free places of the list in use, dealt at random; perhaps fewer than wanted, none where it is full."""
    number, used = await connection.fetchrow(_LIST, wanted, _LIST_FULL)
    count = min(wanted, _LIST_FULL - used)
    if not count:
        await connection.execute(_NEXT_LIST, number + 1)
    free: set[int] = set()
    while len(free) < count:
        dealt = {secrets.randbelow(LIST_PLACES) for _ in range(count - len(free))} - free
        taken = await connection.fetch(_TAKEN, number, list(dealt))
        free |= dealt - {row["list_index"] for row in taken}
    return number, list(free)


def _row(one: NewAward, number: int, place: int, at: datetime) -> tuple[object, ...]:
    return (
        new_id(at),
        one.badge,
        one.version,
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
        number,
        place,
    )
