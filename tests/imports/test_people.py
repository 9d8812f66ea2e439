"""Lists of people: what a preview says of each row, and what confirming and undoing do."""

import asyncio

import pytest

from tests.badges.given_builders import by_hand
from tests.imports.conftest import unit_of
from tests.imports.sending import (
    Sender,
    everything,
    one_value,
    outcomes,
    remark,
    rows_of,
    state_of,
    verdicts,
)
from thidua.badges.actions import give
from thidua.imports.model import Outcome, Verdict, Weight
from thidua.imports.state import RowSaid
from thidua.imports.undoing import undo_foretold
from thidua.infra.clock import now
from thidua.infra.database import transaction

HEAD = (
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Xã/phường",
    "Chi đoàn",
    "Số điện thoại",
    "Nhóm đối tượng",
    "Ưu tiên",
)


def row(number: int, name: str, **other: str) -> tuple[str, ...]:
    """A row of a list of members without faults, but for what is said otherwise."""
    told = {
        "born_on": "26/11/1999",
        "unit": "Xã Nậm Tăm",
        "branch": "",
        "contact": "0912345678",
        "group": "Cư dân",
        "priority": "",
    } | other
    return (str(number), name, *told.values())


MESS = [
    ("DANH SÁCH ĐOÀN VIÊN", *[""] * 7),
    HEAD,
    row(1, "Lò Thị Mai", priority="DTTS"),
    row(2, "  GIÀNG A PÁO ", contact="912345678", unit="xã dào san"),
    row(3, "Vàng Thu Dợ", born_on="31/02/2003"),
    row(4, "Tẩn Minh Say", contact="9.12345E+08"),
    row(5, "Pờ Xuân Phong", unit="Xã Sin Súi Hồ"),
    row(6, "Cà Ngọc Yến", unit="Thị trấn Tam Đường"),
    row(7, "Hảng Thu Dợ", born_on="45689"),
    row(8, ""),
    row(9, "=1+2"),
    row(10, "Lò Thị Mai", priority="DTTS"),
    row(11, "Lò Thị Mai", contact="0987654321"),
    row(12, "Ma Thị Ngân", group="phi hành gia"),
    row(13, "Lê Quốc Kiên", unit="Phường Ba Đình"),
    ("", "Tổng cộng: 13 đoàn viên", *[""] * 6),
]


async def test_a_preview_names_row_column_what_was_read_and_what_would_be_right(sender: Sender) -> None:
    before = await everything()

    one = await sender.send(MESS)

    told = {
        number: (row.verdict, row.remarks[0].field, row.remarks[0].code)
        for number, row in (await rows_of(one)).items()
        if row.remarks
    }
    assert told == {
        4: (Verdict.NEW, "name", "all_capitals"),
        5: (Verdict.BAD, "born_on", "no_such_day"),
        6: (Verdict.BAD, "contact", "e_notation"),
        7: (Verdict.DOUBTFUL, "unit", "near_unit"),
        8: (Verdict.BAD, "unit", "no_such_place"),
        9: (Verdict.BAD, "born_on", "excel_serial"),
        10: (Verdict.BAD, "name", "missing_field"),
        11: (Verdict.DOUBTFUL, "name", "formula"),
        12: (Verdict.SKIPPED, "", "doubled"),
        13: (Verdict.BAD, "", "stated_twice"),
        14: (Verdict.BAD, "target_group", "unknown_word"),
        15: (Verdict.BAD, "unit", "unit_out_of_scope"),
    }
    assert (await rows_of(one))[16].why_not == "total_line"
    near = await remark(one, 7)
    assert (near.read, near.right, near.weight) == ("Xã Sin Súi Hồ", "Xã Sin Suối Hồ", Weight.DOUBT)
    assert await everything() == before


