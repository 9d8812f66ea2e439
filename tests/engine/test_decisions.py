"""Recalculating and reassigning: by differences, under a number, once; and the ledger stays exact."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251 -- histories are drawn from a seed, so that they can be repeated
from uuid import UUID

import pytest
import pytest_asyncio

from tests.builders import MOUNTAIN_COMMUNE, TENTH, a_team, an_id, recorded, reported, some_people
from tests.engine.comparing import assert_exact
from tests.engine.history import History
from tests.engine.oracle import Oracle
from tests.engine.second_rulebook import publish_second, second_text
from tests.engine.world import World
from thidua.engine import rulebooks
from thidua.engine.decisions import Carried, DecisionTakenError
from thidua.engine.preview import by_subject, preview, preview_version
from thidua.engine.reassign import reassign
from thidua.engine.recalculate import TooFreshError, recalculate
from thidua.engine.record import Recorder
from thidua.engine.rulebooks import publish
from thidua.engine.verify import verify
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.kernel.errors import NotFoundError
from thidua.scoring.rulebook import shipped_text

EVER = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
ORACLE = Oracle({1: shipped_text(), 2: second_text()})


@pytest_asyncio.fixture
async def two_rulebooks(bootstrapped_database: str) -> AsyncIterator[None]:
    """An instance with two rulebooks."""
    rulebooks.forget()
    await publish_second()
    yield
    rulebooks.forget()


async def _lived(seed: int, *, acts: int = 40) -> World:
    world, recorder = World(), Recorder()
    await world.settle_down()
    await recorder.start()
    await History(world, Random(seed), recorder).run(acts)  # noqa: S311 -- a history, not a secret
    await recorder.stop()
    return world


async def _recalculated(number: str, version: int, **more: object) -> Carried:
    starts_at, ends_at = EVER
    told = {"starts_at": starts_at, "ends_at": ends_at, "by": "tester", "at": now()} | more
    return await recalculate(number, version=version, **told)  # type: ignore[arg-type]  # passed on as given


async def _points() -> int:
    async with connection() as acquired:
        return int(await acquired.fetchval("SELECT coalesce(sum(points), 0) FROM ledger_entry"))


@pytest.mark.parametrize("seed", range(6))
async def test_replay_finds_what_living_through_a_history_left(seed: int, two_rulebooks: None) -> None:
    await _lived(seed, acts=60)

    assert (await verify(at=now())).named == []


@pytest.mark.parametrize(("seed", "version"), [(7, 1), (8, 2), (9, 2), (10, 1)])
async def test_recalculating_posts_exactly_what_the_preview_said(
    seed: int, version: int, two_rulebooks: None
) -> None:
    world = await _lived(seed, acts=80)
    shifts = await preview_version(version, starts_at=EVER[0], ends_at=EVER[1])
    before = await _points()

    carried = await _recalculated("12/QĐ", version)

    assert shifts
    assert await _points() - before == carried.points == sum(one.points for one in by_subject(shifts))
    assert (await verify(at=now())).named == []
    assert await preview_version(version, starts_at=EVER[0], ends_at=EVER[1]) == []
    async with connection() as acquired:
        await assert_exact(acquired, world.span, ORACLE)


async def test_a_part_of_the_span_leaves_the_rest_to_its_own_version(two_rulebooks: None) -> None:
    await _lived(11, acts=60)
    middle = datetime(2026, 10, 12, 17, tzinfo=UTC)
    shifts = await preview_version(2, starts_at=EVER[0], ends_at=middle)

    carried = await _recalculated("13/QĐ", 2, ends_at=middle)

    assert carried.points == sum(one.points for one in by_subject(shifts))
    assert (await verify(at=now())).named == []


async def test_a_decision_is_carried_out_once(two_rulebooks: None) -> None:
    await _lived(12)
    first = await _recalculated("14/QĐ", 2)

    again = await _recalculated("14/QĐ", 2)

    assert first.activities
    assert again == Carried()


async def test_a_decision_of_the_same_number_that_says_something_else_is_refused(two_rulebooks: None) -> None:
    await _recalculated("15/QĐ", 2)

    with pytest.raises(DecisionTakenError):
        await _recalculated("15/QĐ", 1)


async def test_adjustments_name_the_act_of_the_decision(two_rulebooks: None) -> None:
    [lan] = await some_people(1)
    await recorded([reported("PUBLIC_SERVICE_CASE", lan, quantity=2, name="case")])

    await _recalculated("16/QĐ", 2)

    async with connection() as acquired:
        row = await acquired.fetchrow(
            "SELECT e.points, e.kind, e.rulebook_version, e.params ->> 'because' AS because, a.kind AS act,"
            " a.reason, a.by FROM ledger_entry e JOIN activity_act a ON a.id = e.act WHERE e.id = 2"
        )
    assert tuple(row) == (2, 2, 2, "recalculated", "recalculated", "16/QĐ", "tester")


async def test_preview_of_a_draft_writes_nothing(two_rulebooks: None) -> None:
    [lan] = await some_people(1)
    await recorded([reported("PUBLIC_SERVICE_CASE", lan, quantity=2, name="case")])
    draft = second_text().replace("version = 2\n", "version = 3\n", 1)

    [shift] = await preview(draft, starts_at=EVER[0], ends_at=EVER[1])

    assert (shift.activity, shift.before, shift.after) == (an_id("case"), 4, 6)
    assert await _points() == 4


async def test_a_key_that_would_pass_on_outside_the_span_shows_in_the_preview(two_rulebooks: None) -> None:
    lan, pao = await some_people(2)
    market = {"merchant": "m1"}
    early = reported("MERCHANT_QR", lan, attributes=market, name="early")
    late = reported("MERCHANT_QR", pao, attributes=market, name="late", at=TENTH + timedelta(days=1))
    await recorded([early, late])
    text = second_text().replace("version = 2\n", "version = 3\n", 1)
    head, rule, tail = text.partition("[rule.merchant_qr]")
    draft = head + rule + tail.replace('valid_from = "2020-01-01"', 'valid_from = "2026-10-11"', 1)

    shifts = await preview(draft, starts_at=EVER[0], ends_at=TENTH + timedelta(hours=1))

    found = {(one.activity, one.before > 0, one.after > 0) for one in shifts}
    assert found == {(an_id("early"), True, False), (an_id("late"), False, True)}


async def test_an_unknown_or_too_recent_version_is_refused(two_rulebooks: None) -> None:
    text = second_text().replace("version = 2\n", "version = 3\n", 1)
    midnight = now().replace(hour=17, minute=0, second=0, microsecond=0) + timedelta(days=3)
    await publish(text, in_force_from=midnight, at=now())

    with pytest.raises(TooFreshError):
        await _recalculated("17/QĐ", 3)
    with pytest.raises(NotFoundError):
        await _recalculated("17/QĐ", 4)


async def _of_unit(column: str) -> dict[UUID | None, int]:
    async with connection() as acquired:
        rows = await acquired.fetch(f"SELECT {column}, sum(points)::int FROM tally GROUP BY 1")  # noqa: S608 -- our own words
    return {row[0]: row[1] for row in rows}


async def test_reassigned_activities_bring_their_points_to_the_other_team(bootstrapped_database: str) -> None:
    lan, pao, minh = await some_people(3)
    wrong, right = await a_team([lan, pao]), await a_team([minh], name="Đội hình 2")
    reports = [
        reported("PUBLIC_SERVICE_CASE", who, quantity=2, team=wrong, name=f"{who} {number}")
        for who, number in [(lan, 1), (lan, 2), (pao, 1)]
    ]
    await recorded(reports)

    carried = await reassign("3/TB", [one.id for one in reports[:2]], team=right, by="tester", at=now())
    again = await reassign("3/TB", [one.id for one in reports[:2]], team=right, by="tester", at=now())

    assert (carried.activities, again.activities, carried.points) == (2, 0, -5)
    assert await _of_unit("team") == {wrong: 4, right: 8}
    assert (await verify(at=now())).named == []


async def test_reassigning_to_the_mountains_brings_the_mountains_factor(bootstrapped_database: str) -> None:
    [lan] = await some_people(1)
    report = reported("PUBLIC_SERVICE_CASE", lan, quantity=3)
    await recorded([report])

    carried = await reassign("4/TB", [report.id], unit=MOUNTAIN_COMMUNE, by="tester", at=now())

    assert carried.points == 1
    assert (await verify(at=now())).named == []


@pytest.mark.parametrize("seed", range(20, 24))
async def test_reassigning_in_a_random_history_leaves_no_difference(seed: int, two_rulebooks: None) -> None:
    world = await _lived(seed, acts=80)
    async with connection() as acquired:
        rows = await acquired.fetch("SELECT id FROM activity ORDER BY md5(id::text) LIMIT 25")

    await reassign(
        "5/TB", [row["id"] for row in rows], team=world.teams[1], unit=str(world.units[0]), by="t", at=now()
    )

    assert (await verify(at=now())).named == []


async def test_a_team_that_is_not_known_is_refused(bootstrapped_database: str) -> None:
    with pytest.raises(NotFoundError):
        await reassign("6/TB", [an_id("x")], team=an_id("nobody"), by="t", at=now())


async def test_recalculating_while_others_record_leaves_no_difference(two_rulebooks: None) -> None:
    await _lived(30, acts=60)

    await asyncio.gather(
        _recalculated("18/QĐ", 2), _lived(31, acts=60), _recalculated("19/QĐ", 1), _lived(32, acts=60)
    )

    assert (await verify(at=now())).named == []
