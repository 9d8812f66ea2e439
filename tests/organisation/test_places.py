"""The line below a name: the commune of a person, the unit of a team, the unit above a unit."""

from datetime import datetime
from uuid import UUID, uuid4

import asyncpg

from thidua.kernel.subjects import SubjectKind
from thidua.organisation.actions import put_people, put_teams
from thidua.organisation.places import place_names, places_at_hand

PERSON: dict[str, object] = {"name": "Giàng A Páo", "unit": "C-03478"}


async def _mark(connection: asyncpg.Connection) -> UUID:
    mark: UUID = await connection.fetchval("SELECT mark FROM organisation_version")
    return mark


async def test_a_person_has_the_commune_of_the_home_below_the_name(
    country: asyncpg.Connection, at: datetime
) -> None:
    one = uuid4()
    await put_people(country, [PERSON | {"id": one}], at=at)

    found = await place_names(country, [one, uuid4()], SubjectKind.PERSON, at, mark=await _mark(country))

    commune = await country.fetchrow("SELECT id, name, name_en FROM unit WHERE code = 'C-03478'")
    assert found == {one: (commune["id"], commune["name"], commune["name_en"] or commune["name"])}


async def test_places_are_asked_for_once_until_the_organisation_changes(
    country: asyncpg.Connection, at: datetime
) -> None:
    team = uuid4()
    told = {"id": team, "kind": "group", "name": "Nhóm 1", "unit": "C-03478", "valid_from": "2026-01-01"}
    await put_teams(country, [told], at=at)
    mark = await _mark(country)
    assert places_at_hand([team], at, mark=mark) is None
    read = await place_names(country, [team], SubjectKind.TEAM, at, mark=mark)

    kept = places_at_hand([team], at, mark=mark)
    after_a_change = places_at_hand([team], at, mark=uuid4())

    assert kept == read
    assert after_a_change is None
