"""Looks at some rows of a board in Redis, chosen by lot, and asks SQL what they should say (T18)."""

import asyncio
import secrets
from collections.abc import Sequence
from uuid import UUID

from thidua.boards.check import LOOK_AGAIN_SECONDS, LOOKS, Difference
from thidua.boards.model import BoardKey, Place
from thidua.boards.standing import pack
from thidua.boards.store import Store
from thidua.boards.truth import Parameters, totals_sql
from thidua.infra.database import connection

ROWS = 200
# Where more compete, counting those ahead takes seconds: points and moments are compared, ranks are not.
RANKED_ROWS_MAX = 100_000

_RANKED = """
SELECT * FROM (
    SELECT subject, points, reached_at, rank() OVER (ORDER BY points DESC) AS rank FROM ({totals}) t
) ranked WHERE subject = ANY({subjects})
"""
_PLAIN = "SELECT subject, points, reached_at, 0 AS rank FROM ({totals}) t"

# By subject: what should be said, and what Redis says.
_Differing = dict[UUID, tuple[str, str]]


async def sampled_differences(store: Store, key: BoardKey) -> list[Difference]:
    """The rows, of 200 in a run that begins by lot, that stay other than SQL has them while we look again.

    A row that moves meanwhile is no difference: only what stays as it is in Redis, and wrong, is.
    """
    first = await store.page(key, start=0, behind=b"", rows=1)
    if first is None or not first.total:
        return []
    start = secrets.randbelow(max(1, first.total - ROWS + 1))
    wrong: _Differing = {}
    for look in range(LOOKS):
        if look:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        part = await store.page(key, start=start, behind=b"", rows=ROWS)
        if part is None:  # no longer whole: readers get SQL
            return []
        now = await _differing(key, part.places, is_ranked=part.total <= RANKED_ROWS_MAX)
        wrong = _still(wrong, now) if look else now
        if not wrong:
            return []
    return [Difference(key.text, subject, *said) for subject, said in wrong.items()]


async def _differing(key: BoardKey, places: Sequence[Place], *, is_ranked: bool) -> _Differing:
    subjects, parameters = [place.subject for place in places], Parameters()
    if is_ranked:
        totals = totals_sql(key, parameters)
        statement = _RANKED.format(totals=totals, subjects=parameters.add(subjects, "uuid[]"))
    else:
        statement = _PLAIN.format(totals=totals_sql(key, parameters, only=subjects))
    async with connection() as reading:
        rows = await reading.fetch(statement, *parameters.values)
    expected = {
        row["subject"]: _said(row["rank"], pack(row["points"], row["reached_at"], row["subject"]))
        for row in rows
    }
    found = {place.subject: _said(place.rank if is_ranked else 0, place.record) for place in places}
    return {
        one: (expected.get(one, "not listed"), said)
        for one, said in found.items()
        if expected.get(one) != said
    }


def _still(before: _Differing, now: _Differing) -> _Differing:
    return {one: now[one] for one, (_, found) in before.items() if one in now and now[one][1] == found}


def _said(rank: int | None, record: bytes) -> str:
    return f"{rank} {record.hex()}"
