"""The preview of a list by which a badge is given: what it says of every row, and of what is no list."""

import io
from datetime import timedelta

import httpx
import pytest
import xlsxwriter

from tests.web.conftest import SignIn
from tests.web.reporting import somebody
from thidua.accounts.roles import Role
from thidua.infra.clock import now
from thidua.kernel.period import local_day

PAGE = {"accept": "text/html"}


async def _previewed(leader: httpx.AsyncClient, text: str, language: str, note: str = "Lớp AI") -> str:
    data = {"badge": "lam-quen-ai", "note": note, "text": text}
    headers = PAGE | {"accept-language": language}
    return (await leader.post("/badges/award/list", headers=headers, data=data)).text


@pytest.mark.parametrize(
    ("row", "vietnamese", "english"),
    [
        (
            "{who},mai,x",
            "Ngày đạt: cần một ngày, ví dụ 21/11/2026.",
            "Earned on: a date is needed, such as 21/11/2026.",
        ),
        (
            "{who},{tomorrow},x",
            "Ngày đạt: ngày đạt không thể ở tương lai.",
            "Earned on: the day it was earned cannot lie in the future.",
        ),
        ("{who},,", "Lý do: không được để trống.", "Reason: must not be empty."),
        (",1/11/2026,x", "Họ tên hoặc Mã: không được để trống.", "Name or Code: must not be empty."),
    ],
)
async def test_a_fault_of_a_row_names_its_column_in_the_readers_language(
    sign_in_as: SignIn, row: str, vietnamese: str, english: str
) -> None:
    leader = await sign_in_as(Role.UNIT_LEADER)
    tomorrow = local_day(now()) + timedelta(days=1)
    told = row.format(who=await somebody(), tomorrow=f"{tomorrow:%d/%m/%Y}")

    pages = [
        await _previewed(leader, f"Mã,Ngày đạt,Lý do\n{told}\n", language, "") for language in ("vi", "en")
    ]

    assert vietnamese in pages[0]
    assert english in pages[1]


async def test_the_preview_shows_the_day_and_counts_one_row_as_one(sign_in_as: SignIn) -> None:
    name = "Lò Văn Ngày"
    await somebody(name=name)
    leader = await sign_in_as(Role.UNIT_LEADER)

    page = await _previewed(leader, f"Họ tên,Ngày đạt\n{name},01/11/2026\nKhông Có Ai,\n", "en")

    assert '<th scope="col">Earned on</th>' in page.replace(" >", ">")
    assert "<td>01/11/2026</td>" in page
    assert "1 row will get the badge." in page
    assert "1 row will not; it says why." in page
    assert "Give 1 badge<" in page


def _workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet().write(0, 0, "Họ tên")
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        _workbook(),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 900,
        b"%PDF-1.7\n",
        bytes(range(256)) * 12,
    ],
    ids=["xlsx", "xls", "pdf", "noise"],
)
async def test_of_a_file_that_is_no_text_it_is_said_that_a_csv_is_needed(
    sign_in_as: SignIn, content: bytes
) -> None:
    leader = await sign_in_as(Role.UNIT_LEADER)

    answer = await leader.post(
        "/badges/award/list",
        headers=PAGE,
        data={"badge": "lam-quen-ai", "note": "x"},
        files={"file": ("danh-sach.xlsx", content)},
    )

    assert answer.status_code == 422
    assert "Cần một tệp CSV." in answer.text
    assert "Dòng đầu phải có tiêu đề" not in answer.text


async def test_a_list_without_a_badge_is_asked_for_one_and_keeps_what_was_typed(sign_in_as: SignIn) -> None:
    leader = await sign_in_as(Role.UNIT_LEADER)

    data = {"badge": "", "note": "Lớp AI", "text": "Họ tên\nLò Văn Ngày\n"}
    answer = await leader.post("/badges/award/list", headers=PAGE, data=data)

    assert answer.status_code == 422
    assert "Tên huy hiệu: chọn một mục." in answer.text
    assert "Lò Văn Ngày" in answer.text
