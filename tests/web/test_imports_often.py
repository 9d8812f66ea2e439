"""What is wrong with very many rows of an import alike: told once above them, with how many they are."""

from uuid import UUID

from tests.imports.office_files import csv_text
from tests.web.conftest import SignIn
from tests.web.test_imports import HEAD, leader_of, members, page_of, send, somebody
from thidua.infra.database import transaction


async def test_a_fault_of_very_many_rows_is_told_once_above_them_with_how_many_they_are(
    sign_in_as: SignIn,
) -> None:
    leader = await leader_of(sign_in_as)
    rows = [(str(at), f"Lò Thị {at}", "26/11/1999", "Xã Nậm Tăm", "", "091234567") for at in range(120)]
    sent = await send(leader, csv_text([HEAD, *rows]).encode("utf-8-sig"))

    page = await page_of(leader, sent)

    assert "120 dòng: Không phải số điện thoại hay địa chỉ thư." in page
    assert "Còn 20 dòng nữa, hiện ra sau khi kiểm tra lại." in page


async def test_what_is_asked_once_for_all_rows_is_not_told_above_them_too(sign_in_as: SignIn) -> None:
    leader = await leader_of(sign_in_as)
    sent = await send(leader, members(*[somebody() for _ in range(12)], unit="Xã Không Có"))

    page = await page_of(leader, sent)

    assert "12 dòng:" not in page
    assert "Dòng 2, 3, 4, 5, 6, 7, 8, 9, …" in page


async def test_faults_that_read_the_same_are_counted_together(sign_in_as: SignIn) -> None:
    leader = await leader_of(sign_in_as)
    sent = await send(leader, members(*[""] * 12))
    async with transaction() as connection:
        await connection.execute(
            "UPDATE import_row SET remarks = replace(remarks::text, 'missing_field', 'empty')::jsonb"
            " WHERE import = $1 AND number % 2 = 0",
            UUID(sent.headers["location"].removeprefix("/imports/")),
        )

    page = await page_of(leader, sent)

    assert page.count("dòng: Để trống, mà dòng nào cũng cần.") == 1
    assert "12 dòng: Để trống, mà dòng nào cũng cần." in page