async def test_mended_rows_are_written_and_the_rest_is_left(sender: Sender) -> None:
    one = await sender.send(MESS)

    await sender.say(
        one,
        texts={"unit": {"Xã Sin Súi Hồ": "C-03394", "Thị trấn Tam Đường": "Xã Bình Lư"}},
        rows={
            5: RowSaid(texts={"born_on": "28/02/2003"}),
            6: RowSaid(texts={"contact": ""}),
            9: RowSaid(texts={"born_on": ""}),
            10: RowSaid(texts={"name": "Lò Văn Tám"}),
            11: RowSaid(left_out=True),
            13: RowSaid(left_out=True),
            14: RowSaid(texts={"target_group": "worker"}),
            15: RowSaid(left_out=True),
        },
    )
    await sender.confirm(one)

    told = await verdicts(one)
    assert [number for number, verdict in told.items() if verdict is Verdict.NEW] == [
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        14,
    ]
    assert await outcomes(one) == {Outcome.CREATED: 9}
    kept = await one_value("SELECT array_agg(contact) FROM person_profile WHERE name = 'Giàng A Páo'")
    assert kept == ["0912345678"]


async def test_a_formula_that_is_a_name_after_all_is_kept_as_text(sender: Sender) -> None:
    one = await sender.send([HEAD, row(1, "=HYPERLINK(1)")])

    await sender.say(one, rows={2: RowSaid(kept=["name"])})
    await sender.confirm(one)

    assert await one_value("SELECT name FROM person_profile") == "=HYPERLINK(1)"


async def test_confirming_twice_is_once_and_the_same_file_again_changes_nothing(sender: Sender) -> None:
    rows = [HEAD, row(1, "Lò Thị Mai"), row(2, "Giàng A Páo", unit="Xã Dào San", priority="NKT")]
    one = await sender.sent_and_written(rows)
    version = await one_value("SELECT version FROM organisation_version")

    assert not await sender.confirm(one)
    again = await sender.sent_and_written(rows)

    assert await outcomes(again) == {Outcome.UNCHANGED: 2}
    assert await one_value("SELECT version FROM organisation_version") == version
    assert await one_value("SELECT count(*) FROM person") == 2


async def test_two_who_confirm_the_same_list_at_once_write_it_once(sender: Sender) -> None:
    rows = [HEAD, *(row(number, f"Lò Thị Mai {chr(64 + number)}") for number in range(1, 20))]
    files = [await sender.send(rows), await sender.send(rows)]

    await asyncio.gather(*(sender.confirm(one) for one in files))

    assert await one_value("SELECT count(*) FROM person") == 19


async def test_a_changed_telephone_is_written_and_undoing_gives_the_old_one_back(sender: Sender) -> None:
    await sender.sent_and_written([HEAD, row(1, "Lò Thị Mai")])

    one = await sender.sent_and_written([HEAD, row(1, "Lò Thị Mai", contact="0987654321")])
    changed = await one_value("SELECT contact FROM person_profile")
    await sender.undo(one)

    assert changed == "0987654321"
    assert await one_value("SELECT contact FROM person_profile") == "0912345678"
    assert await outcomes(one) == {Outcome.TAKEN_BACK: 1}


async def test_undoing_removes_whom_nothing_names_and_says_so_before(sender: Sender) -> None:
    before = await everything()
    rows = [HEAD, row(1, "Lò Thị Mai", branch="Chi đoàn bản 9"), row(2, "Giàng A Páo")]
    one = await sender.sent_and_written(rows, new_branches="create")
    async with transaction() as connection:
        foretold = await undo_foretold(connection, await state_of(one))

    assert await sender.undo(one)
    assert not await sender.undo(one)

    assert (foretold.taken_back, foretold.kept, foretold.branches) == (2, 0, 1)
    assert await everything() == before
    assert await one_value(
        "SELECT array_agg(doing ORDER BY id) FROM audit_record WHERE thing_kind = 'import'"
    ) == [
        "import.sent",
        "import.confirmed",
        "import.done",
        "import.undone",
        "import.taken_back",
    ]


