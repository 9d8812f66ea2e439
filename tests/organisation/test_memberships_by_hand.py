"""Joining, leaving and changing teams by hand, dated."""

from datetime import date
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.organisation.conftest import AT
from thidua.kernel.errors import InputError, NotFoundError
from thidua.organisation import editing, memberships
from thidua.organisation.actions import put_people, put_teams
from thidua.organisation.editing import Editor, StaleError, facts_of
from thidua.organisation.leading import Led, Wanted, members_of, people_led, teams_led
from thidua.organisation.memberships import Joined
from thidua.organisation.queries import unit_id_of

SECRETARY = Editor(UUID(int=7), AT)
FIRST, LAST = date(2026, 9, 1), date(2026, 10, 9)


@pytest.fixture
async def two_teams(country: asyncpg.Connection) -> tuple[UUID, UUID]:
    told = {"kind": "group", "unit": "C-03478", "valid_from": "2026-01-01"}
    one, other = uuid4(), uuid4()
    await put_teams(
        country, [told | {"id": one, "name": "Nhóm 1"}, told | {"id": other, "name": "Nhóm 2"}], at=AT
    )
    return one, other


async def _joined(connection: asyncpg.Connection, team: UUID, name: str = "Lò Thị Mai") -> Joined:
    person = uuid4()
    await put_people(connection, [{"id": person, "name": name, "unit": "C-03478"}], at=AT)
    joined = Joined(person, team, FIRST)
    await memberships.join(connection, joined, editor=SECRETARY)
    return joined


async def test_the_last_day_in_a_team_still_counts(
    country: asyncpg.Connection, two_teams: tuple[UUID, UUID]
) -> None:
    joined = await _joined(country, two_teams[0])

    await memberships.leave(country, joined, last_on=LAST, editor=SECRETARY)

    assert await members_of(country, two_teams[0], at=AT) == []
    (past,) = await members_of(country, two_teams[0], at=AT, is_past=True)
    assert past["valid_to"] == date(2026, 10, 10)


async def test_leaving_twice_on_another_day_is_stale(
    country: asyncpg.Connection, two_teams: tuple[UUID, UUID]
) -> None:
    joined = await _joined(country, two_teams[0])
    await memberships.leave(country, joined, last_on=LAST, editor=SECRETARY)
    await memberships.leave(country, joined, last_on=LAST, editor=SECRETARY)

    with pytest.raises(StaleError):
        await memberships.leave(country, joined, last_on=FIRST, editor=SECRETARY)


async def test_who_moves_is_in_one_team_each_day(
    country: asyncpg.Connection, two_teams: tuple[UUID, UUID]
) -> None:
    joined = await _joined(country, two_teams[0])

    await memberships.move(country, joined, to=two_teams[1], first_on=date(2026, 10, 10), editor=SECRETARY)

    (past,) = await members_of(country, two_teams[0], at=AT, is_past=True)
    (present,) = await members_of(country, two_teams[1], at=AT)
    assert (past["valid_to"], present["valid_from"]) == (date(2026, 10, 10), date(2026, 10, 10))


async def test_nobody_joins_before_the_team_is_there_or_after_it_ended(
    country: asyncpg.Connection, two_teams: tuple[UUID, UUID]
) -> None:
    joined = await _joined(country, two_teams[0])
    seen = await facts_of(country, editing.TEAM, two_teams[0], at=AT) or {}
    await memberships.end_team(country, two_teams[0], LAST, seen=seen, editor=SECRETARY)

    for day, code in ((date(2025, 12, 31), "before_the_team"), (date(2026, 10, 10), "team_has_ended")):
        with pytest.raises(InputError) as refused:
            await memberships.join(country, Joined(joined.person, two_teams[0], day), editor=SECRETARY)
        assert refused.value.errors[0].code == code


async def test_a_team_ends_with_everybodys_stay_in_it(
    country: asyncpg.Connection, two_teams: tuple[UUID, UUID]
) -> None:
    await _joined(country, two_teams[0])
    seen = await facts_of(country, editing.TEAM, two_teams[0], at=AT) or {}

    await memberships.end_team(country, two_teams[0], LAST, seen=seen, editor=SECRETARY)

    (past,) = await members_of(country, two_teams[0], at=AT, is_past=True)
    assert past["valid_to"] == date(2026, 10, 10)
    led = Led(teams=two_teams)
    assert [row["id"] for row in await teams_led(country, led, Wanted(), at=AT, count_max=9)] == [
        two_teams[1]
    ]
    (ended,) = await teams_led(country, led, Wanted(is_ended=True), at=AT, count_max=9)
    assert ended["id"] == two_teams[0]


async def test_a_stay_that_is_not_there_cannot_end(
    country: asyncpg.Connection, two_teams: tuple[UUID, UUID]
) -> None:
    with pytest.raises(NotFoundError):
        await memberships.leave(country, Joined(uuid4(), two_teams[0], FIRST), last_on=LAST, editor=SECRETARY)


async def test_people_are_led_by_their_home_or_their_team_and_nobody_else_is(
    country: asyncpg.Connection, two_teams: tuple[UUID, UUID]
) -> None:
    joined = await _joined(country, two_teams[0], "Lò Thị Mai")
    await put_people(country, [{"id": uuid4(), "name": "Vàng A Sử", "unit": "C-07900"}], at=AT)
    province, other = await unit_id_of(country, "P-12"), await unit_id_of(country, "P-25")
    assert province
    assert other

    async def names(led: Led, q: str | None = None) -> list[str]:
        return [row["name"] for row in await people_led(country, led, Wanted(q=q), at=AT, count_max=9)]

    assert await names(Led(units=(province,))) == ["Lò Thị Mai"]
    assert await names(Led(units=(other,))) == ["Vàng A Sử"]
    assert await names(Led(teams=(joined.team,))) == ["Lò Thị Mai"]
    assert await names(Led(teams=(two_teams[1],))) == []
    assert await names(Led(units=(province, other)), "lo thi") == ["Lò Thị Mai"]
    assert await names(Led()) == []
