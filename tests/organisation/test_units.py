"""Units: written by code or id, in a tree that stays one."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thidua.organisation.actions import put_units
from thidua.organisation.model import Put

Faults = Callable[[Awaitable[object]], Awaitable[list[tuple[int | None, str, str]]]]
Statuses = Callable[[Sequence[Put]], list[str]]

_WALK = """
WITH RECURSIVE walk AS (
    SELECT id AS ancestor, id AS unit, 0 AS depth FROM unit
    UNION ALL SELECT walk.ancestor, u.id, walk.depth + 1 FROM walk JOIN unit u ON u.parent = walk.unit
) SELECT ancestor, unit, depth FROM walk
"""


async def _within(connection: asyncpg.Connection) -> set[tuple[UUID, UUID, int]]:
    return {tuple(row) for row in await connection.fetch("SELECT ancestor, unit, depth FROM unit_within")}


async def _walked(connection: asyncpg.Connection) -> set[tuple[UUID, UUID, int]]:
    return {tuple(row) for row in await connection.fetch(_WALK)}


async def _version(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval("SELECT version FROM organisation_version"))


async def test_a_unit_written_twice_is_unchanged_and_moves_no_version(
    country: asyncpg.Connection, at: datetime, statuses: Statuses
) -> None:
    unit = {"code": "P-12", "kind": "province", "name": "Lai Châu", "parent": "VN", "area_group": "mountain"}
    before = await _version(country)

    puts = await put_units(country, [unit], at=at)

    assert statuses(puts) == ["unchanged"]
    assert await _version(country) == before


async def test_a_field_that_is_not_stated_keeps_its_value(
    country: asyncpg.Connection, at: datetime, statuses: Statuses
) -> None:
    puts = await put_units(country, [{"code": "P-12", "members": 1200}], at=at)

    row = await country.fetchrow("SELECT * FROM unit WHERE code = 'P-12'")
    assert statuses(puts) == ["updated"]
    assert (row["members"], row["area_group"], row["name"]) == (1200, "mountain", "Lai Châu")


async def test_parents_may_stand_anywhere_in_the_list(
    country: asyncpg.Connection, at: datetime, statuses: Statuses
) -> None:
    child, parent = str(uuid4()), str(uuid4()).upper()
    units = [
        {"id": child, "code": "B-1", "kind": "branch", "name": "Chi đoàn bản 1", "parent": "H-1"},
        {"id": parent, "code": "H-1", "kind": "hamlet", "name": "Bản 1", "parent": "C-03478"},
        {"code": "B-2", "kind": "branch", "name": "Chi đoàn bản 2", "parent": parent.lower()},
    ]

    puts = await put_units(country, units, at=at)

    assert statuses(puts) == ["created"] * 3
    assert await _within(country) == await _walked(country)


async def test_moving_a_unit_moves_all_below_it(country: asyncpg.Connection, at: datetime) -> None:
    await put_units(country, [{"code": "P-12", "parent": "P-25"}], at=at)

    depth = await country.fetchval(
        "SELECT depth FROM unit_within w JOIN unit u ON u.id = w.unit JOIN unit a ON a.id = w.ancestor"
        " WHERE u.code = 'C-03478' AND a.code = 'P-25'"
    )
    assert depth == 2
    assert await _within(country) == await _walked(country)


async def test_two_units_may_change_places_in_one_list(country: asyncpg.Connection, at: datetime) -> None:
    await put_units(
        country, [{"code": "C-03478", "parent": "VN"}, {"code": "P-12", "parent": "C-03478"}], at=at
    )

    assert await _within(country) == await _walked(country)


@pytest.mark.parametrize(
    ("units", "faults"),
    [
        ([{"code": "P-12", "parent": "P-12"}], [(0, "parent", "within_itself")]),
        ([{"code": "P-12", "parent": "C-03478"}], [(0, "parent", "within_itself")]),
        (
            [{"code": "P-12", "parent": "C-07900"}, {"code": "P-25", "parent": "P-12"}],
            [(0, "parent", "within_itself"), (1, "parent", "within_itself")],
        ),
        ([{"code": "VN", "parent": "P-12"}], [(0, "parent", "must_be_empty")]),
        ([{"code": "P-12", "parent": None}], [(0, "parent", "missing_field")]),
        ([{"code": "P-12", "parent": "P-99"}], [(0, "parent", "unknown_unit")]),
        ([{"code": "X-1", "kind": "school", "name": "Trường"}], [(0, "parent", "missing_field")]),
        ([{"code": "X-1", "parent": "VN"}], [(0, "kind", "missing_field"), (0, "name", "missing_field")]),
        ([{"kind": "school", "name": "Trường", "parent": "VN"}], [(0, "code", "missing_field")]),
        ([{"code": "P-12", "successor": "P-12"}], [(0, "successor", "itself")]),
        ([{"code": "P-12", "members": -1}], [(0, "members", "out_of_range")]),
        ([{"code": "P-12", "members": True}], [(0, "members", "not_a_whole_number")]),
        ([{"code": "P-12", "latitude": float("nan")}], [(0, "latitude", "not_a_number")]),
        ([{"code": "P-12", "latitude": 91}], [(0, "latitude", "out_of_range")]),
        ([{"code": "P-12", "kind": "district"}], [(0, "kind", "not_a_choice")]),
        ([{"code": "P-12", "area_group": "delta"}], [(0, "area_group", "not_a_choice")]),
        ([{"code": "P-12", "flags": ["border", "poor"]}], [(0, "flags", "not_a_choice")]),
        ([{"code": "P-12", "flags": "border"}], [(0, "flags", "not_a_list")]),
        ([{"code": "P-12", "name": "\u202elai"}], [(0, "name", "character_not_allowed")]),
        ([{"code": "P-12", "name": "a\x00b"}], [(0, "name", "character_not_allowed")]),
        ([{"code": "P-12", "name": "a\nb"}], [(0, "name", "character_not_allowed")]),
        ([{"code": "P-12", "name": "\ud800"}], [(0, "name", "character_not_allowed")]),
        ([{"code": "P-12", "name": "a" + "\u0301" * 9}], [(0, "name", "character_not_allowed")]),
        ([{"code": "P-12", "name": " \u00a0 "}], [(0, "name", "empty")]),
        ([{"code": "P-12", "name": "a" * 201}], [(0, "name", "too_long")]),
        ([{"code": "P-12", "name": "a" * 1_000_000}], [(0, "name", "too_long")]),
        ([{"code": "P-12", "name": 7}], [(0, "name", "not_a_text")]),
        ([{"code": "P 12", "name": "x"}], [(0, "code", "not_a_code")]),
        ([{"code": str(uuid4()), "name": "x"}], [(0, "code", "not_a_code")]),
        ([{"code": "P-12", "colour": "red"}], [(0, "colour", "unknown_field")]),
        ([{"code": "P-12"}, {"code": "P-12"}], [(1, "code", "repeated")]),
        (
            [{"code": "P-12", "valid_from": "2026-07-01", "valid_to": "2026-07-01"}],
            [(0, "valid_to", "not_after_start")],
        ),
        ([{"code": "P-12", "valid_from": "01/07/2026"}], [(0, "valid_from", "not_a_date")]),
        ([], [(None, "items", "no_items")]),
        ([{"code": "P-12"}] * 1001, [(None, "items", "too_many_items")]),
    ],
)
async def test_a_fault_is_named_and_nothing_is_written(
    country: asyncpg.Connection,
    at: datetime,
    faults_of: Faults,
    units: list[dict[str, object]],
    faults: list[tuple[int | None, str, str]],
) -> None:
    before = await country.fetch("SELECT * FROM unit ORDER BY id")

    found = await faults_of(put_units(country, units, at=at))

    assert sorted(found, key=str) == sorted(faults, key=str)
    assert await country.fetch("SELECT * FROM unit ORDER BY id") == before


async def test_one_fault_refuses_the_whole_list(
    country: asyncpg.Connection, at: datetime, faults_of: Faults
) -> None:
    good = {"code": "S-1", "kind": "school", "name": "Trường A", "parent": "C-03478"}
    bad = good | {"code": "S-2", "parent": "nowhere"}

    assert await faults_of(put_units(country, [good, bad], at=at)) == [(1, "parent", "unknown_unit")]
    assert await country.fetchval("SELECT count(*) FROM unit WHERE code = 'S-1'") == 0


async def test_a_code_belongs_to_one_unit(
    country: asyncpg.Connection, at: datetime, faults_of: Faults
) -> None:
    stranger = {"id": uuid4(), "code": "P-12", "kind": "province", "name": "X", "parent": "VN"}

    assert await faults_of(put_units(country, [stranger], at=at)) == [(0, "code", "code_taken")]


async def test_a_name_is_kept_composed_trimmed_and_searchable(
    country: asyncpg.Connection, at: datetime
) -> None:
    await put_units(country, [{"code": "P-12", "name": "  Lai\u00a0 Cha\u0302u "}], at=at)

    row = await country.fetchrow("SELECT name, name_fold FROM unit WHERE code = 'P-12'")
    assert tuple(row) == ("Lai Ch\u00e2u", "lai chau")


async def test_a_chain_of_units_has_a_greatest_depth(
    country: asyncpg.Connection, at: datetime, faults_of: Faults
) -> None:
    chain: list[dict[str, object]] = [{"code": "L-0", "kind": "agency", "name": "L", "parent": "VN"}]
    chain += [{"code": f"L-{n}", "kind": "agency", "name": "L", "parent": f"L-{n - 1}"} for n in range(1, 17)]

    assert await faults_of(put_units(country, chain, at=at)) == [(16, "parent", "tree_too_deep")]


_MOVES = st.lists(st.tuples(st.integers(1, 8), st.integers(0, 8)), min_size=1, max_size=6)


@given(rounds=st.lists(_MOVES, min_size=1, max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_after_any_moves_the_list_of_what_lies_within_what_equals_a_walk(
    rolled_back: asyncpg.Connection, at: datetime, faults_of: Faults, rounds: list[list[tuple[int, int]]]
) -> None:
    forest = [{"code": "U-0", "kind": "central", "name": "U"}]
    forest += [{"code": f"U-{n}", "kind": "agency", "name": "U", "parent": "U-0"} for n in range(1, 9)]
    await put_units(rolled_back, forest, at=at)

    for moves in rounds:
        wanted = [{"code": f"U-{unit}", "parent": f"U-{parent}"} for unit, parent in dict(moves).items()]
        parents = {row["id"]: row["parent"] for row in await rolled_back.fetch("SELECT id, parent FROM unit")}
        codes = {row["code"]: row["id"] for row in await rolled_back.fetch("SELECT id, code FROM unit")}
        after = parents | {codes[move["code"]]: codes[move["parent"]] for move in wanted}
        if _has_circle(after):
            assert {code for _, _, code in await faults_of(put_units(rolled_back, wanted, at=at))} == {
                "within_itself"
            }
        else:
            await put_units(rolled_back, wanted, at=at)

        assert await _within(rolled_back) == await _walked(rolled_back)


def _has_circle(parents: dict[UUID, UUID | None]) -> bool:
    def reaches_top(unit: UUID | None) -> bool:
        for _ in range(len(parents) + 1):
            if unit is None:
                return True
            unit = parents[unit]
        return False

    return not all(reaches_top(unit) for unit in parents)
