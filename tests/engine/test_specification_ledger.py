"""Sentences 3, 17 and 19 to 24: what is kept, entries, totals, locks."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.builders import TENTH, a_team, recorded, reported, some_people
from thidua.engine.locks import number_of
from thidua.engine.moderate import reject, verify, withdraw
from thidua.engine.record import ROWS_MAX, Recorder
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.kernel.errors import InputError
from thidua.ledger.model import EntryKind

pytestmark = pytest.mark.usefixtures("bootstrapped_database")
HOUR = timedelta(hours=1)
_COLUMNS = (
    "subject, subject_kind, team, unit, festival, category, rule, rulebook_version, points, units, activity,"
    " kind, occurred_at, posted_at, sentence, params, hash"
)
AWARD, ADJUSTMENT, REVERSAL = EntryKind.AWARD, EntryKind.ADJUSTMENT, EntryKind.REVERSAL


async def rows(query: str, *arguments: object) -> list[Any]:
    """What the query finds."""
    async with connection() as acquired:
        return list(await acquired.fetch(query, *arguments))


async def entries(rule: str) -> list[tuple[EntryKind, int, int]]:
    """Kind, points and units of the rule's entries, oldest first."""
    found = await rows("SELECT kind, points, units FROM ledger_entry WHERE rule = $1 ORDER BY id", rule)
    return [(EntryKind(row["kind"]), row["points"], row["units"]) for row in found]


async def last_at(subject: UUID) -> Any:  # noqa: ANN401 -- a moment or None
    """The latest moment of the subject's totals."""
    [row] = await rows("SELECT max(last_at) AS last_at FROM tally WHERE subject = $1", subject)
    return row["last_at"]


async def test_sentence_03_facts_of_one_moment_are_judged_by_their_ids() -> None:
    [lan] = await some_people(1)
    reports = [reported("DAILY_REPORT" if n < 0 else "FEST_CHECKIN", lan, name=n) for n in range(6)]

    for report in sorted(reports, key=lambda one: one.id, reverse=True):
        await recorded([report])

    [row] = await rows("SELECT activity FROM ledger_entry GROUP BY activity HAVING sum(points) <> 0")
    assert row["activity"] == min(report.id for report in reports)
    assert str(row["activity"]) == min(str(report.id) for report in reports)


async def test_sentence_17_at_most_two_hundred_verified_a_type_actor_and_day() -> None:
    [lan] = await some_people(1)
    reports = [reported("NEWS_APPROVED", lan, name=n) for n in range(201)]
    await recorded(reports[:150])

    with pytest.raises(InputError) as refused:
        await recorded(reports[150:])

    assert {fault.code for fault in refused.value.errors} == {"too_many_a_day"}
    results = await recorded(reports[150:], partial=True)
    assert [one.status for one in results].count("recorded") == 50
    tomorrow = reported("NEWS_APPROVED", lan, at=TENTH + timedelta(days=1), name="next")
    assert (await recorded([tomorrow]))[0].status == "recorded"


async def test_sentence_17_a_correction_makes_room_for_itself() -> None:
    [lan] = await some_people(1)
    reports = [reported("NEWS_APPROVED", lan, name=n) for n in range(200)]
    await recorded(reports)

    [result] = await recorded([reported("NEWS_APPROVED", lan, name="right", replaces=reports[0].id)])

    assert result.status == "recorded"


async def test_sentence_17_verifying_cannot_pass_two_hundred_a_day_either() -> None:
    [lan] = await some_people(1)
    late = reported("NEWS_APPROVED", lan, name="late", verified=False)
    await recorded([late, *(reported("NEWS_APPROVED", lan, name=n) for n in range(200))])

    with pytest.raises(InputError):
        await verify(late.id, by="tester", reason="seen", at=now())


