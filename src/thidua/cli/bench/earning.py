"""What badges cost: the same batches taken in with badges earned meanwhile, and without anything of it."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import asyncpg

from thidua.cli.bench.figure import Figure
from thidua.cli.bench.ground import Ground
from thidua.cli.bench.intake import BATCH_SOCKETS, batch_intake
from thidua.cli.bench.running import running
from thidua.cli.bench.seed import check_sample, seed_population
from thidua.cli.bench.sides import Side
from thidua.cli.bench.sizes import Sizes
from thidua.engine.award import LEADER_LOCK
from thidua.infra.clock import now

_ACCEPT, _GOAL = 120.0, 110.0
_TRIES = 200
# What only badges need of the tables of activities.
_WITHOUT = ("ALTER TABLE activity DROP COLUMN tx", "ALTER TABLE activity_act DROP COLUMN tx")
_GIVEN = "SELECT badge, count(*) AS given FROM badge_award WHERE state = 1 GROUP BY badge ORDER BY badge"


@dataclass(slots=True)
class _Side(Side):
    """What was measured with badges, or without, and which were given."""

    given: dict[str, int] = field(default_factory=dict)


def figures(ground: Ground, sizes: Sizes, wanted: Collection[str]) -> Iterator[Figure]:
    """`earning`, by turns without and with it, each into a database of its own."""
    assert "earning" in wanted, "nothing else is measured here"
    without, with_badges = _Side(), _Side()
    for _ in range(sizes.earning_rounds):
        _take_in(ground, sizes, without, is_earning=False)
        _take_in(ground, sizes, with_badges, is_earning=True)
    yield _figure(sizes, without, with_badges)


def _take_in(ground: Ground, sizes: Sizes, side: _Side, *, is_earning: bool) -> None:
    with ground.database() as database:
        population = asyncio.run(seed_population(members=sizes.intake_members, seed=sizes.seed, at=now()))
        with _leader_kept_away(database, is_earning=is_earning), running(ground, database) as server:
            check_sample(server, population)
            side.measured.append(batch_intake(ground, sizes, server, population))
            side.given = asyncio.run(_given(database, is_earning=is_earning))


@contextmanager
def _leader_kept_away(database: str, *, is_earning: bool) -> Iterator[None]:
    """Without earning: nobody leads, and the tables are as they would be if there were no badges."""
    if is_earning:
        yield
        return
    with asyncio.Runner() as runner:
        held = runner.run(asyncpg.connect(database))
        try:
            for statement in (*_WITHOUT, f"SELECT pg_advisory_lock({LEADER_LOCK})"):
                runner.run(held.execute(statement))
            yield
        finally:
            runner.run(held.close())


def _figure(sizes: Sizes, without: _Side, with_badges: _Side) -> Figure:
    off, on = without.cpu_us(sizes.batch), with_badges.cpu_us(sizes.batch)
    spent_off, spent_on = (one.cost_us(sizes.batch) for one in (without, with_badges))
    idle = [] if any(with_badges.given.values()) else ["no badge was given"]
    wrong = ["badges were given where nobody leads"] if without.given else []
    return Figure(
        name="earning",
        figure=100 * spent_on / spent_off,
        unit="% of the processor time of an activity without badges",
        limit=100.0,
        limit_is="the same batches, nobody follows, tables without what following needs",
        accept=_ACCEPT,
        goal=_GOAL,
        members=sizes.intake_members,
        seed=sizes.seed,
        is_quick=sizes.is_quick,
        items=sum(one.took.count for one in with_badges.measured) * sizes.batch,
        cpu_us_per_item=on,
        less_is_better=True,
        faults=(*idle, *wrong),
        more={
            "cpu_us_with": round(spent_on, 1),
            "cpu_us_without": round(spent_off, 1),
            "cpu_us_per_item_without": {kind: round(us, 1) for kind, us in off.items()},
            "activities_a_second_with": round(with_badges.a_second(sizes.batch)),
            "activities_a_second_without": round(without.a_second(sizes.batch)),
            "given": with_badges.given,
            "sockets": BATCH_SOCKETS,
            "batch": sizes.batch,
            "rounds": sizes.earning_rounds,
        },
    )


async def _given(database: str, *, is_earning: bool) -> dict[str, int]:
    """What was given; where badges are earned, as soon as there is any."""
    connection = await asyncpg.connect(database)
    try:
        for _ in range(_TRIES if is_earning else 1):
            if rows := await connection.fetch(_GIVEN):
                return {row["badge"]: row["given"] for row in rows}
            await asyncio.sleep(0.1)
        return {}
    finally:
        await connection.close()
