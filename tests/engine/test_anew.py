"""What is kept for scoring is what recording the same facts anew, in order, would have kept (16, 17)."""

from collections.abc import AsyncIterator
from random import Random  # noqa: TID251 -- histories are drawn from a seed, so that they can be repeated
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from tests.engine.comparing import stored_activities
from tests.engine.history import History
from tests.engine.second_rulebook import recording_under_both
from tests.engine.world import World
from thidua.activities.queries import by_id
from thidua.engine.changes import Change, Effect, fact_of
from thidua.engine.locks import lock
from thidua.engine.record import Recorder
from thidua.engine.rulebooks import shelf
from thidua.engine.settle import settle
from thidua.infra.clock import now
from thidua.infra.database import Connection, connection, transaction

_STATES = """
SELECT s.subject, s.rule, s.bucket, s.state FROM rule_state s
WHERE s.subject >= $1 AND s.subject < $2 AND s.state LIKE '[[%'
"""
_CLAIMS = (
    "SELECT rule, key, occurred_at, activity, subject FROM rule_claim WHERE activity >= $1 AND activity < $2"
)
_COPY = """
INSERT INTO activity SELECT (translated.row).* FROM (
    SELECT jsonb_populate_record(NULL::activity, replace(to_jsonb(a)::text, $3, $4)::jsonb) AS row
    FROM activity a WHERE a.id >= $1 AND a.id < $2 AND a.state = 2 AND a.suspended = 0) translated
"""
_RENAME = (
    "UPDATE activity SET attributes = replace(attributes::text, $3, $4)::json WHERE id >= $1 AND id < $2"
)


@pytest_asyncio.fixture(scope="module")
async def recorder(module_database: str) -> AsyncIterator[Recorder]:
    """A recorder on an instance with two rulebooks."""
    assert module_database
    async with recording_under_both() as started:
        yield started


def prefix(world: World) -> str:
    """What every id and every merchant's number of the world begins with."""
    return f"{world.number:08x}"


async def recorded_anew(old: World, new: World) -> None:
    """Copy the facts that count into another world, and let scoring see them one by one, in order."""
    async with transaction() as acquired:
        await acquired.execute(_COPY, *old.span, f'"{prefix(old)}-', f'"{prefix(new)}-')
        await acquired.execute(_RENAME, *new.span, f"-{old.number:09}", f"-{new.number:09}")
        registry = (await shelf(acquired, at=now())).registry
        ids = [row["id"] for row in await stored_activities(acquired, new.span)]
        facts = sorted(
            (fact_of(one) for one in (await by_id(acquired, ids)).values()), key=lambda one: one.order
        )
        for fact in facts:
            change = Change(fact, fact.id, Effect.COMES, "recorded")
            locked = await lock(acquired, [change], registry)
            await settle(acquired, [change], registry, locked=locked, at=now())


async def kept(acquired: Connection, world: World) -> tuple[list[Any], list[Any]]:
    """The milestones' states and the claims of the world, ids told without the world's number."""

    def bare(told: object) -> str:
        return str(told).replace(f"{prefix(world)}-", "-")

    states = [
        (bare(row["subject"]), row["rule"], row["bucket"], bare(msgspec.json.decode(row["state"])))
        for row in await acquired.fetch(_STATES, *world.span)
    ]
    claims = await acquired.fetch(_CLAIMS, *world.span)
    sizes: dict[UUID, int] = {}
    for row in claims:
        sizes[row["key"]] = sizes.get(row["key"], 0) + 1
    told = [(row["rule"], bare(row["activity"]), bare(row["subject"]), sizes[row["key"]]) for row in claims]
    return sorted(states), sorted(told)


@pytest.mark.parametrize("seed", range(50, 55))
async def test_claims_and_milestones_are_those_of_recording_anew(seed: int, recorder: Recorder) -> None:
    old, new = World(), World()
    await old.settle_down()
    await new.settle_down()
    chance = Random(seed)  # noqa: S311 -- a history, not a secret
    await History(old, chance, recorder).run(40)

    await recorded_anew(old, new)

    async with connection() as acquired:
        assert await kept(acquired, new) == await kept(acquired, old)
