"""Several writers and readers at once, on a database that is committed to."""

import asyncio
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from thidua.infra.database import connection, transaction
from thidua.kernel.errors import InputError
from thidua.organisation.actions import put_people, put_units
from thidua.organisation.directory import Directory
from thidua.organisation.names import shown_names

LAN = UUID("01920000-0000-7000-8000-000000000001")
COUNTRY: list[dict[str, object]] = [
    {"code": "VN", "kind": "central", "name": "Việt Nam"},
    {"code": "P-12", "kind": "province", "name": "Lai Châu", "parent": "VN"},
    {"code": "P-25", "kind": "province", "name": "Phú Thọ", "parent": "VN"},
]


@pytest.fixture
async def settled(database: str, at: datetime) -> str:
    """A committed country with one person."""
    async with transaction() as within:
        await put_units(within, COUNTRY, at=at)
        await put_people(within, [{"id": LAN, "name": "Lan", "unit": "P-12", "public_name": True}], at=at)
    return database


async def test_two_who_move_units_below_each_other_at_once_never_make_a_circle(
    settled: str, at: datetime
) -> None:
    assert settled

    async def move(unit: str, parent: str) -> bool:
        async with transaction() as within:
            await put_units(within, [{"code": unit, "parent": parent}], at=at)
        return True

    moves = await asyncio.gather(move("P-12", "P-25"), move("P-25", "P-12"), return_exceptions=True)

    assert sorted(isinstance(one, InputError) for one in moves) == [False, True]


async def test_what_is_not_committed_is_not_seen_and_what_is_committed_is(settled: str, at: datetime) -> None:
    assert settled
    directory = Directory()
    person = {"id": LAN, "name": "Lan", "unit": "P-25", "unit_from": "2026-01-01", "public_name": False}

    async with connection() as reader:
        await directory.refresh(reader)
        before = (await directory.load(reader, [LAN])).subject(LAN)
        async with transaction() as writer:
            await put_people(writer, [person], at=at)
            await directory.refresh(reader)
            meanwhile = (await directory.load(reader, [LAN])).subject(LAN)
            named = (await shown_names(reader, [LAN], at))[LAN]
        await directory.refresh(reader)
        after = (await directory.load(reader, [LAN])).subject(LAN)
        hidden = (await shown_names(reader, [LAN], at))[LAN]

    assert before == meanwhile
    assert before != after
    assert (named.is_alias, hidden.is_alias) == (False, True)


async def test_a_failed_write_leaves_nothing(settled: str, at: datetime) -> None:
    assert settled
    stranger = uuid4()

    async def half() -> None:
        async with transaction() as within:
            await put_people(within, [{"id": stranger, "name": "A", "unit": "P-12"}], at=at)
            await put_people(within, [{"id": uuid4(), "name": "B", "unit": "P-99"}], at=at)

    with pytest.raises(InputError):
        await half()

    async with connection() as reader:
        assert await reader.fetchval("SELECT count(*) FROM person WHERE id = $1", stranger) == 0
