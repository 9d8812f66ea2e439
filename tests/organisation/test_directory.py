"""The directory: what recording needs, at hand and never of yesterday."""

from datetime import date, datetime
from time import perf_counter
from uuid import UUID, uuid4

import asyncpg

from tests.support.promises import Promise
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.actions import (
    put_households,
    put_memberships,
    put_people,
    put_teams,
    put_units,
)
from thidua.organisation.directory import Directory

LAN, TEAM, HOUSE = (UUID(int=0x0192 << 112 | 7 << 76 | 2 << 62 | n) for n in (1, 2, 3))
DAY = date(2026, 10, 10)


async def _settle(connection: asyncpg.Connection, at: datetime) -> None:
    person = {"id": LAN, "name": "Lan", "unit": "C-03478", "target_group": "student", "priority": ["poor"]}
    team = {
        "id": TEAM,
        "kind": "group",
        "name": "Nhóm 1",
        "unit": "C-07900",
        "valid_from": "2026-01-01",
    }
    await put_people(connection, [person], at=at)
    await put_teams(connection, [team], at=at)
    await put_memberships(connection, [{"person": LAN, "team": TEAM, "valid_from": "2026-03-01"}], at=at)
    await put_households(connection, [{"id": HOUSE, "unit": "C-03390"}], at=at)


async def _id(connection: asyncpg.Connection, code: str) -> UUID:
    found = await connection.fetchval("SELECT id FROM unit WHERE code = $1", code)
    assert isinstance(found, UUID)
    return found


async def test_a_person_has_homes_teams_group_and_flags(country: asyncpg.Connection, at: datetime) -> None:
    await _settle(country, at)
    directory = Directory()
    await directory.refresh(country)

    await directory.load(country, [LAN])

    card = directory.subject(LAN)
    assert card is not None
    assert (card.kind, card.target_group) == (SubjectKind.PERSON, "student")
    assert card.priority == frozenset({"poor"})
    assert card.unit_on(DAY) == await _id(country, "C-03478")
    assert (card.teams_on(DAY), card.teams_on(date(2026, 2, 28))) == ((TEAM,), ())


async def test_units_of_homes_and_teams_are_loaded_along(country: asyncpg.Connection, at: datetime) -> None:
    await _settle(country, at)
    directory = Directory()
    await directory.refresh(country)

    await directory.load(country, [LAN])

    home = directory.unit(await _id(country, "C-03478"))
    assert home is not None
    assert (home.code, home.kind, home.area_group) == ("C-03478", "commune", None)
    assert home.flags == frozenset({"border"})
    assert directory.unit(await _id(country, "C-07900")) is not None
    assert directory.unit_by_code("C-07900") == await _id(country, "C-07900")
    team = directory.subject(TEAM)
    assert team is not None
    assert team.kind is SubjectKind.TEAM


async def test_one_set_of_cards_holds_subjects_and_named_units(
    country: asyncpg.Connection, at: datetime
) -> None:
    await _settle(country, at)
    directory = Directory()
    await directory.refresh(country)

    cards = await directory.load(country, [LAN], units=["P-12", "nowhere"])
    await put_units(country, [{"code": "P-12", "members": 7}], at=at)
    await directory.refresh(country)

    assert cards.unit_by_code("P-12") == await _id(country, "P-12")
    assert cards.unit_by_code("nowhere") is None
    assert cards.subject(TEAM) is not None


async def test_teams_units_and_households_are_subjects_too(country: asyncpg.Connection, at: datetime) -> None:
    await _settle(country, at)
    unit = await _id(country, "P-12")
    directory = Directory()
    await directory.refresh(country)

    cards = await directory.load(country, [TEAM, unit, HOUSE])

    found = {one: cards.subject(one) for one in (TEAM, unit, HOUSE)}
    assert {one: card.kind.word for one, card in found.items() if card is not None} == {
        TEAM: "team",
        unit: "unit",
        HOUSE: "household",
    }
    assert {one: card.unit_on(DAY) for one, card in found.items() if card is not None} == {
        TEAM: await _id(country, "C-07900"),
        unit: unit,
        HOUSE: await _id(country, "C-03390"),
    }


async def test_a_stranger_has_no_card_until_it_exists(country: asyncpg.Connection, at: datetime) -> None:
    directory = Directory()
    await directory.refresh(country)
    assert (await directory.load(country, [LAN])).subject(LAN) is None

    await _settle(country, at)
    await directory.refresh(country)

    assert (await directory.load(country, [LAN])).subject(LAN) is not None


async def test_a_change_is_seen_at_the_next_refresh_and_not_before(
    country: asyncpg.Connection, at: datetime
) -> None:
    await _settle(country, at)
    directory = Directory()
    await directory.refresh(country)
    before = await directory.load(country, [LAN])

    await put_people(country, [{"id": LAN, "name": "Lan", "unit": "P-25", "unit_from": "2026-05-01"}], at=at)
    await directory.refresh(country)
    after = await directory.load(country, [LAN])

    old, new = before.subject(LAN), after.subject(LAN)
    assert old is not None
    assert new is not None
    assert old.unit_on(DAY) == await _id(country, "C-03478")
    assert new.unit_on(DAY) == await _id(country, "P-25")
    assert new.unit_on(date(2026, 4, 30)) == await _id(country, "C-03478")


async def test_units_are_resolved_by_id_or_code(country: asyncpg.Connection, at: datetime) -> None:
    await put_units(country, [{"code": "B-1", "kind": "branch", "name": "B", "parent": "C-03478"}], at=at)
    branch = await _id(country, "B-1")
    directory = Directory()
    await directory.refresh(country)

    asked = ["B-1", str(branch).upper(), "nowhere", str(uuid4())]
    found = await directory.resolve_units(country, asked)

    assert found == {"B-1": branch, str(branch).upper(): branch}


async def test_a_thousand_strangers_are_loaded_in_few_statements(
    country: asyncpg.Connection, at: datetime, promise: Promise
) -> None:
    ids = [uuid4() for _ in range(1000)]
    await put_people(country, [{"id": one, "name": "Lan", "unit": "C-03478"} for one in ids], at=at)
    directory = Directory()
    await directory.refresh(country)

    began = perf_counter()
    cards = await directory.load(country, ids)
    milliseconds = (perf_counter() - began) * 1000

    assert all(cards.subject(one) is not None for one in ids)
    promise("directory_load_1000_ms", figure=round(milliseconds, 1), target="<= 20 ms")
