"""T15: every number can be opened down to the activity, the rule version and the reason in words."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from random import Random  # noqa: TID251 -- histories are drawn from a seed, so that they can be repeated
from uuid import UUID

import pytest
import pytest_asyncio

from tests.engine.history import History
from tests.engine.second_rulebook import recording_under_both
from tests.engine.world import World
from tests.support.promises import Promise
from thidua.engine.record import Recorder
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.kernel.period import local_day
from thidua.ledger import shown
from thidua.ledger.shown import Earned, EntryRow
from thidua.scoring.explain import sentence, steps

EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
_SUBJECTS = "SELECT DISTINCT subject FROM ledger_entry WHERE subject BETWEEN $1 AND $2"
_VERSIONS = "SELECT array_agg(version) FROM rulebook"


@pytest_asyncio.fixture(scope="module")
async def recorder(module_database: str) -> AsyncIterator[Recorder]:
    """A recorder on an instance with two rulebooks."""
    assert module_database
    async with recording_under_both() as started:
        yield started


async def explained_subjects(seed: int, recorder: Recorder) -> int:
    """Live through a history and open every total of everybody in it; return how many there were."""
    world = World()
    await world.settle_down()
    await History(world, Random(seed), recorder).run(60)  # noqa: S311 -- a history, not a secret
    async with connection() as reading:
        subjects = [row["subject"] for row in await reading.fetch(_SUBJECTS, *world.span)]
    for subject in subjects:
        await _assert_explained(subject)
    return len(subjects)


async def _assert_explained(subject: UUID) -> None:
    async with connection() as reading:
        totals = await shown.totals_of(reading, subject, Earned.BY_SUBJECT, today=local_day(now()))
        entries = await shown.entries_of(reading, subject, span=EVER, before=None, rows_max=10_000)
        versions = await reading.fetchval(_VERSIONS)
        activities = await reading.fetchval(
            "SELECT count(*) FROM activity WHERE id = ANY($1::uuid[])",
            list({one.activity for one in entries}),
        )
    assert totals[-1].points == sum(one.points for one in entries)
    assert activities == len({one.activity for one in entries})
    assert {one.rulebook_version for one in entries} <= set(versions)
    for entry in entries:
        _assert_in_words(entry)


def _assert_in_words(entry: EntryRow) -> None:
    for language in ("vi", "en"):
        told = sentence(entry.sentence, entry.params, language)
        assert told
        assert "{" not in told
        for step in steps(entry.params, language, code=entry.sentence):
            assert step.because
            assert "{" not in step.because


@pytest.mark.parametrize("seed", range(4))
async def test_every_total_is_the_sum_of_entries_that_explain_themselves(
    seed: int, recorder: Recorder
) -> None:
    assert await explained_subjects(seed, recorder)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_thousand_subjects_explain_themselves(recorder: Recorder, promise: Promise) -> None:
    subjects, seed = 0, 500
    while subjects < 1_000:
        subjects += await explained_subjects(seed, recorder)
        seed += 1

    promise(
        "T15 subjects whose entries sum to the total shown", figure=subjects, target=">= 1000, 0 differences"
    )
