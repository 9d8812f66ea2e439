"""Whether boards in Redis equal the totals: for `thidua verify` and for alarms."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from thidua.boards.model import BoardKey, Place
from thidua.boards.standing import position_of
from thidua.boards.store import Store
from thidua.boards.truth import compute
from thidua.boards.wanted import wanted
from thidua.infra import clock
from thidua.infra.database import transaction

_ROWS_AT_ONCE = 2_000
_TOLD_MAX = 100
# A subject is paid while we look: what differs is looked at again after the relay had time for it.
LOOKS = 5
LOOK_AGAIN_SECONDS = 0.5
_NO_LIMIT = "SET LOCAL statement_timeout = '600s'; SET LOCAL work_mem = '256MB'"


@dataclass(frozen=True, slots=True)
class Difference:
    """Two books that disagree about one subject: what each says."""

    where: str
    subject: UUID
    expected: str
    found: str


async def board_differences(store: Store) -> list[Difference]:
    """The rows of boards in Redis that differ from SQL, and stay so while the relay has time to follow."""
    found: list[Difference] = []
    for key in await wanted(store):
        found += await _one_board(store, key)
    return found[:_TOLD_MAX]


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
