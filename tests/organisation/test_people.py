"""People, teams, households, clusters and dated memberships."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thidua.organisation.actions import (
    put_clusters,
    put_households,
    put_people,
    put_teams,
    put_units,
)
from thidua.organisation.belonging import homes, homes_after
from thidua.organisation.model import Put

Faults = Callable[[Awaitable[object]], Awaitable[list[tuple[int | None, str, str]]]]
Statuses = Callable[[Sequence[Put]], list[str]]

LAN = UUID("01920000-0000-7000-8000-000000000001")
TEAM = UUID("01920000-0000-7000-8000-00000000000a")
PERSON: dict[str, object] = {
    "id": str(LAN),
    "name": "Giàng A Páo",
    "born_on": "2004-05-06",
    "target_group": "resident",
    "unit": "C-03478",
    "public_name": False,
    "priority": ["minority"],
}
A_TEAM = {
    "id": str(TEAM),
    "kind": "youth_digital",
    "name": "Đội hình BDHVS Sin Suối Hồ",
    "unit": "C-03478",
    "valid_from": "2026-01-01",
}


async def _homes(connection: asyncpg.Connection) -> list[tuple[str, date | None, date | None]]:
    rows = await connection.fetch(
        "SELECT u.code, h.valid_from, h.valid_to FROM person_home h JOIN unit u ON u.id = h.unit"
        " WHERE h.person = $1 ORDER BY h.valid_from NULLS FIRST",
        LAN,
    )
    return [tuple(row) for row in rows]


async def test_a_person_written_twice_is_unchanged(
    country: asyncpg.Connection, at: datetime, statuses: Statuses
) -> None:
    assert statuses(await put_people(country, [PERSON], at=at)) == ["created"]
    assert statuses(await put_people(country, [PERSON], at=at)) == ["unchanged"]
    assert statuses(await put_people(country, [PERSON | {"public_name": True}], at=at)) == ["updated"]


async def test_the_home_unit_holds_for_every_past_moment(country: asyncpg.Connection, at: datetime) -> None:
    await put_people(country, [PERSON], at=at)

    assert await _homes(country) == [("C-03478", None, None)]


async def test_a_move_keeps_the_earlier_home(
    country: asyncpg.Connection, at: datetime, statuses: Statuses
) -> None:
    move = PERSON | {"unit": "C-07900", "unit_from": "2026-07-01"}
    await put_people(country, [PERSON], at=at)

    assert statuses(await put_people(country, [move], at=at)) == ["updated"]

    after = [("C-03478", None, date(2026, 7, 1)), ("C-07900", date(2026, 7, 1), None)]
    assert await _homes(country) == after
    assert statuses(await put_people(country, [move], at=at)) == ["unchanged"]
    assert statuses(await put_people(country, [PERSON], at=at)) == ["unchanged"]
    assert await _homes(country) == after


async def test_a_new_home_without_a_day_corrects_every_moment(
    country: asyncpg.Connection, at: datetime
) -> None:
    await put_people(country, [PERSON], at=at)

    await put_people(country, [PERSON | {"unit": "C-07900"}], at=at)

    assert await _homes(country) == [("C-07900", None, None)]


_DAYS = st.dates(date(2025, 1, 1), date(2025, 1, 9))


@given(st.dictionaries(_DAYS, st.integers(1, 4).map(lambda n: UUID(int=n)), max_size=5), st.randoms())
def test_homes_do_not_depend_on_the_order_in_which_moves_were_told(
    moves: dict[date, UUID], random: object
) -> None:
    told = sorted(moves.items(), key=lambda _: random.random())  # type: ignore[attr-defined] # untyped strategy

    seen = homes_after({}, UUID(int=9), None)
    for since, unit in told:
        seen = homes_after(seen, unit, since)

    assert homes(seen) == homes({None: UUID(int=9)} | moves)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"born_on": "2026-10-11"}, ("born_on", "in_the_future")),
        ({"born_on": "1899-12-31"}, ("born_on", "out_of_range")),
        ({"born_on": "2026-02-30"}, ("born_on", "not_a_date")),
        ({"target_group": "pensioner"}, ("target_group", "not_a_choice")),
        ({"priority": ["rich"]}, ("priority", "not_a_choice")),
        ({"priority": [[]]}, ("priority", "not_a_choice")),
        ({"unit": "C-99999"}, ("unit", "unknown_unit")),
        ({"unit": None}, ("unit", "unknown_unit")),
        ({"unit": str(uuid4())}, ("unit", "unknown_unit")),
        ({"public_name": "yes"}, ("public_name", "not_yes_or_no")),
        ({"name": None}, ("name", "not_a_text")),
        ({"name": "Lan\u200b"}, ("name", "character_not_allowed")),
        ({"contact": "x" * 201}, ("contact", "too_long")),
        ({"id": "7"}, ("id", "not_an_id")),
        ({"id": str(UUID(int=0))}, ("id", "not_an_id")),
        ({"unit_from": "tomorrow"}, ("unit_from", "not_a_date")),
    ],
)
async def test_a_fault_of_a_person_is_named(
    country: asyncpg.Connection,
    at: datetime,
    faults_of: Faults,
    change: dict[str, object],
    fault: tuple[str, str],
) -> None:
    assert await faults_of(put_people(country, [PERSON | change], at=at)) == [(0, *fault)]
    assert await country.fetchval("SELECT count(*) FROM person") == 0


async def test_born_today_is_not_in_the_future_but_born_tomorrow_is(
    country: asyncpg.Connection, at: datetime, statuses: Statuses
) -> None:
    assert statuses(await put_people(country, [PERSON | {"born_on": "2026-10-10"}], at=at)) == ["created"]


async def test_all_faults_are_named_at_once(
    country: asyncpg.Connection, at: datetime, faults_of: Faults
) -> None:
    people: list[dict[str, object]] = [PERSON | {"unit": "X", "born_on": "x"}, {"id": str(uuid4())}]

    assert await faults_of(put_people(country, people, at=at)) == [
        (0, "born_on", "not_a_date"),
        (0, "unit", "unknown_unit"),
        (1, "name", "missing_field"),
        (1, "unit", "missing_field"),
    ]


async def test_an_erased_person_is_not_brought_back(
    country: asyncpg.Connection, at: datetime, faults_of: Faults
) -> None:
    await put_people(country, [PERSON], at=at)
    await country.execute("DELETE FROM person_profile")

    assert await faults_of(put_people(country, [PERSON], at=at)) == [(0, "id", "erased")]


async def test_teams_households_and_clusters_are_written_once(
    country: asyncpg.Connection, at: datetime, statuses: Statuses
) -> None:
    household = {"id": str(uuid4()), "name": "Hộ ông Páo", "unit": "C-03478"}
    cluster = {
        "code": "CUM-1",
        "kind": "cum",
        "name": "Cụm 1",
        "unit": "P-12",
        "units": ["C-03390", "C-03478"],
    }

    async def put_all() -> list[Put]:
        return [
            *await put_teams(country, [A_TEAM], at=at),
            *await put_households(country, [household], at=at),
            *await put_clusters(country, [cluster], at=at),
        ]

    await put_all()
    puts = await put_all()

    assert statuses(puts) == ["unchanged"] * 3
    assert puts[2].code == "CUM-1"
    assert await country.fetchval("SELECT count(*) FROM cluster_unit") == 2


async def test_a_cluster_can_lose_a_unit(
    country: asyncpg.Connection, at: datetime, statuses: Statuses, faults_of: Faults
) -> None:
    cluster = {"code": "CUM-1", "kind": "cum", "name": "Cụm 1", "units": ["C-03390", "C-03478"]}
    await put_clusters(country, [cluster], at=at)

    assert statuses(await put_clusters(country, [{"code": "CUM-1", "units": ["C-03390"]}], at=at)) == [
        "updated"
    ]
    assert await country.fetchval("SELECT count(*) FROM cluster_unit") == 1
    bad = {"code": "CUM-1", "units": ["C-1"]}
    assert await faults_of(put_clusters(country, [bad], at=at)) == [(0, "units", "unknown_unit")]


async def test_a_thousand_people_are_written_in_one_list(
    country: asyncpg.Connection, at: datetime, statuses: Statuses
) -> None:
    people = [PERSON | {"id": str(uuid4()), "name": f"Lò Văn {n}"} for n in range(1000)]

    assert set(statuses(await put_people(country, people, at=at))) == {"created"}
    assert set(statuses(await put_people(country, people, at=at))) == {"unchanged"}


async def test_every_change_counts_one_version(country: asyncpg.Connection, at: datetime) -> None:
    before = await country.fetchval("SELECT version FROM organisation_version")

    await put_units(country, [{"code": "P-12", "members": 5}], at=at)
    await put_people(country, [PERSON], at=at)
    await put_people(country, [PERSON], at=at)

    assert await country.fetchval("SELECT version FROM organisation_version") == before + 2
