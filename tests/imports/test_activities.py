"""Logs of activities: proposals that others verify; the same log again, and undoing it."""

from tests.imports.office_files import LOG, xlsx
from tests.imports.sending import Sender, counts, everything, one_value, outcomes, remark, rows_of, verdicts
from tests.imports.test_people import HEAD
from tests.imports.test_people import row as person
from thidua.engine.moderate import reject, verify
from thidua.imports.model import Kind, Outcome, Verdict
from thidua.imports.state import RowSaid
from thidua.infra.clock import now

POINTS = "SELECT coalesce(sum(points), 0) FROM ledger_entry"


def deed(name: str = "Lò Thị Mai", **other: str) -> tuple[str, ...]:
    """A line of a log without faults, but for what is said otherwise."""
    told = {
        "day": "05/10/2026",
        "hour": "7 giờ 30",
        "person": name,
        "type": "Hỗ trợ dịch vụ công",
        "quantity": "3",
        "unit": "Xã Nậm Tăm",
        "evidence": "12/BC-ĐTN, 15/10/2026",
    }
    return tuple((told | other).values())


async def with_members(sender: Sender) -> Sender:
    """The same, after a list of members."""
    twice = {"born_on": "01/01/2001", "unit": "Xã Dào San"}
    people = [person(1, "Lò Thị Mai"), person(2, "Giàng A Páo"), person(3, "Giàng A Páo", **twice)]
    await sender.sent_and_written([HEAD, *people])
    return sender


async def test_a_log_becomes_claims_that_bring_nothing_until_somebody_verifies(sender: Sender) -> None:
    await with_members(sender)

    one = await sender.sent_and_written([LOG, deed()])

    row = await one_value("SELECT to_jsonb(a) FROM activity a")
    assert await outcomes(one) == {Outcome.CREATED: 1}
    assert '"state": 1' in row
    assert '"quantity": 3' in row
    assert '"source": "account:' in row
    assert '"issued_on": "2026-10-15"' in row
    assert '"occurred_at": "2026-10-05T00:30:00+00:00"' in row
    assert await one_value(POINTS) == 0


async def test_faults_of_a_log_are_those_that_recording_would_find(sender: Sender) -> None:
    await with_members(sender)
    rows = [
        LOG,
        deed("Không Có Ai"),
        deed("Giàng A Páo"),
        deed(type="Buổi hướng dẫn"),
        deed(type="Trợ giản"),
        deed(type="chuyện khác hẳn"),
        deed(day="05/10/2036"),
        deed(day="05/10/2019"),
        deed(quantity="nhiều"),
        deed(hour="25h"),
        deed(unit="Phường Ba Đình"),
        deed("Lo Thi Mai"),
    ]

    one = await sender.send(rows)

    told = {number: row.remarks[0].code for number, row in (await rows_of(one)).items() if row.remarks}
    assert told == {
        2: "no_such_person",
        3: "which_person",
        4: "missing",
        5: "near_type",
        6: "no_such_type",
        7: "in_the_future",
        8: "too_early",
        9: "not_a_quantity",
        10: "not_an_hour",
        11: "unit_out_of_scope",
        12: "spelled_otherwise",
    }


async def test_a_common_value_and_an_answer_about_a_namesake_settle_rows(sender: Sender) -> None:
    await with_members(sender)
    one = await sender.send([LOG, deed(type="Buổi hướng dẫn"), deed("Giàng A Páo")])
    asked = await remark(one, 3)

    await sender.say(
        one,
        defaults={"attribute.minutes": "45", "attribute.skill": "dịch vụ công"},
        rows={3: RowSaid(who=asked.choices[0].value)},
    )

    assert await verdicts(one) == {2: Verdict.NEW, 3: Verdict.NEW}


async def test_the_same_log_again_changes_nothing_whoever_sends_it(sender: Sender) -> None:
    await with_members(sender)
    rows = [LOG, deed(), deed(hour="14h")]
    one = await sender.sent_and_written(rows)
    await verify_all()
    before = await everything()

    other = Sender(sender.unit, type(sender.importer)(source="account:other"))
    again = await other.sent_and_written(rows)

    assert await outcomes(one) == {Outcome.CREATED: 2}
    assert await outcomes(again) == {Outcome.UNCHANGED: 2}
    assert await everything() == before


async def test_a_row_twice_counts_once_and_two_of_one_hour_are_told_apart(sender: Sender) -> None:
    await with_members(sender)

    one = await sender.send([LOG, deed(), deed(), deed(quantity="4")])

    assert await verdicts(one) == {2: Verdict.NEW, 3: Verdict.SKIPPED, 4: Verdict.BAD}
    assert (await remark(one, 4)).code == "stated_twice"


async def test_undoing_withdraws_and_reverses_and_the_mended_log_counts_again(sender: Sender) -> None:
    await with_members(sender)
    one = await sender.sent_and_written([LOG, deed(), deed(hour="14h")])
    await verify_all()
    earned = await one_value(POINTS)

    await sender.undo(one)
    taken = await one_value(POINTS)
    again = await sender.sent_and_written([LOG, deed(), deed(hour="15h")])

    assert (earned > 0, taken) == (True, 0)
    assert await outcomes(one) == {Outcome.TAKEN_BACK: 2}
    acts = "SELECT array_agg(DISTINCT by || ': ' || reason) FROM activity_act WHERE kind = 'withdraw'"
    assert await one_value(acts) == [f"{sender.importer.source}: nhầm tệp"]
    assert await outcomes(again) == {Outcome.CREATED: 2}


async def test_what_a_verifier_rejected_does_not_come_back_by_the_same_log(sender: Sender) -> None:
    await with_members(sender)
    one = await sender.sent_and_written([LOG, deed()])
    activity = await one_value("SELECT id FROM activity")
    await reject(activity, by="account:verifier", reason="không có minh chứng", at=now())

    again = await sender.sent_and_written([LOG, deed()])
    await sender.undo(one)

    assert await outcomes(again) == {Outcome.UNCHANGED: 1}
    assert await outcomes(one) == {Outcome.KEPT: 1}


async def test_people_with_activities_are_kept_when_their_list_is_undone(sender: Sender) -> None:
    listed = await sender.sent_and_written([HEAD, person(1, "Lò Thị Mai"), person(2, "Giàng A Páo")])
    await sender.sent_and_written([LOG, deed()])

    await sender.undo(listed)

    assert await outcomes(listed) == {Outcome.TAKEN_BACK: 1, Outcome.KEPT: 1}


async def test_a_workbook_is_a_log_like_any_other(sender: Sender) -> None:
    await with_members(sender)

    one = await sender.send(xlsx([("NHẬT KÝ",), LOG, deed()]), Kind.ACTIVITIES)

    assert (await counts(one)).written == 1


async def verify_all() -> None:
    """Verify whatever was recorded."""
    for activity in await one_value("SELECT array_agg(id) FROM activity"):
        await verify(activity, by="account:verifier", reason="", at=now())
