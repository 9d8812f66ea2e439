"""Standings computed from tallies."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest_asyncio

from tests.boards.builders import (
    COMMUNE,
    COUNTRY,
    NOON,
    OTHER_COMMUNE,
    PROVINCE,
    Award,
    people,
    post,
    put_team,
    put_unit,
    put_units,
)  # fmt: skip
from thidua.boards.model import BoardKey
from thidua.boards.truth import compute


@pytest_asyncio.fixture
async def tables(rolled_back: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    await put_units(rolled_back)
    yield rolled_back


async def test_equal_points_share_a_rank_and_the_earlier_stands_first(tables: asyncpg.Connection) -> None:
    lan, mai, nam, hoa = people(4)
    later = NOON + timedelta(hours=1)
    await post(
        tables,
        [
            Award(subject=lan, points=7, occurred_at=later),
            Award(subject=mai, points=7),
            Award(subject=nam, points=9),
            Award(subject=hoa, points=-3),
        ],
    )

    computed = await compute(tables, BoardKey("people-total", "all", COUNTRY), at=NOON)

    rows = [(place.rank, place.is_tied, place.subject, place.points) for place in computed.standing.rows()]
    assert rows == [(1, False, nam, 9), (2, True, mai, 7), (2, True, lan, 7), (4, False, hoa, -3)]


async def test_a_board_counts_only_its_days_its_units_and_its_category(tables: asyncpg.Connection) -> None:
    (lan,) = people(1)
    await post(
        tables,
        [
            Award(subject=lan, points=1),
            Award(subject=lan, points=10, category="learning"),
            Award(subject=lan, points=100, unit=OTHER_COMMUNE),
            Award(subject=lan, points=1000, occurred_at=NOON - timedelta(days=365)),
        ],
    )

    async def points(slug: str, period: str, scope: UUID, division: str | None = None) -> int:
        key = BoardKey(slug, period, scope, None, division)
        return (await compute(tables, key, at=NOON)).standing.places(0, 1)[0].points

    assert await points("people-total", "all", COUNTRY) == 1111
    assert await points("people-total", "2026-Q4", COUNTRY) == 111
    assert await points("people-total", "2026-10-10", COMMUNE) == 11
    assert await points("people-mentoring", "2026", COMMUNE) == 1
    assert await points("people-total", "2026", PROVINCE, "urban") == 100


async def test_a_unit_has_the_points_earned_in_its_subtree_by_whomever(tables: asyncpg.Connection) -> None:
    lan, mai = people(2)
    await post(tables, [Award(subject=lan), Award(subject=mai, subject_kind=2, unit=OTHER_COMMUNE, points=2)])

    communes = await compute(tables, BoardKey("units-total", "all", COUNTRY, "commune"), at=NOON)
    provinces = await compute(tables, BoardKey("units-total", "all", COUNTRY, "province"), at=NOON)

    assert [(p.subject, p.points) for p in communes.standing.rows()] == [(COMMUNE, 5), (OTHER_COMMUNE, 2)]
    assert [(p.subject, p.points) for p in provinces.standing.rows()] == [(PROVINCE, 7)]


async def test_points_per_member_rank_by_the_exact_fraction(tables: asyncpg.Connection) -> None:
    sizes = {"a": 6, "b": 9, "c": 4, "d": 7}
    units = dict(zip(sizes, people(4), strict=True))
    for name, members in sizes.items():
        founded = date(2026, 11, 1) if name == "d" else None
        await put_unit(tables, units[name], code=name, members=members, valid_from=founded)
    points = {"a": 4, "b": 6, "c": 50, "d": 70}
    await post(tables, [Award(subject=people(1)[0], unit=units[name], points=points[name]) for name in sizes])

    key = BoardKey("units-per-member", "2026-Q4", COUNTRY, "branch")
    await compute(tables, key, at=NOON)
    await tables.execute("UPDATE unit SET members = 1000 WHERE code = 'a'")
    computed = await compute(tables, key, at=NOON)

    rows = [
        (place.rank, place.is_tied, place.subject, place.hundredths) for place in computed.standing.rows()
    ]
    assert rows[:2] == [(1, True, units["a"], 67), (1, True, units["b"], 67)]
    assert {row[2] for row in rows[2:]} == {units["c"], units["d"]}
    assert [row[0] for row in rows[2:]] == [None, None]


async def test_a_team_has_the_points_whose_team_it_is(tables: asyncpg.Connection) -> None:
    lan, team = people(2)
    await put_team(tables, team)
    await post(
        tables,
        [Award(subject=lan, team=team), Award(subject=lan), Award(subject=team, subject_kind=2, team=team)],
    )

    computed = await compute(tables, BoardKey("teams-total", "all", COUNTRY), at=NOON)

    assert [(place.subject, place.points) for place in computed.standing.rows()] == [(team, 10)]
