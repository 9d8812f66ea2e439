"""Whatever happens, in whatever order it arrives: the ledger is what the rules say (T07, T10)."""

from collections.abc import AsyncIterator
from random import Random  # noqa: TID251 -- histories are drawn from a seed, so that they can be repeated

import pytest
import pytest_asyncio

from tests.engine.comparing import assert_exact
from tests.engine.history import History
from tests.engine.oracle import Oracle
from tests.engine.second_rulebook import recording_under_both, second_text
from tests.engine.world import World
from tests.support.promises import Promise
from thidua.engine.record import Recorder
from thidua.infra.database import connection
from thidua.scoring.rulebook import shipped_text

ORACLE = Oracle({1: shipped_text(), 2: second_text()})


@pytest_asyncio.fixture(scope="module")
async def recorder(module_database: str) -> AsyncIterator[Recorder]:
    """A recorder on an instance with two rulebooks."""
    assert module_database
    async with recording_under_both() as started:
        yield started


async def lived(seed: int, recorder: Recorder, *, acts: int) -> int:
    """Live through one history; return how many nets were compared."""
    world = World()
    await world.settle_down()
    chance = Random(seed)  # noqa: S311 -- a history, not a secret
    await History(world, chance, recorder).run(acts)
    async with connection() as acquired:
        return len(await assert_exact(acquired, world.span, ORACLE))


@pytest.mark.parametrize("seed", range(30))
async def test_the_ledger_is_what_the_second_scorer_finds(seed: int, recorder: Recorder) -> None:
    assert await lived(seed, recorder, acts=40)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_two_thousand_histories_leave_no_difference(recorder: Recorder, promise: Promise) -> None:
    nets = 0
    for seed in range(1000, 3000):
        nets += await lived(seed, recorder, acts=50)

    promise("T07 histories compared with a second scorer", figure=2000, target=">= 2000, 0 differences")
    promise("T12 nets compared with a second scorer", figure=nets, target="0 differences")
