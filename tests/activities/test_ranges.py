"""Ranges of subjects hold everybody once, however much one of them did."""

from datetime import timedelta
from uuid import UUID

from tests.builders import TENTH, recorded, reported, some_people
from thidua.activities.ranges import of_actors, ranges
from thidua.infra.database import connection


async def test_somebody_who_fills_a_range_alone_is_in_one_with_everybody_else_in_others(
    bootstrapped_database: str,
) -> None:
    assert bootstrapped_database
    people = await some_people(3)
    did = dict(zip(sorted(people), (1, 9, 2), strict=True))
    await recorded(
        [
            reported("PUBLIC_SERVICE_CASE", who, at=TENTH + timedelta(hours=nth), name=f"{who} {nth}")
            for who, count in did.items()
            for nth in range(count)
        ]
    )

    found: dict[UUID, int] = {}
    async with connection() as reading:
        async for within in ranges(reading, rows_max=3):
            for activity in await of_actors(reading, within):
                found[activity.actor] = found.get(activity.actor, 0) + 1

    assert found == did
