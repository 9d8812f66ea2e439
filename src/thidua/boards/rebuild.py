"""Makes every board again from the ledger's entries alone, and tells whether anything had differed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from thidua.boards.definitions import boards
from thidua.boards.loading import put, redis_moment, units_of
from thidua.boards.model import BoardKey
from thidua.boards.question import Words, understand
from thidua.boards.store import Store
from thidua.boards.truth import Computed, compute
from thidua.boards.wanted import wanted
from thidua.infra import clock
from thidua.infra.cursor import instance_of
from thidua.infra.database import Connection, transaction

_NO_LIMIT = """
SET LOCAL statement_timeout = '600s'; SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL work_mem = '256MB'
"""  # a large board goes to Redis while the transaction waits
# The grain of the tallies, summed from the entries alone: `last_at` is the latest award that is not 0 by now.
_FROM_ENTRIES = """
SELECT subject, subject_kind, team, unit, festival, day, category, sum(points)::bigint AS points,
    max(occurred_at) FILTER (WHERE points <> 0) AS last_at
FROM (
    SELECT subject, subject_kind, team, unit, festival, category, activity, rule, sum(points) AS points,
        (occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, max(occurred_at) AS occurred_at
    FROM ledger_entry GROUP BY subject, subject_kind, team, unit, festival, category, activity, rule, day
) award GROUP BY subject, subject_kind, team, unit, festival, day, category
"""
# A temporary table goes before the lasting one of its name: the statements of boards then read the entries.
_SHADOW = f"CREATE TEMPORARY TABLE tally ON COMMIT DROP AS {_FROM_ENTRIES}"
_ORGANISATION = "SELECT mark FROM organisation_version"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One board made again."""

    key: BoardKey
    rows: int
    was_equal: bool
    is_in_redis: bool
    seconds: float


async def standing_keys(connection: Connection) -> list[BoardKey]:
    """The standing boards of the whole country over all time."""
    return [(await understand(connection, Words(slug))).key for slug in boards()]


async def rebuild() -> list[Rebuilt]:
    """Make the standing boards and all that are asked for again; each then equals the ledger.

    A total that differs from its entries shows as `was_equal` false: the tallies themselves are not touched.
    """
    beat = await redis_moment()
    async with transaction(isolation="repeatable_read") as reading:
        await reading.execute(_NO_LIMIT)
        store = Store(await instance_of(reading))
        asked = await wanted(store)
        keys = list(dict.fromkeys([*await standing_keys(reading), *asked]))
        lived = {key: (await compute(reading, key, at=clock.now())).standing for key in keys}
        await reading.execute(_SHADOW)
        await reading.execute("ANALYZE pg_temp.tally")
        made: list[Rebuilt] = []
        for key in keys:
            began = time.monotonic()
            computed = await compute(reading, key, at=clock.now())
            is_kept = key in asked and await _put(reading, store, key, computed, beat)
            seconds = time.monotonic() - began
            was_equal = computed.standing == lived[key]
            made.append(Rebuilt(key, computed.standing.total, was_equal, is_kept, seconds))
    return made


async def _put(connection: Connection, store: Store, key: BoardKey, computed: Computed, beat: int) -> bool:
    units = await units_of(connection, key)
    organisation = await connection.fetchval(_ORGANISATION)
    return await put(store, key, computed, units, organisation, beat=beat) is not None


def unequal(made: Sequence[Rebuilt]) -> list[Rebuilt]:
    """The boards that had differed from the ledger."""
    return [one for one in made if not one.was_equal]
