"""What is foretold before recording is what recording then brings."""

from collections.abc import AsyncIterator
from random import Random  # noqa: TID251 -- histories are drawn from a seed, so that they can be repeated

import pytest
import pytest_asyncio
from msgspec.structs import replace

from tests.builders import TENTH, reported, some_people
from tests.engine.second_rulebook import recording_under_both
from tests.engine.world import World
from thidua.engine.changes import fact_of
from thidua.engine.foretell import foretold, foretold_report
from thidua.engine.group import reasons_now
from thidua.engine.moderate import shown, verify
from thidua.engine.record import Recorder
from thidua.engine.rulebooks import shelf
from thidua.infra.clock import now
from thidua.infra.database import connection

REPORTS = 60


@pytest_asyncio.fixture(scope="module")
async def recorder(module_database: str) -> AsyncIterator[Recorder]:
    """A recorder on an instance with two rulebooks."""
    assert module_database
    async with recording_under_both() as started:
        yield started


@pytest.mark.parametrize("seed", range(6))
async def test_every_report_brings_what_was_foretold(seed: int, recorder: Recorder) -> None:
    world, chance = World(), Random(seed)  # noqa: S311 -- a history, not a secret
    await world.settle_down()
    brought = 0
    for place in range(REPORTS):
        report = replace(world.report(chance, place), verified=True)
        told = await foretold_report(report, at=now())

        [result] = await recorder.record([report], partial=True)

        assert {one.code for one in told.faults} == {one.code for one in result.errors}
        assert (told.points, set(map(repr, told.reasons))) == (result.points, set(map(repr, result.reasons)))
        brought += result.points != 0
    assert brought


@pytest.mark.parametrize("seed", range(100, 103))
async def test_every_claim_brings_what_was_foretold_to_who_verifies(seed: int, recorder: Recorder) -> None:
    world, chance = World(), Random(seed)  # noqa: S311 -- a history, not a secret
    await world.settle_down()
    reports = [replace(world.report(chance, place), index=place) for place in range(REPORTS)]
    results = await recorder.record(reports, partial=True)
    waiting = [one.id for one, result in zip(reports, results, strict=True) if result.state == 1]
    assert waiting

    for claim in waiting:
        activity, _ = await shown(claim, at=now())
        async with connection() as acquired:
            registry = (await shelf(acquired, at=now())).registry
            told = (await foretold(acquired, [fact_of(activity)], registry))[claim]
        after = await verify(claim, by="tester", reason="", at=now())
        _, result = await shown(claim, at=now())

        async with connection() as acquired:
            reasons = (await reasons_now(acquired, [after], registry))[claim]
        assert told.points == result.points
        assert set(map(repr, told.reasons)) >= set(map(repr, reasons)) if not told.points else True


async def test_a_full_day_is_foretold_with_its_cap(recorder: Recorder) -> None:
    lan, *helped = await some_people(4)
    session = {"minutes": 45, "skill": "vneid"}
    reports = [
        reported("MENTOR_SESSION", lan, at=TENTH, name=n, participants=[(one, "mentee")], attributes=session)
        for n, one in enumerate(helped)
    ]
    await recorder.record([reports[0]])
    await recorder.record([reports[1]])

    told = await foretold_report(reports[2], at=now())

    [reason] = told.reasons
    assert (told.points, reason.code) == (0, "window_full")
    assert reason.params == {"window": "day", "used": 2, "cap": 2, "unit": "units"}
