"""Many acts at once on the same few subjects, keys and teams: the ledger is still what the rules say (23)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from random import Random  # noqa: TID251 -- histories are drawn from a seed, so that they can be repeated
from uuid import UUID

import pytest
import pytest_asyncio
from msgspec.structs import replace

from tests.engine.comparing import assert_exact
from tests.engine.history import History
from tests.engine.oracle import Oracle
from tests.engine.second_rulebook import publish_second, second_text
from tests.engine.world import World
from tests.support.promises import Promise
from thidua.activities.model import ActivityReport
from thidua.engine import rulebooks
from thidua.engine.moderate import StateError, reject, verify, withdraw
from thidua.engine.record import Recorder
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.kernel.errors import NotFoundError
from thidua.scoring.rulebook import shipped_text

ORACLE = Oracle({1: shipped_text(), 2: second_text()})


@pytest_asyncio.fixture(scope="module")
async def recorders(module_database: str) -> AsyncIterator[list[Recorder]]:
    """Three recorders side by side, on an instance with two rulebooks."""
    assert module_database
    rulebooks.forget()
    await publish_second()
    started = [Recorder() for _ in range(3)]
    for one in started:
        await one.start()
    yield started
    for one in started:
        await one.stop()
    rulebooks.forget()


async def crowded(seed: int, recorders: list[Recorder], *, waves: int) -> int:
    """Let waves of acts break on one world; return how many nets were compared."""
    world = World()
    await world.settle_down()
    chance = Random(seed)  # noqa: S311 -- a history, not a secret
    calm = History(world, chance, recorders[0])
    await calm.run(10)
    known, place = list(calm.states), 1000
    for _ in range(waves):
        acts: list[Awaitable[object]] = []
        for recorder in recorders:
            for _ in range(chance.choice((1, 3))):
                size = chance.choice((1, 2, 8))
                reports = [world.report(chance, place + n) for n in range(size)]
                place += size
                acts += [_recorded(chance.choice(recorders), reports), _recorded(recorder, reports[::-1])]
                known += [report.id for report in reports]
        acts += [
            _moderated(chance.choice((verify, reject, withdraw)), chance.choice(known)) for _ in range(6)
        ]
        chance.shuffle(acts)
        await asyncio.gather(*acts)
    async with connection() as acquired:
        return len(await assert_exact(acquired, world.span, ORACLE))


async def _recorded(recorder: Recorder, reports: list[ActivityReport]) -> None:
    await recorder.record([replace(one, index=index) for index, one in enumerate(reports)], partial=True)


async def _moderated(act: Callable[..., Awaitable[object]], activity: UUID) -> None:
    with suppress(StateError, NotFoundError):  # final already, or not recorded yet
        await act(activity, by="tester", reason="at once", at=now())


@pytest.mark.parametrize("seed", range(8))
async def test_acts_at_once_leave_no_difference(seed: int, recorders: list[Recorder]) -> None:
    assert await crowded(seed, recorders, waves=3)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_two_hundred_crowded_worlds_leave_no_difference(
    recorders: list[Recorder], promise: Promise
) -> None:
    nets = 0
    for seed in range(100, 300):
        nets += await crowded(seed, recorders, waves=4)

    promise(
        "T07 nets after concurrent acts, compared with a second scorer", figure=nets, target="0 differences"
    )
