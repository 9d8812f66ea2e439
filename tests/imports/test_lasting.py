"""Imports outlast what breaks off, and files do not outlast their use."""

import asyncio
from uuid import UUID

import pytest

from tests.imports.sending import Sender, counts, one_value, outcomes, state_of
from tests.imports.test_people import HEAD, row
from tests.support.waiting import eventually_async
from thidua.imports import actions, queries
from thidua.imports.actions import forget_old
from thidua.imports.errors import ImportStageError
from thidua.imports.model import Outcome, Stage
from thidua.imports.running import go_on, run_imports, step
from thidua.imports.state import RowSaid
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.kernel.errors import NotFoundError


async def test_what_was_broken_off_goes_on_where_it_stopped(sender: Sender) -> None:
    rows = [HEAD, *(row(number, f"Lò Thị Mai {number:03d}") for number in range(1, 301))]
    one = await sender.send([tuple(cell.replace("Mai ", "Mai A") for cell in line) for line in rows])
    await sender.say(one, rows={number: RowSaid(kept=["name"]) for number in range(2, 302)})
    async with transaction() as connection:
        state = await queries.import_of(connection, one)
        await actions.confirm(connection, state, sender.importer, at=now())
    await step(one, at=now())
    halfway = await one_value("SELECT count(*) FROM person")

    await asyncio.gather(go_on(one), go_on(one))

    assert 0 < halfway < 300
    assert await one_value("SELECT count(*) FROM person") == 300
    assert (await state_of(one)).stage is Stage.DONE


async def test_the_worker_goes_on_with_what_a_web_process_left(sender: Sender) -> None:
    one = await sender.send([HEAD, row(1, "Lò Thị Mai")])
    async with transaction() as connection:
        state = await queries.import_of(connection, one)
        await actions.confirm(connection, state, sender.importer, at=now())
    stopping = asyncio.Event()

    worker = asyncio.create_task(run_imports(stopping))
    await eventually_async(lambda: _stands_at(one, Stage.DONE))
    stopping.set()
    await worker

    assert await outcomes(one) == {Outcome.CREATED: 1}


async def _stands_at(one: UUID, stage: Stage) -> bool:
    return (await state_of(one)).stage is stage


async def test_texts_are_thrown_away_in_time_and_what_came_of_rows_stays(sender: Sender) -> None:
    written = await sender.sent_and_written([HEAD, row(1, "Lò Thị Mai")])
    waiting = await sender.send([HEAD, row(1, "Giàng A Páo")])
    await one_value("UPDATE import_file SET made_at = made_at - interval '31 days' RETURNING 1")

    async with transaction() as connection:
        await forget_old(connection, at=now())

    assert await one_value("SELECT count(*) FROM import_row WHERE cells IS NOT NULL") == 0
    assert await one_value("SELECT count(*) FROM import_file WHERE content IS NOT NULL") == 0
    assert (await counts(written)).came_to(Outcome.CREATED) == 1
    with pytest.raises(NotFoundError):
        await state_of(waiting)


async def test_a_file_that_was_confirmed_cannot_be_answered_or_thrown_away(sender: Sender) -> None:
    one = await sender.sent_and_written([HEAD, row(1, "Lò Thị Mai")])

    with pytest.raises(ImportStageError):
        await sender.say(one, new_branches="create")


async def test_whoever_looked_before_it_was_written_changes_nothing_after(sender: Sender) -> None:
    one = await sender.send([HEAD, row(1, "Lò Thị Muộn")])
    seen = await state_of(one)
    await sender.confirm(one)

    async with transaction() as connection:
        assert await actions.confirm(connection, seen, sender.importer, at=now()) is False
    with pytest.raises(ImportStageError):
        async with transaction() as connection:
            await actions.answer(connection, seen, seen.answers, at=now())
    with pytest.raises(ImportStageError):
        async with transaction() as connection:
            await actions.discard(connection, seen, sender.importer, at=now())

    assert (await state_of(one)).stage is Stage.DONE
