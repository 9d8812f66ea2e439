"""Whether totals equal the ledger, and boards in Redis the totals: for `thidua verify` and for alarms."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from thidua.boards.model import BoardKey, Place
from thidua.boards.standing import position_of
from thidua.boards.store import Store
from thidua.boards.truth import compute
from thidua.boards.wanted import wanted
from thidua.infra import clock
from thidua.infra.cursor import instance_of
from thidua.infra.database import connection, transaction

_ROWS_AT_ONCE = 2_000
# A subject is paid while we look: what differs is looked at again after the relay had time for it.
LOOKS = 5
LOOK_AGAIN_SECONDS = 0.5
_NO_LIMIT = "SET LOCAL statement_timeout = '600s'; SET LOCAL work_mem = '256MB'"

# The grain of the tallies, summed from the entries alone: `last_at` is the latest award that is not 0 by now.
FROM_ENTRIES = """
SELECT subject, subject_kind, team, unit, festival, day, category, sum(points)::bigint AS points,
    max(occurred_at) FILTER (WHERE points <> 0) AS last_at
FROM (
    SELECT subject, subject_kind, team, unit, festival, category, activity, rule, sum(points) AS points,
        (occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, max(occurred_at) AS occurred_at
    FROM ledger_entry GROUP BY subject, subject_kind, team, unit, festival, category, activity, rule, day
) award GROUP BY subject, subject_kind, team, unit, festival, day, category
"""
_KEYED = """
SELECT subject, day, category, unit, coalesce(team, '00000000-0000-0000-0000-000000000000') AS team,
    coalesce(festival, '') AS festival, points, last_at FROM ({rows}) row
"""
_TALLIES = f"""
SELECT subject, day, category, coalesce(e.points, 0) AS entries, coalesce(t.points, 0) AS tally,
    e.last_at AS entries_last_at, t.last_at AS tally_last_at
FROM ({_KEYED.format(rows=FROM_ENTRIES)}) e
FULL JOIN ({_KEYED.format(rows="SELECT * FROM tally")}) t USING (subject, day, category, unit, team, festival)
WHERE coalesce(e.points, 0) <> coalesce(t.points, 0) OR e.last_at IS DISTINCT FROM t.last_at
ORDER BY subject, day, category LIMIT $1
"""  # noqa: S608 -- made of this module's own words


@dataclass(frozen=True, slots=True)
class Difference:
    """Two books that disagree about one subject: what each says."""

    where: str
    subject: UUID
    expected: str
    found: str


async def differences(*, at_most: int = 100) -> list[Difference]:
    """Everything that disagrees with the ledger: tallies first, then every board that Redis holds."""
    async with connection() as reading:
        store = Store(await instance_of(reading))
    return [*await tally_differences(at_most=at_most), *await board_differences(store, at_most=at_most)]


async def tally_differences(*, at_most: int = 100) -> list[Difference]:
    """The totals that differ from the sums of their entries."""
    async with transaction(isolation="repeatable_read") as reading:
        await reading.execute(_NO_LIMIT)
        rows = await reading.fetch(_TALLIES, at_most)
    return [
        Difference(
            f"tally {row['day']} {row['category']}",
            row["subject"],
            _said(row["entries"], row["entries_last_at"]),
            _said(row["tally"], row["tally_last_at"]),
        )
        for row in rows
    ]


async def board_differences(store: Store, *, at_most: int = 100) -> list[Difference]:
    """The rows of boards in Redis that differ from SQL, and stay so while the relay has time to follow."""
    found: list[Difference] = []
    for key in await wanted(store):
        found += await _one_board(store, key)
    return found[:at_most]


async def _one_board(store: Store, key: BoardKey) -> list[Difference]:
    suspects: set[UUID] | None = None
    differing: dict[UUID, tuple[str, str]] = {}
    for look in range(LOOKS):
        if look:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        in_redis = await whole(store, key)
        if in_redis is None:  # not loaded whole: readers get SQL
            return []
        async with transaction(isolation="repeatable_read") as reading:
            await reading.execute(_NO_LIMIT)
            in_sql = (await compute(reading, key, at=clock.now())).standing
        differing = _differing(in_sql.rows(), in_redis, suspects)
        if not differing:
            return []
        suspects = set(differing)
    return [Difference(key.text, subject, *said) for subject, said in differing.items()]


async def whole(store: Store, key: BoardKey) -> list[Place] | None:
    """All rows of a board as Redis has them; None when it does not hold the board whole and fresh."""
    part = await store.page(key, start=0, behind=b"", rows=_ROWS_AT_ONCE)
    rows: list[Place] = []
    while part is not None and part.places:
        rows += part.places
        part = await store.page(key, start=None, behind=position_of(rows[-1]), rows=_ROWS_AT_ONCE)
    return None if part is None else rows


def _differing(
    in_sql: Iterable[Place], in_redis: Iterable[Place], among: Collection[UUID] | None
) -> dict[UUID, tuple[str, str]]:
    expected = {place.subject: place.record for place in in_sql}
    found = {place.subject: place.record for place in in_redis}
    subjects = expected.keys() | found.keys() if among is None else among
    return {
        one: (_record(expected.get(one)), _record(found.get(one)))
        for one in subjects
        if expected.get(one) != found.get(one)
    }


def _record(record: bytes | None) -> str:
    return "not listed" if record is None else record.hex()


def _said(points: int, last_at: datetime | None) -> str:
    return f"{points} points, last at {last_at.isoformat() if last_at else '-'}"
