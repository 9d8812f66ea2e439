"""Pages of imports: sending, the preview, answering, confirming, undoing, and what is refused."""

import re
from html import unescape
from uuid import UUID, uuid4

import httpx
import pytest

from tests.imports.office_files import LOG, csv_text, far_cell, with_member, xlsx
from tests.web.conftest import SignIn
from thidua.accounts.roles import Grant, Role
from thidua.imports import actions, queries
from thidua.imports.actions import Importer
from thidua.imports.container import FILE_BYTES_MAX
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.organisation.queries import unit_id_of

HTML = {"accept": "text/html"}
HEAD = ("STT", "Họ và tên", "Ngày sinh", "Xã/phường", "Chi đoàn", "Số điện thoại")


def members(*names: str, unit: str = "Xã Nậm Tăm", branch: str = "") -> bytes:
    """A list of people of one commune."""
    rows = [
        (str(at), name, "26/11/1999", unit, branch, "0912345678") for at, name in enumerate(names, start=1)
    ]
    return csv_text([HEAD, *rows]).encode("utf-8-sig")


def somebody() -> str:
    """A name nobody has."""
    return "Lò Thị " + "".join(chr(ord("A") + int(digit, 16)) for digit in uuid4().hex[:8]).capitalize()


async def unit_of(code: str) -> UUID:
    async with transaction(readonly=True) as connection:
        found = await unit_id_of(connection, code)
    assert found is not None
    return found


async def leader_of(sign_in_as: SignIn, code: str = "P-12") -> httpx.AsyncClient:
    client = await sign_in_as(Grant(Role.UNIT_LEADER, unit=await unit_of(code)))
    client.headers["accept"] = "text/html"
    return client


async def send(
    client: httpx.AsyncClient, content: bytes, *, kind: str = "", unit: str = "P-12", name: str = "tep.csv"
) -> httpx.Response:
    return await client.post("/imports", files={"file": (name, content)}, data={"kind": kind, "unit": unit})


async def page_of(client: httpx.AsyncClient, answer: httpx.Response, path: str = "") -> str:
    assert answer.status_code == 303, answer.text
    page = await client.get(answer.headers["location"] + path)
    assert page.status_code == 200, page.text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


async def people_called(name: str) -> int:
    async with transaction(readonly=True) as connection:
        found: int = await connection.fetchval("SELECT count(*) FROM person_profile WHERE name = $1", name)
    return found


async def test_a_preview_writes_nothing_and_confirming_twice_writes_once(sign_in_as: SignIn) -> None:
    leader, name = await leader_of(sign_in_as), somebody()
    sent = await send(leader, members(name))
    preview = await page_of(leader, sent)
    before = await people_called(name)

    done = [await leader.post(sent.headers["location"] + "/confirm") for _ in range(2)]

    assert "Ghi 1 dòng" in preview
    assert before == 0
    assert [one.status_code for one in done] == [303, 303]
    assert await people_called(name) == 1
    assert "1 đã thêm" in await page_of(leader, done[1])


async def test_a_mended_cell_and_an_answer_for_all_alike_settle_the_preview(sign_in_as: SignIn) -> None:
    leader, name = await leader_of(sign_in_as), somebody()
    rows = [
        ("1", name, "31/02/2003", "Xã Nậm Tăm", "", ""),
        ("2", name, "26/11/1999", "Xã Sin Súi Hồ", "", "9.1E+08"),
    ]
    sent = await send(leader, csv_text([HEAD, *rows]).encode())
    preview = await page_of(leader, sent)
    said = {
        "row": ["2", "3"],
        "cell:2:born_on": "28/02/2003",
        "was:2:born_on": "31/02/2003",
        "cell:3:contact": "",
        "was:3:contact": "9.1E+08",
        "alike:unit:Xã Sin Súi Hồ": "C-03394",
    }

    answered = await leader.post(sent.headers["location"] + "/answers", data=said)

    assert "tháng 2 chỉ có 28 ngày" in preview
    assert "Không đoán" in preview
    assert "Ghi 2 dòng" in await page_of(leader, answered)


async def test_english_says_the_same(sign_in_as: SignIn) -> None:
    leader = await leader_of(sign_in_as)
    leader.cookies.set("thidua_language", "en")
    leader.headers["accept-language"] = "en"

    preview = await page_of(leader, await send(leader, members(somebody(), "", branch="Chi đoàn bản 1")))

    assert "For you to answer" in preview
    assert "Empty, and every row needs it." in preview


async def test_columns_nobody_knows_are_named_by_hand(sign_in_as: SignIn) -> None:
    leader, name = await leader_of(sign_in_as), somebody()
    content = csv_text([("A", "B", "C"), (name, "Xã Nậm Tăm", "1999-11-26")]).encode()
    sent = await send(leader, content, kind="people")
    place = sent.headers["location"]
    await leader.post(f"{place}/columns", data={"kind": "people", "header": "1", "order": "day_first"})

    mapped = await leader.post(
        f"{place}/columns",
        data={
            "kind": "people",
            "header": "1",
            "order": "day_first",
            "column:0": "name",
            "column:1": "unit",
            "column:2": "born_on",
        },
    )

    assert "Ghi 1 dòng" in await page_of(leader, mapped)


