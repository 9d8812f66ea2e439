"""Lists, the tree, and how many people there are."""

from datetime import date, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from thidua.organisation import queries
from thidua.organisation.actions import put_people, put_units
from thidua.organisation.names import alias_of
from thidua.organisation.queries import Denominator, PeopleAsked

TEAM = UUID("01920000-0000-7000-8000-00000000000a")


async def _id(connection: asyncpg.Connection, code: str) -> UUID:
    found = await queries.unit_id_of(connection, code)
    assert found is not None
    return found


async def _people(connection: asyncpg.Connection, at: datetime, *names: str, **other: object) -> list[UUID]:
    ids = [uuid4() for _ in names]
    people = [
        {"id": one, "name": name, "unit": "C-03478"} | other for one, name in zip(ids, names, strict=True)
    ]
    await put_people(connection, people, at=at)
    return ids


async def test_names_are_found_without_accents_and_wildcards_mean_themselves(
    country: asyncpg.Connection, at: datetime
) -> None:
    await put_units(
        country, [{"code": "S-1", "kind": "school", "name": "Trường 100%", "parent": "P-12"}], at=at
    )

    async def codes(q: str) -> list[str]:
        return [unit.code for unit in await queries.units(country, q=q, count_max=10)]

    assert await codes("SIN SUOI") == ["C-03478"]
    assert await codes("suối") == ["C-03478"]
    assert await codes("100%") == ["S-1"]
    assert await codes("%") == ["S-1"]
    assert await codes("_") == []


async def test_people_are_listed_as_vietnamese_lists_are(country: asyncpg.Connection, at: datetime) -> None:
    await _people(country, at, "Trần Bình", "Lê Ân", "Nguyễn Văn An")

    found = await queries.people(country, PeopleAsked(may_see_names=True), at=at, count_max=10)

    assert [one.name for one in found] == ["Nguyễn Văn An", "Lê Ân", "Trần Bình"]


async def test_pages_of_people_join_without_gap(country: asyncpg.Connection, at: datetime) -> None:
    await _people(country, at, *(["Lò Văn An"] * 5), "Lò Văn Bình")
    seen: list[UUID] = []
    place = None
    for _ in range(3):
        asked = PeopleAsked(may_see_names=True, after=place)
        page = await queries.people(country, asked, at=at, count_max=2)
        seen += [one.id for one in page]
        place = page[-1].place

    assert len(set(seen)) == 6


async def test_without_the_right_neither_order_nor_search_betrays_a_name(
    country: asyncpg.Connection, at: datetime
) -> None:
    hidden = await _people(country, at, "Trần Bình", "Lê Ân")
    (child,) = await _people(country, at, "Bé Bình", public_name=True, born_on="2010-10-11")
    (adult,) = await _people(country, at, "Cô Bình", public_name=True, born_on="2008-10-10")

    listed = await queries.people(country, PeopleAsked(may_see_names=False), at=at, count_max=10)
    found = await queries.people(country, PeopleAsked(may_see_names=False, q="binh"), at=at, count_max=10)

    assert [one.id for one in listed] == sorted([*hidden, child, adult])
    assert {one.name for one in listed if one.is_alias} == {alias_of(one) for one in [*hidden, child]}
    assert [one.id for one in found] == [adult]


async def test_people_are_found_by_where_their_home_is_now(country: asyncpg.Connection, at: datetime) -> None:
    (moved,) = await _people(country, at, "Lò Văn An")
    await put_people(country, [{"id": moved, "unit": "C-07900", "unit_from": "2026-07-01"}], at=at)

    async def within(code: str) -> list[UUID]:
        asked = PeopleAsked(may_see_names=True, unit=await _id(country, code))
        return [one.id for one in await queries.people(country, asked, at=at, count_max=10)]

    assert (await within("P-25"), await within("P-12"), await within("VN")) == ([moved], [], [moved])


async def test_declared_members_win_over_counted_homes(country: asyncpg.Connection, at: datetime) -> None:
    await _people(country, at, "A", "B")
    province, commune, empty = [await _id(country, code) for code in ("P-12", "C-03478", "C-03390")]
    await put_units(country, [{"code": "P-12", "members": 1200}], at=at)

    members = await queries.unit_members(country, [province, commune, empty], date(2026, 1, 1))

    assert members == {
        province: Denominator(1200, is_declared=True),
        commune: Denominator(2, is_declared=False),
        empty: Denominator(0, is_declared=False),
    }


async def test_a_subtree_begins_with_its_own_unit(country: asyncpg.Connection) -> None:
    province = await _id(country, "P-12")

    found = await queries.subtree(country, province)

    assert found[0] == province
    assert set(found) == {province, await _id(country, "C-03478"), await _id(country, "C-03390")}


@pytest.mark.parametrize("name", ["nowhere", "", "01920000-0000-7000-8000-00000000000a", "p-12"])
async def test_an_unknown_unit_has_no_id(country: asyncpg.Connection, name: str) -> None:
    assert await queries.unit_id_of(country, name) is None
