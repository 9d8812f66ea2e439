"""The same log again: what is recorded is recognised by where it came from, whatever is answered now."""

from uuid import uuid4

from tests.imports.office_files import LOG
from tests.imports.sending import Sender, everything, one_value, outcomes, remark, state_of, verdicts
from tests.imports.test_activities import deed, verify_all, with_members
from tests.imports.test_people import HEAD
from tests.imports.test_people import row as person
from thidua.accounts.actions import create_account
from thidua.engine.verify import verify
from thidua.imports.model import Outcome, Verdict, Weight
from thidua.imports.state import RowSaid
from thidua.imports.undoing import undo_foretold
from thidua.infra.clock import now
from thidua.infra.database import transaction

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


async def test_people_whose_deeds_were_all_withdrawn_go_with_their_list_and_come_with_it_again(
    sender: Sender,
) -> None:
    members = [HEAD, person(1, "Lò Thị Mai"), person(2, "Giàng A Páo")]
    listed = await sender.sent_and_written(members)
    log = await sender.sent_and_written([LOG, deed(), deed("Giàng A Páo")])
    await verify_all()
    await sender.undo(log)
    async with transaction(readonly=True) as connection:
        foretold = await undo_foretold(connection, await state_of(listed))

    await sender.undo(listed)
    gone = await one_value("SELECT count(*) FROM person_profile")
    again = await sender.sent_and_written(members)
    await sender.undo(again)

    assert (foretold.taken_back, foretold.kept, gone) == (2, 0, 0)
    assert await outcomes(listed) == await outcomes(again) == {Outcome.TAKEN_BACK: 2}
    assert await one_value("SELECT count(DISTINCT actor) FROM activity") == 2
    assert (await verify(at=now())).differences == 0


async def test_people_with_an_account_stay_when_their_list_is_undone(sender: Sender) -> None:
    listed = await sender.sent_and_written([HEAD, person(1, "Lò Thị Mai")])
    someone = await one_value("SELECT person FROM person_profile")
    async with transaction() as connection:
        await create_account(
            connection, login="mai", password=uuid4().hex, name="Mai", person=someone, grants=[], at=now()
        )
        foretold = await undo_foretold(connection, await state_of(listed))

    await sender.undo(listed)

    assert (foretold.taken_back, foretold.kept) == (0, 1)
    assert await outcomes(listed) == {Outcome.KEPT: 1}


async def test_what_is_recorded_otherwise_is_told_at_the_cell_and_settled_there(sender: Sender) -> None:
    await with_members(sender)
    await sender.sent_and_written([LOG, deed()])

    other = await sender.send([LOG, deed(quantity="4")])
    said = await remark(other, 2)
    await sender.say(other, rows={2: RowSaid(texts={"quantity": "3"})})

    assert (said.field, said.code, said.weight) == ("quantity", "recorded_otherwise", Weight.BAD)
    assert (said.read, said.facts, said.choices) == ("4", {"recorded": "3"}, ())
    assert await verdicts(other) == {2: Verdict.SAME}