async def test_an_import_is_undone_with_a_reason_after_a_look_at_what_that_does(sign_in_as: SignIn) -> None:
    leader, name = await leader_of(sign_in_as), somebody()
    sent = await send(leader, members(name))
    place = sent.headers["location"]
    await leader.post(f"{place}/confirm")
    foretold = await page_of(leader, sent, "/undo")
    refused = await leader.post(f"{place}/undo", data={"reason": " "})

    undone = await leader.post(f"{place}/undo", data={"reason": "nhầm tệp"})

    assert "1 dòng đã thêm được xóa đi" in foretold
    assert refused.status_code == 422
    assert "1 đã lấy lại" in await page_of(leader, undone)
    assert await people_called(name) == 0


async def test_a_log_leads_to_the_queue_of_claims(sign_in_as: SignIn) -> None:
    leader, name = await leader_of(sign_in_as), somebody()
    listed = await send(leader, members(name))
    await leader.post(listed.headers["location"] + "/confirm")
    deed = ("05/10/2026", "7 giờ 30", name, "Trợ giảng", "1", "Xã Nậm Tăm", "")
    sent = await send(leader, xlsx([("NHẬT KÝ",), LOG, deed]), name="nhat-ky.xlsx")

    done = await leader.post(sent.headers["location"] + "/confirm")

    assert "Đến hàng chờ xác nhận" in await page_of(leader, done)
    async with transaction(readonly=True) as connection:
        source = await connection.fetchval("SELECT source FROM activity ORDER BY recorded_at DESC LIMIT 1")
    assert source == f"account:{leader.headers['x-account']}"


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 422, "trống"),
        (csv_text([HEAD]).encode(), 422, "dòng dữ liệu"),
        (b"a" * (FILE_BYTES_MAX + 1), 413, "lớn hơn"),
        (far_cell(), 413, "quá nặng"),
        (b"\x89PNG\r\n\x1a\n" + bytes(9), 415, "ảnh"),
        (with_member(b"", "a.txt"), 415, "tệp nén"),
        (with_member(xlsx([HEAD]), "xl/vbaProject.bin"), 415, "macro"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), 415, "mật khẩu"),
    ],
    ids=["empty", "only titles", "too large", "far cell", "picture", "archive", "macros", "encrypted"],
)
async def test_what_is_no_list_is_refused_beside_the_field(
    sign_in_as: SignIn, content: bytes, status: int, words: str
) -> None:
    leader = await leader_of(sign_in_as)

    answer = await send(leader, content, name="tệp lạ.xlsx")

    assert answer.status_code == status
    assert words in answer.text


async def test_another_units_file_is_not_there(sign_in_as: SignIn) -> None:
    leader, other = await leader_of(sign_in_as), await leader_of(sign_in_as, "C-03388")
    sent = await send(leader, members(somebody()))
    place = sent.headers["location"]

    answers = [
        await other.get(place),
        await other.post(f"{place}/confirm"),
        await other.get(f"{place}/faults.csv"),
    ]
    elsewhere = await send(other, members(somebody()), unit="P-12")

    assert [one.status_code for one in answers] == [404, 404, 404]
    assert elsewhere.status_code == 404


async def test_who_may_not_create_branches_may_leave_them_out(sign_in_as: SignIn) -> None:
    secretary = await sign_in_as(Grant(Role.BRANCH_SECRETARY, unit=await unit_of("P-12")))
    sent = await send(secretary, members(somebody(), branch=f"Chi đoàn {uuid4().hex[:6]}"))
    place = sent.headers["location"]

    await secretary.post(f"{place}/answers", data={"new_branches": "create"})
    refused = await page_of(secretary, sent)
    await secretary.post(f"{place}/answers", data={"new_branches": "leave_out"})

    assert "Chưa có dòng nào ghi được" in refused
    assert "Ghi 1 dòng" in await page_of(secretary, sent)


async def test_the_faulty_rows_come_as_a_file_with_why(sign_in_as: SignIn) -> None:
    leader = await leader_of(sign_in_as)
    sent = await send(leader, members("", somebody()))

    answer = await leader.get(sent.headers["location"] + "/faults.csv")

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Dòng,Vì sao chưa ghi,STT,Họ và tên")
    assert lines[1].startswith('2,"Để trống, mà dòng nào cũng cần.",1,')
    assert len(lines) == 2


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 25, "9" * 12, "²", "-1", ""])
async def test_numbers_that_no_file_has_are_passed_over(sign_in_as: SignIn, number: str) -> None:
    leader = await leader_of(sign_in_as)
    one = (await send(leader, members(somebody()))).headers["location"]

    read = await leader.post(one + "/columns", data={"kind": "people", "header": number})
    said = await leader.post(one + "/answers", data={"row": number, f"who:{number}": "new"})

    assert (read.status_code, said.status_code) == (303, 303)
    assert (await leader.get(one)).status_code == 200


async def test_a_file_thrown_away_is_gone(sign_in_as: SignIn) -> None:
    leader = await leader_of(sign_in_as)
    sent = await send(leader, members(somebody()))

    await leader.post(sent.headers["location"] + "/discard")

    assert (await leader.get(sent.headers["location"])).status_code == 404


async def test_a_long_import_shows_how_far_it_is_and_looks_again_by_itself(sign_in_as: SignIn) -> None:
    leader = await leader_of(sign_in_as)
    sent = await send(leader, members(somebody(), somebody()))
    one = UUID(sent.headers["location"].removeprefix("/imports/"))
    async with transaction() as connection:
        state = await queries.import_of(connection, one)
        await actions.confirm(connection, state, Importer(source="account:x"), at=now())

    page = await leader.get(sent.headers["location"])

    assert "Đang ghi vào sổ" in page.text
    assert 'hx-trigger="every 1s"' in page.text
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page.text
