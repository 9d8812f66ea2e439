"""A rulebook published in the middle of things: states kept under version 1 serve version 2 (15, 16)."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random  # noqa: TID251 -- histories are drawn from a seed, so that they can be repeated

import pytest
import pytest_asyncio

from tests.builders import TENTH, recorded, reported, some_people
from tests.engine.comparing import assert_exact
from tests.engine.history import History
from tests.engine.oracle import Oracle
from tests.engine.second_rulebook import publish_second, second_text
from tests.engine.world import World
from thidua.engine import rulebooks
from thidua.engine.bootstrap import bootstrap
from thidua.engine.record import Recorder
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.infra.errors import StartError
from thidua.infra.settings import settings
from thidua.scoring.rulebook import shipped_text

ORACLE = Oracle({1: shipped_text(), 2: second_text()})


@pytest_asyncio.fixture
async def recorder(bootstrapped_database: str) -> AsyncIterator[Recorder]:
    """A recorder on an instance with the shipped rulebook only."""
    assert bootstrapped_database
    rulebooks.forget()
    started = Recorder()
    await started.start()
    yield started
    await started.stop()
    rulebooks.forget()


@pytest.fixture
def own_rulebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file that an empty instance shall begin with: the shipped rulebook, a case of a service worth 9."""
    told = shipped_text().partition("[rule.public_service_case]")
    file = tmp_path / "own.toml"
    file.write_text("".join([*told[:2], told[2].replace("points = 2", "points = 9", 1)]), encoding="utf-8")
    monkeypatch.setenv("THIDUA_RULEBOOK", str(file))
    rulebooks.forget()
    settings.cache_clear()
    yield file
    monkeypatch.undo()
    settings.cache_clear()
    rulebooks.forget()


@pytest.mark.usefixtures("database", "own_rulebook")
async def test_an_empty_instance_may_begin_with_a_rulebook_of_ones_own_that_pays_at_once() -> None:
    await bootstrap()
    [lan] = await some_people(1)

    [result] = await recorded([reported("PUBLIC_SERVICE_CASE", lan, at=now())])

    assert result.points == 9


@pytest.mark.usefixtures("bootstrapped_database", "own_rulebook")
async def test_an_instance_that_has_a_rulebook_keeps_it() -> None:
    await bootstrap()
    [lan] = await some_people(1)

    [result] = await recorded([reported("PUBLIC_SERVICE_CASE", lan, at=now())])

    assert result.points == 2


@pytest.fixture
def faulty_rulebook(own_rulebook: Path) -> Path:
    """The same without a name and rules."""
    own_rulebook.write_text("version = 1", encoding="utf-8")
    return own_rulebook


@pytest.mark.usefixtures("database")
async def test_a_faulty_first_rulebook_is_refused_in_one_line(faulty_rulebook: Path) -> None:
    with pytest.raises(StartError) as refused:
        await bootstrap()

    assert str(refused.value).startswith(f"THIDUA_RULEBOOK={faulty_rulebook}: line 1: name: missing")
    assert "\n" not in str(refused.value)


@pytest.mark.usefixtures("recorder")
async def test_use_under_the_first_version_counts_in_a_window_only_the_second_names() -> None:
    [lan] = await some_people(1)
    await recorded([reported("PUBLIC_SERVICE_CASE", lan, quantity=15)])
    await publish_second()

    later = TENTH + timedelta(days=6)
    [result] = await recorded([reported("PUBLIC_SERVICE_CASE", lan, quantity=20, at=later)])

    # 30 points of the month's 65 were paid: 11 cases of 3 points fit the rest.
    assert result.points == 33


@pytest.mark.parametrize("seed", range(2))
async def test_a_history_with_a_publication_in_its_middle_is_exact(seed: int, recorder: Recorder) -> None:
    worlds = [World() for _ in range(2)]
    histories: list[History] = []
    for number, world in enumerate(worlds):
        await world.settle_down()
        chance = Random(10 * seed + number)  # noqa: S311 -- a history, not a secret
        # What is recorded before a publication occurred before the version's moment: publishing takes a day.
        histories.append(History(world, chance, recorder, days_max=4))
    for history in histories:
        await history.run(15)

    await publish_second()
    for history in histories:
        history.days_max = None
        await history.run(30)

    async with connection() as acquired:
        for world in worlds:
            assert await assert_exact(acquired, world.span, ORACLE)
