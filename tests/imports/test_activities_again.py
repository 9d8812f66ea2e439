"""The same log again: what is recorded is recognised by where it came from, whatever is answered now."""

from tests.imports.office_files import LOG
from tests.imports.sending import Sender, everything, one_value, outcomes, remark, verdicts
from tests.imports.test_activities import deed, with_members
from thidua.imports.model import Outcome, Verdict, Weight
from thidua.imports.state import RowSaid

SESSION = {"type": "Buổi hướng dẫn"}
ANSWERED = {"attribute.minutes": "45", "attribute.skill": "vneid"}


async def test_a_common_answer_fills_only_rows_whose_type_asks_for_it(sender: Sender) -> None:
    await with_members(sender)
    rows = [LOG, deed(**SESSION), deed(type="Đi từng ngõ, gõ từng nhà"), deed(type="Tuyên truyền an toàn số")]

    await sender.sent_and_written(rows, defaults=ANSWERED)

    told = await one_value("SELECT array_agg(type || attributes::text ORDER BY type) FROM activity")
    assert told == [
        'MENTOR_SESSION{"minutes":45,"skill":"vneid"}',
        "PERSON_GUIDED{}",
        "SAFETY_SESSION{}",
    ]


async def test_the_same_log_again_is_kept_with_its_blanks_left_empty_or_answered_otherwise(
    sender: Sender,
) -> None:
    await with_members(sender)
    rows = [LOG, deed(**SESSION), deed(type="Đi từng ngõ, gõ từng nhà")]
    await sender.sent_and_written(rows, defaults=ANSWERED)
    before = await everything()

    again = await sender.send(rows)
    unanswered = await verdicts(again)
    await sender.say(again, defaults={"attribute.minutes": "60", "attribute.skill": "online-safety"})
    answered = await verdicts(again)
    await sender.confirm(again)

    assert unanswered == answered == {2: Verdict.SAME, 3: Verdict.SAME}
    assert await outcomes(again) == {Outcome.UNCHANGED: 2}
    assert await everything() == before


async def test_a_log_that_has_grown_keeps_the_rows_it_had_and_asks_only_about_the_new(sender: Sender) -> None:
    await with_members(sender)
    rows = [LOG, deed(**SESSION)]
    await sender.sent_and_written(rows, defaults=ANSWERED)

    grown = await sender.send([*rows, deed(hour="20h", **SESSION)])

    assert await verdicts(grown) == {2: Verdict.SAME, 3: Verdict.BAD}


async def test_a_row_mended_by_hand_is_recognised_in_the_same_file_until_it_is_withdrawn(
    sender: Sender,
) -> None:
    await with_members(sender)
    rows = [LOG, deed(day="31/09/2026")]
    one = await sender.sent_and_written(rows, rows={2: RowSaid(texts={"day": "30/09/2026"})})

    again = await verdicts(await sender.send(rows))
    await sender.undo(one)
    later = await verdicts(await sender.send(rows))

    assert (again, later) == ({2: Verdict.SAME}, {2: Verdict.BAD})


async def test_what_is_recorded_otherwise_is_told_at_the_cell_and_settled_there(sender: Sender) -> None:
    await with_members(sender)
    await sender.sent_and_written([LOG, deed()])

    other = await sender.send([LOG, deed(quantity="4")])
    said = await remark(other, 2)
    await sender.say(other, rows={2: RowSaid(texts={"quantity": "3"})})

    assert (said.field, said.code, said.weight) == ("quantity", "recorded_otherwise", Weight.BAD)
    assert (said.read, said.facts, said.choices) == ("4", {"recorded": "3"}, ())
    assert await verdicts(other) == {2: Verdict.SAME}