async def test_sentence_17_a_team_keeps_the_first_three_of_its_week() -> None:
    people = await some_people(3)
    team = await a_team(people)
    reports = [reported("NEWS_APPROVED", people[n % 3], at=TENTH + n * HOUR) for n in range(6)]
    await recorded(reports)

    await withdraw(reports[5].id, by="tester", reason="wrong", at=now())
    assert await entries("team_week_active") == [(AWARD, 5, 1)]
    await withdraw(reports[0].id, by="tester", reason="wrong", at=now())

    # The award moves from the third activity to the fourth, as two changes that name the cause.
    moved = await entries("team_week_active")
    assert sorted(moved[1:]) == [(ADJUSTMENT, -5, -1), (ADJUSTMENT, 5, 1)]
    state = "SELECT json_array_length(state::json -> 0) AS kept FROM rule_state WHERE subject = $1"
    assert [row["kept"] for row in await rows(state, team)] == [3]


async def test_sentence_17_the_heir_of_a_key_is_the_next_in_order() -> None:
    people, merchant = await some_people(4), {"merchant": "m"}
    reports = [
        reported("MERCHANT_QR", one, at=TENTH - n * HOUR, attributes=merchant) for n, one in enumerate(people)
    ]
    await recorded(reports)

    for report in reports[::-1][:3]:
        await reject(report.id, by="tester", reason="wrong", at=now())

    standing = await rows("SELECT activity FROM ledger_entry GROUP BY 1 HAVING sum(points) > 0")
    assert [row["activity"] for row in standing] == [reports[0].id]


async def test_sentence_19_an_entry_is_unique_and_always_names_an_act() -> None:
    [lan] = await some_people(1)
    await recorded([reported("PUBLIC_SERVICE_CASE", lan)])
    again = f"INSERT INTO ledger_entry ({_COLUMNS}, act) SELECT {_COLUMNS}, {{act}} FROM ledger_entry"  # noqa: S608 -- names of ours

    async with connection() as acquired:
        with pytest.raises(asyncpg.UniqueViolationError):  # team is null: nulls are not distinct
            await acquired.execute(again.format(act="act"))
        with pytest.raises(asyncpg.NotNullViolationError):
            await acquired.execute(again.format(act="NULL"))


async def test_sentence_19_a_net_of_nothing_posts_nothing() -> None:
    [lan] = await some_people(1)

    await recorded([reported("FEST_QUIZ", lan, attributes={"round": 1, "score": 0})])
    await recorded([reported("RESOURCE_CONTRIBUTED", lan)])

    assert await rows("SELECT 1 FROM ledger_entry") == []


async def test_sentence_19_kinds_say_why_an_entry_exists() -> None:
    [lan] = await some_people(1)
    first, second = (reported("PUBLIC_SERVICE_CASE", lan, quantity=15, at=TENTH + n * HOUR) for n in range(2))
    await recorded([first, second])

    await withdraw(first.id, by="tester", reason="wrong", at=now())

    found = await entries("public_service_case")
    assert found[:2] == [(AWARD, 30, 15), (AWARD, 10, 5)]
    assert sorted(found[2:]) == [(ADJUSTMENT, 20, 10), (REVERSAL, -30, -15)]


async def test_sentence_20_an_adjustment_carries_what_it_changes_and_names_its_cause() -> None:
    lan, minh = await some_people(2)
    holder = reported("MERCHANT_QR", lan, attributes={"merchant": "m"}, at=TENTH + HOUR)
    earlier = reported("MERCHANT_QR", minh, attributes={"merchant": "m"})
    await recorded([holder])

    await recorded([earlier])

    [change] = await rows("SELECT * FROM ledger_entry WHERE kind = 2")
    assert (change["activity"], change["subject"], change["points"]) == (holder.id, lan, -10)
    assert (change["occurred_at"], change["act"]) == (holder.occurred_at, earlier.id)