async def test_undoing_keeps_whom_somebody_has_changed_since(sender: Sender) -> None:
    one = await sender.sent_and_written([HEAD, row(1, "Lò Thị Mai"), row(2, "Giàng A Páo")])
    await one_value("UPDATE person_profile SET contact = 'khác' WHERE name = 'Lò Thị Mai' RETURNING 1")

    await sender.undo(one)

    assert await outcomes(one) == {Outcome.TAKEN_BACK: 1, Outcome.KEPT: 1}
    assert await one_value("SELECT array_agg(name) FROM person_profile") == ["Lò Thị Mai"]


async def test_undoing_keeps_who_was_given_a_badge(sender: Sender) -> None:
    one = await sender.sent_and_written([HEAD, row(1, "Lò Thị Mai"), row(2, "Giàng A Páo")])
    someone = await one_value("SELECT person FROM person_profile WHERE name = 'Lò Thị Mai'")
    async with transaction() as connection:
        await give(connection, [by_hand(someone, note="x")], at=now())
        foretold = await undo_foretold(connection, await state_of(one))

    await sender.undo(one)

    assert (foretold.taken_back, foretold.kept) == (1, 1)
    assert await outcomes(one) == {Outcome.TAKEN_BACK: 1, Outcome.KEPT: 1}
    assert await one_value("SELECT array_agg(name) FROM person_profile") == ["Lò Thị Mai"]


@pytest.mark.parametrize(("said", "homes"), [("create", "Chi đoàn bản 9"), ("leave_out", "Xã Nậm Tăm")])
async def test_an_unknown_branch_is_created_only_if_that_is_said(
    sender: Sender, said: str, homes: str
) -> None:
    one = await sender.send([HEAD, row(1, "Lò Thị Mai", branch="Chi đoàn bản 9")])
    first = await verdicts(one)

    await sender.say(one, new_branches=said)
    await sender.confirm(one)

    assert first == {2: Verdict.DOUBTFUL}
    home = "SELECT u.name FROM person_home h JOIN unit u ON u.id = h.unit"
    assert await one_value(home) == homes


async def test_a_namesake_elsewhere_is_asked_about(sender: Sender) -> None:
    await sender.sent_and_written([HEAD, row(1, "Lò Thị Mai")])
    one = await sender.send([HEAD, row(1, "Lò Thị Mai", unit="Xã Dào San")])
    asked = await remark(one, 2)

    await sender.say(one, rows={2: RowSaid(who=asked.choices[0].value)})
    await sender.confirm(one)

    assert (asked.code, asked.choices[-1].value) == ("moved_person", "new")
    assert await one_value("SELECT count(*) FROM person") == 1
    assert await one_value("SELECT count(*) FROM person_home") == 2


async def test_a_namesake_elsewhere_may_be_somebody_else(sender: Sender) -> None:
    await sender.sent_and_written([HEAD, row(1, "Lò Thị Mai")])
    one = await sender.send([HEAD, row(1, "Lò Thị Mai", unit="Xã Dào San")])

    await sender.say(one, rows={2: RowSaid(who="new")})
    await sender.confirm(one)

    assert await one_value("SELECT count(*) FROM person") == 2


async def test_who_was_erased_does_not_come_back_by_a_list(sender: Sender) -> None:
    await sender.sent_and_written([HEAD, row(1, "Lò Thị Mai")])
    await one_value("DELETE FROM person_profile RETURNING 1")

    one = await sender.send([HEAD, row(1, "Lò Thị Mai")])

    assert (await verdicts(one), (await remark(one, 2)).code) == ({2: Verdict.BAD}, "was_here_before")


async def test_rows_of_other_units_are_refused(sender: Sender) -> None:
    commune = Sender(await unit_of("C-03394"))

    one = await commune.send([HEAD, row(1, "Lò Thị Mai"), row(2, "Giàng A Páo", unit="Xã Sin Suối Hồ")])

    assert await verdicts(one) == {2: Verdict.BAD, 3: Verdict.NEW}
    assert (await remark(one, 2)).code == "unit_out_of_scope"
