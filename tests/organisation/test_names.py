"""Names in public: chosen, of age, or an alias."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from thidua.organisation.actions import put_households, put_people, put_teams
from thidua.organisation.names import adult_on, alias_of, shown_names

LAN = UUID("01920000-0000-7000-8000-000000000001")
PERSON: dict[str, object] = {"id": LAN, "name": "Giàng A Páo", "unit": "C-03478", "born_on": "2004-05-06"}


async def test_a_person_who_has_not_chosen_a_public_name_is_an_alias(
    country: asyncpg.Connection, at: datetime
) -> None:
    await put_people(country, [PERSON], at=at)

    shown = (await shown_names(country, [LAN], at))[LAN]

    assert (shown.is_alias, shown.name_vi, shown.name_en) == (True, alias_of(LAN), alias_of(LAN))


async def test_a_chosen_name_is_shown_to_adults_only(country: asyncpg.Connection, at: datetime) -> None:
    child, youth, adult = uuid4(), uuid4(), uuid4()
    born = {child: "2015-01-01", youth: "2008-10-11", adult: "2008-10-10"}
    people = [PERSON | {"id": one, "born_on": day, "public_name": True} for one, day in born.items()]
    await put_people(country, people, at=at)

    shown = await shown_names(country, list(born), at)

    assert {one: shown[one].is_alias for one in born} == {child: True, youth: True, adult: False}
    tomorrow = datetime(2026, 10, 10, 17, 0, tzinfo=UTC)
    assert not (await shown_names(country, [youth], tomorrow))[youth].is_alias


async def test_withdrawing_the_choice_takes_the_name_away_at_once(
    country: asyncpg.Connection, at: datetime
) -> None:
    await put_people(country, [PERSON | {"public_name": True}], at=at)
    assert (await shown_names(country, [LAN], at))[LAN].name_vi == "Giàng A Páo"

    await put_people(country, [PERSON | {"public_name": False}], at=at)

    assert (await shown_names(country, [LAN], at))[LAN].is_alias


async def test_an_erased_person_keeps_the_alias(country: asyncpg.Connection, at: datetime) -> None:
    await put_people(country, [PERSON | {"public_name": True}], at=at)
    await country.execute("DELETE FROM person_profile")
    await country.execute("UPDATE organisation_version SET version = version + 1")

    assert (await shown_names(country, [LAN], at))[LAN].name_vi == alias_of(LAN)


async def test_units_and_teams_show_their_names_and_households_do_not(
    country: asyncpg.Connection, at: datetime
) -> None:
    team, house = uuid4(), uuid4()
    unit = await country.fetchval("SELECT id FROM unit WHERE code = 'P-12'")
    given = {"id": team, "kind": "group", "name": "Nhóm 1", "unit": "P-12", "valid_from": "2026-01-01"}
    await put_teams(country, [given], at=at)
    await put_households(country, [{"id": house, "name": "Hộ ông Páo", "unit": "P-12"}], at=at)

    shown = await shown_names(country, [team, house, unit, uuid4()], at)

    assert set(shown) == {team, house, unit}
    assert (shown[unit].code, shown[unit].name_vi, shown[team].name_vi) == ("P-12", "Lai Châu", "Nhóm 1")
    assert shown[house].is_alias
    assert "Páo" not in shown[house].name_vi


def test_an_alias_is_a_flower_with_a_number_and_never_changes() -> None:
    assert alias_of(LAN) == alias_of(UUID(str(LAN)))
    assert alias_of(LAN) == "Mẫu đơn 4613"


def test_aliases_are_spread_over_flowers_and_numbers() -> None:
    aliases = {alias_of(uuid4()) for _ in range(2000)}

    assert len(aliases) > 1980
    assert len({alias.rsplit(" ", 1)[0] for alias in aliases}) > 40


@pytest.mark.parametrize(
    ("born_on", "of_age_on"),
    [(date(2008, 10, 10), date(2026, 10, 10)), (date(2008, 2, 29), date(2026, 3, 1))],
)
def test_the_eighteenth_birthday(born_on: date, of_age_on: date) -> None:
    assert adult_on(born_on) == of_age_on
