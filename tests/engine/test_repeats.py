"""One id is one activity: repeats are answered, misuse is refused, and neither writes (T03, T04, T05)."""

import asyncio

import pytest

from tests.builders import recorded, reported, some_people
from tests.support.promises import Promise
from thidua.activities.model import State
from thidua.engine.record import Recorder
from thidua.engine.results import IdConflictError
from thidua.infra.database import connection
from thidua.kernel.errors import InputError

pytestmark = pytest.mark.usefixtures("bootstrapped_database")


async def counted(table: str) -> int:
    """How many rows the table holds."""
    async with connection() as acquired:
        return int(await acquired.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 -- names of ours


async def test_a_repeat_inside_one_batch_is_a_duplicate_with_the_same_points() -> None:
    [lan] = await some_people(1)
    report = reported("PUBLIC_SERVICE_CASE", lan, quantity=3)

    results = await recorded([report, report, report])

    assert [one.status for one in results] == ["recorded", "duplicate", "duplicate"]
    assert {one.points for one in results} == {6}
    assert (await counted("activity"), await counted("ledger_entry")) == (1, 1)


async def test_a_repeat_in_a_later_request_answers_what_stands_now() -> None:
    [lan] = await some_people(1)
    report = reported("PUBLIC_SERVICE_CASE", lan, quantity=3)
    await recorded([report])

    [result] = await recorded([report])

    assert (result.status, result.state, result.points) == ("duplicate", State.VERIFIED, 6)


async def test_an_id_used_again_for_something_else_is_refused_and_nothing_of_the_batch_is_written() -> None:
    [lan] = await some_people(1)
    await recorded([reported("PUBLIC_SERVICE_CASE", lan, quantity=3, name="one")])

    with pytest.raises(IdConflictError) as refused:
        await recorded(
            [
                reported("PUBLIC_SERVICE_CASE", lan, quantity=1, name="other"),
                reported("PUBLIC_SERVICE_CASE", lan, quantity=4, name="one"),
            ]
        )

    assert refused.value.code == "id_reused"
    assert [(fault.index, fault.code) for fault in refused.value.errors] == [(1, "id_reused")]
    assert await counted("activity") == 1


async def test_an_id_of_another_source_is_refused_without_telling_what_it_is() -> None:
    [lan] = await some_people(1)
    await recorded([reported("PUBLIC_SERVICE_CASE", lan, quantity=3, name="one", source="first")])

    with pytest.raises(IdConflictError) as refused:
        await recorded([reported("PUBLIC_SERVICE_CASE", lan, quantity=3, name="one", source="second")])

    assert refused.value.code == "id_taken"
    assert refused.value.errors[0].facts is None


async def test_two_meanings_of_one_id_inside_a_batch_are_refused() -> None:
    [lan] = await some_people(1)

    with pytest.raises(IdConflictError):
        await recorded([reported("PUBLIC_SERVICE_CASE", lan, quantity=n, name="one") for n in (1, 2)])

    assert await counted("activity_key") == 0


async def test_a_partial_batch_records_what_is_good_and_names_what_is_not() -> None:
    [lan] = await some_people(1)
    await recorded([reported("PUBLIC_SERVICE_CASE", lan, quantity=3, name="one")])

    results = await recorded(
        [
            reported("PUBLIC_SERVICE_CASE", lan, quantity=4, name="one"),
            reported("NO_SUCH_TYPE", lan),
            reported("PUBLIC_SERVICE_CASE", lan, quantity=2, name="two"),
        ],
        partial=True,
    )

    assert [one.status for one in results] == ["rejected", "rejected", "recorded"]
    assert [fault.code for one in results for fault in one.errors] == ["id_reused", "unknown_type"]
    assert results[2].points == 4


async def test_a_bad_report_does_not_take_its_neighbours_in_the_group_with_it() -> None:
    lan, pao = await some_people(2)
    recorder = Recorder(lanes=1)
    good, bad, other = (
        reported("PUBLIC_SERVICE_CASE", lan, quantity=3, name="good"),
        reported("PUBLIC_SERVICE_CASE", lan, quantity=20_000, name="bad"),
        reported("PUBLIC_SERVICE_CASE", pao, quantity=2, name="other"),
    )

    asked = [asyncio.create_task(recorder.record([one])) for one in (bad, good, other)]
    await asyncio.sleep(0)  # all three wait before the lane begins: one group
    await recorder.start()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    await recorder.stop()

    assert isinstance(answers[0], Exception)
    assert [one[0].points for one in answers[1:] if not isinstance(one, BaseException)] == [6, 4]


async def test_a_batch_with_one_fault_writes_nothing_and_names_every_fault() -> None:
    lan, pao = await some_people(2)

    with pytest.raises(InputError) as refused:
        await recorded(
            [
                reported("PUBLIC_SERVICE_CASE", lan),
                reported("MENTOR_SESSION", lan, attributes={"minutes": 30}),
                reported("MENTOR_QUOTA_5", pao),
            ]
        )

    assert [(fault.index, fault.code) for fault in refused.value.errors] == [
        (1, "missing"),
        (2, "derived_type"),
    ]
    assert await counted("activity") == 0


async def test_misuse_of_ids_leaves_one_entry_an_id(promise: Promise) -> None:
    [lan] = await some_people(1)
    reports = [reported("PUBLIC_SERVICE_CASE", lan, name=n) for n in range(10)]
    await recorded(reports)

    for _ in range(3):
        await recorded([*reports, *reversed(reports)])

    promise(
        "T03 entries after 10 reports were sent 7 times", figure=await counted("ledger_entry"), target="10"
    )
    assert await counted("ledger_entry") == 10
