"""From an activity to the ledger."""

from tests.builders import MOUNTAIN_COMMUNE, a_team, left, recorded, reported, some_people
from thidua.activities.model import State
from thidua.infra.database import connection


async def test_three_public_service_cases_bring_six_points(bootstrapped_database: str) -> None:
    [lan] = await some_people(1)

    [result] = await recorded([reported("PUBLIC_SERVICE_CASE", lan, quantity=3)])

    assert (result.status, result.state, result.points, result.reasons) == ("recorded", State.VERIFIED, 6, ())


async def test_three_cases_in_one_report_from_the_mountains_bring_seven_points(
    bootstrapped_database: str,
) -> None:
    [pao] = await some_people(1, unit=MOUNTAIN_COMMUNE)

    [result] = await recorded([reported("PUBLIC_SERVICE_CASE", pao, quantity=3)])

    assert result.points == 7


async def test_the_same_report_twice_is_one_entry_and_a_duplicate(bootstrapped_database: str) -> None:
    [lan] = await some_people(1)
    report = reported("PUBLIC_SERVICE_CASE", lan, quantity=3)

    first, second = await recorded([report, report])

    assert (first.status, second.status) == ("recorded", "duplicate")
    assert second.points == 6
    async with connection() as acquired:
        assert await acquired.fetchval("SELECT count(*) FROM ledger_entry") == 1


async def test_the_day_cap_of_twenty_cases_is_kept_and_named(bootstrapped_database: str) -> None:
    [lan] = await some_people(1)

    first, second, third = await recorded(
        [reported("PUBLIC_SERVICE_CASE", lan, quantity=15, name=number) for number in range(3)]
    )

    assert sorted([first.points, second.points, third.points]) == [0, 10, 30]


async def test_a_repeat_is_a_duplicate_even_after_its_actor_has_left_the_team(
    bootstrapped_database: str,
) -> None:
    [lan] = await some_people(1)
    team = await a_team([lan])
    report = reported("PUBLIC_SERVICE_CASE", lan, quantity=3, team=team)
    await recorded([report])
    await left(lan, team)

    [again] = await recorded([report])

    assert (again.status, again.points) == ("duplicate", 6)