async def test_sentence_21_reached_at_is_the_latest_award_that_is_not_nothing_now() -> None:
    [lan] = await some_people(1)
    reports = [reported("NEWS_APPROVED", lan, at=TENTH + n * HOUR) for n in range(3)]
    for report in (reports[2], reports[0], reports[1]):
        await recorded([report])
    assert await last_at(lan) == reports[2].occurred_at

    await withdraw(reports[2].id, by="tester", reason="wrong", at=now())
    assert await last_at(lan) == reports[1].occurred_at
    for report in reports[:2]:
        await withdraw(report.id, by="tester", reason="wrong", at=now())

    [row] = await rows("SELECT points, last_at FROM tally WHERE subject = $1", lan)
    assert (row["points"], row["last_at"]) == (0, None)


async def test_sentence_21_a_row_of_no_points_keeps_its_moment() -> None:
    [lan] = await some_people(1)
    given = [reported("MANUAL", lan, attributes={"points": p}, at=TENTH + p * HOUR / 100) for p in (20, -20)]

    await recorded(given)

    [row] = await rows("SELECT points, last_at FROM tally WHERE subject = $1", lan)
    assert (row["points"], row["last_at"]) == (0, given[0].occurred_at)


async def test_sentence_22_totals_have_one_grain() -> None:
    [lan] = await some_people(1)
    team = await a_team([lan])
    before_midnight = TENTH.replace(hour=16, minute=59)
    told = {"festival": "f1"}
    await recorded(
        [
            reported("FEST_CHECKIN", lan, at=before_midnight, attributes=told),
            reported("FEST_WORKSHOP", lan, at=before_midnight, attributes=told),
            reported("FEST_CHECKIN", lan, at=before_midnight + HOUR, attributes=told),
            reported("FEST_SHIFT", lan, at=before_midnight),
            reported("NEWS_APPROVED", lan, at=before_midnight, quantity=2),
        ]
    )

    found = await rows("SELECT team, festival, day, category, points FROM tally WHERE subject = $1", lan)

    assert {tuple(row.values()) for row in found} == {
        (team, "f1", date(2026, 10, 10), "festival", 20),
        (team, "f1", date(2026, 10, 11), "festival", 10),
        (team, None, date(2026, 10, 10), "festival", 15),
        (team, None, date(2026, 10, 10), "creation", 6),
    }


async def test_sentence_23_writers_of_one_subject_wait_for_its_lock() -> None:
    lan, minh = await some_people(2)
    recorder = Recorder()
    await recorder.start()
    async with connection() as holding, holding.transaction():
        await holding.execute("SELECT pg_advisory_xact_lock($1)", number_of(lan))
        waiting = asyncio.create_task(recorder.record([reported("NEWS_APPROVED", lan)]))
        await _until_somebody_waits()

        [free] = await recorder.record([reported("NEWS_APPROVED", minh)])

        assert free.points == 3
        assert not waiting.done()
    [late] = await waiting
    await recorder.stop()

    assert late.points == 3


async def _until_somebody_waits() -> None:
    for _ in range(1000):
        if await rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
            return
    pytest.fail("nobody waits for the lock")


async def test_sentence_23_one_bit_tells_keys_from_subjects() -> None:
    people = await some_people(50)

    assert all(0 <= number_of(one) < 1 << 62 for one in people)
    assert len({number_of(one) for one in people}) == 50


async def test_sentence_24_a_group_of_a_thousand_subjects_finds_room_for_its_locks() -> None:
    people = await some_people(1000)

    results = await recorded([reported("PUBLIC_SERVICE_CASE", one) for one in people])

    assert {one.points for one in results} == {2}
    [row] = await rows("SELECT current_setting('max_locks_per_transaction')::int AS locks")
    assert row["locks"] == 1024
    assert ROWS_MAX == 1000


async def test_sentence_24_whoever_waits_too_long_for_a_lock_is_told_to_come_again() -> None:
    [row] = await rows("SELECT current_setting('lock_timeout') AS timeout")

    assert row["timeout"] == "5s"
