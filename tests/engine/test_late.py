"""What comes late gives what it would have given in time, and changes what stood after it (16, 18)."""

from datetime import datetime
from random import Random  # noqa: TID251 -- an order, not a secret
from uuid import UUID

import pytest

from tests.builders import recorded, reported, some_people
from thidua.activities.model import ActivityReport
from thidua.infra.database import connection
from thidua.kernel.period import VIETNAM

pytestmark = pytest.mark.usefixtures("bootstrapped_database")

_QUARTER_MAX = 150
_THIRD_QUARTER = {7, 8, 9}
# At most 10 people guided a day are paid, and 150 a quarter: these leave room for 10 more in the third.
_BEFORE = [(7, day, 8, 10) for day in range(1, 15)]
# Month, day, hour, people guided: more than the days and the quarter have room for.
_SOME = [
    *((8, 3, 8, 2), (8, 3, 9, 3), (8, 3, 10, 7)),
    *((8, 10, 8, 2), (8, 10, 9, 2)),
    *((9, 1, 8, 4), (9, 1, 9, 4)),
    *((6, 30, 8, 6), (6, 30, 9, 6)),
]
_NETS = """
SELECT a.occurred_at, sum(e.points)::bigint AS points, sum(e.units)::bigint AS units
FROM activity a JOIN ledger_entry e ON e.activity = a.id WHERE a.actor = $1
GROUP BY a.occurred_at HAVING sum(e.units) <> 0 ORDER BY a.occurred_at
"""


def _guided(who: UUID, month: int, day: int, hour: int, people: int) -> ActivityReport:
    at = datetime(2026, month, day, hour, tzinfo=VIETNAM)
    return reported("PERSON_GUIDED", who, at=at, quantity=people)


async def _nets(who: UUID) -> list[tuple[datetime, int, int]]:
    async with connection() as acquired:
        return [tuple(row) for row in await acquired.fetch(_NETS, who)]


async def test_in_whatever_order_they_come_the_same_is_paid() -> None:
    in_order, *others = await some_people(25)
    chance = Random(16)  # noqa: S311 -- as above
    await recorded([_guided(who, *one) for who in (in_order, *others) for one in _BEFORE])
    await recorded([_guided(in_order, *one) for one in sorted(_SOME)])
    expected = await _nets(in_order)

    for who in others:
        for one in chance.sample(_SOME, len(_SOME)):
            await recorded([_guided(who, *one)])

    assert [await _nets(who) for who in others] == [expected] * len(others)
    assert (
        sum(units for at, _, units in expected if at.astimezone(VIETNAM).month in _THIRD_QUARTER)
        == _QUARTER_MAX
    )


async def test_what_comes_late_on_a_full_day_is_paid_nothing_though_later_days_came_before() -> None:
    [lan] = await some_people(1)
    await recorded([_guided(lan, 8, 3, 8, 10), _guided(lan, 8, 10, 8, 1)])

    [late] = await recorded([_guided(lan, 8, 3, 9, 1)])

    assert late.points == 0
    assert [reason.code for reason in late.reasons] == ["window_full"]
