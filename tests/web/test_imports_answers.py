"""What an import asks stays on its page, with what was answered, until it is written."""

import re
from uuid import uuid4

import httpx

from tests.imports.office_files import LOG, csv_text
from tests.web.conftest import SignIn
from tests.web.test_imports import HEAD, leader_of, members, page_of, send, somebody, unit_of
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.organisation.actions import put_units


def session(name: str) -> bytes:
    """A log of one session, without its minutes and skill."""
    return csv_text([LOG, ("05/10/2026", "7 giờ 30", name, "Buổi hướng dẫn", "1", "Xã Nậm Tăm", "")]).encode()


async def source_of(client: httpx.AsyncClient, answer: httpx.Response) -> str:
    return " ".join((await client.get(answer.headers["location"])).text.split())


async def of_units(client: httpx.AsyncClient, *pairs: tuple[str, str]) -> httpx.Response:
    """A list of people: of which commune, and of which branch."""
    rows = [
        (str(at), somebody(), "26/11/1999", unit, branch, "") for at, (unit, branch) in enumerate(pairs, 1)
    ]
    return await send(client, csv_text([HEAD, *rows]).encode())


async def test_branches_to_be_made_are_listed_by_name_with_their_rows(sign_in_as: SignIn) -> None:
    leader, mark = await leader_of(sign_in_as), uuid4().hex[:6]
    here, there = ("Xã Nậm Tăm", f"Chi đoàn {mark}"), ("Xã Dào San", f"Chi đoàn {mark}")

    page = await page_of(leader, await of_units(leader, here, here, there))

    assert "2 chi đoàn trong tệp chưa có trong danh sách." in page
    assert f"Chi đoàn {mark}, Xã Dào San (1 dòng) Chi đoàn {mark}, Xã Nậm Tăm (2 dòng)" in page


async def test_answers_stay_and_may_be_changed_until_the_file_is_written(sign_in_as: SignIn) -> None:
    leader, branch = await leader_of(sign_in_as), f"Chi đoàn {uuid4().hex[:6]}"
    sent = await of_units(leader, ("Xã Sin Súi Hồ", ""), ("Xã Nậm Tăm", branch))
    place = sent.headers["location"]
    said = {"new_branches": "create", "alike:unit:Xã Sin Súi Hồ": "C-03394"}

    await leader.post(f"{place}/answers", data=said)
    answered, page = await source_of(leader, sent), await page_of(leader, sent)
    await leader.post(f"{place}/answers", data={"new_branches": "leave_out", "alike:unit:Xã Sin Súi Hồ": ""})
    changed = await page_of(leader, sent)

    assert 'value="create" checked' in answered
    assert 'value="C-03394" selected' in answered
    assert "Ghi 2 dòng" in page
    assert "1 chi đoàn mới được tạo" in page
    assert "Ghi 1 dòng" in changed
    assert "chi đoàn mới được tạo" not in changed


async def test_the_result_says_how_many_branches_were_made(sign_in_as: SignIn) -> None:
    leader = await leader_of(sign_in_as)
    sent = await of_units(leader, *[("Xã Nậm Tăm", f"Chi đoàn {uuid4().hex[:6]}") for _ in range(2)])
    place = sent.headers["location"]
    await leader.post(f"{place}/answers", data={"new_branches": "create"})

    await leader.post(f"{place}/confirm")

    assert "Đã tạo 2 chi đoàn." in await page_of(leader, sent)


async def test_units_of_one_name_are_told_apart(sign_in_as: SignIn) -> None:
    leader, name = await leader_of(sign_in_as), f"Trường THPT {uuid4().hex[:6]}"
    await schools(name, "C-03394", "C-03388")

    page = await source_of(leader, await of_units(leader, ("Không có nơi này", "")))

    labels = re.findall(rf">({name}[^<]*)<", page)
    assert len(labels) == len(set(labels)) == 2
    assert any("Xã Sin Suối Hồ" in label for label in labels)


async def test_a_skill_is_chosen_as_on_the_form_for_recording_or_written(sign_in_as: SignIn) -> None:
    leader, name = await leader_of(sign_in_as), somebody()
    await leader.post((await send(leader, members(name))).headers["location"] + "/confirm")
    sent = await send(leader, session(name))
    place = sent.headers["location"]
    asked = await page_of(leader, sent)
    minutes = {"common:attribute.minutes": "45"}

    await leader.post(f"{place}/answers", data=minutes | {"pick:attribute.skill": "vneid"})
    chosen, page = await source_of(leader, sent), await page_of(leader, sent)
    other = {"pick:attribute.skill": "other", "common:attribute.skill": "thư điện tử"}
    await leader.post(f"{place}/answers", data=minutes | other)
    written = await source_of(leader, sent)

    assert "Dịch vụ công VNeID Thanh toán An toàn số Gọi, nhắn tin Khác" in asked
    assert "Ghi 1 dòng" in page
    assert 'name="pick:attribute.skill" value="vneid" checked' in chosen
    assert 'name="common:attribute.skill" value="thư điện tử"' in written


async def test_a_deed_recorded_otherwise_is_settled_at_its_cell_not_by_a_list_of_types(
    sign_in_as: SignIn,
) -> None:
    leader, name = await leader_of(sign_in_as), somebody()
    await leader.post((await send(leader, members(name))).headers["location"] + "/confirm")
    deed = ("05/10/2026", "7 giờ 30", name, "Trợ giảng", "1", "Xã Nậm Tăm", "")
    log = [csv_text([LOG, deed]), csv_text([LOG, (*deed[:4], "2", *deed[5:])])]
    await leader.post((await send(leader, log[0].encode())).headers["location"] + "/confirm")

    page = await source_of(leader, await send(leader, log[1].encode()))

    assert "Việc này đã ghi rồi, nhưng ở đây là: 1." in page
    assert 'name="cell:2:quantity" value="2"' in page
    assert "alike:type" not in page


async def test_undoing_a_list_says_what_to_undo_before_it(sign_in_as: SignIn) -> None:
    leader, name = await leader_of(sign_in_as), somebody()
    listed = await send(leader, members(name))
    await leader.post(listed.headers["location"] + "/confirm")
    deed = ("05/10/2026", "7 giờ 30", name, "Trợ giảng", "1", "Xã Nậm Tăm", "")
    log = (await send(leader, csv_text([LOG, deed]).encode())).headers["location"]
    await leader.post(f"{log}/confirm")

    before = await page_of(leader, listed, "/undo")
    await leader.post(f"{log}/undo", data={"reason": "nhầm tệp"})
    after = await page_of(leader, listed, "/undo")

    assert "lấy lại các lần nhập nhật ký của họ" in before
    assert "1 dòng đã thêm được xóa đi" in after
    assert "giữ nguyên" not in after


async def test_pages_of_a_withdrawn_deed_stay_when_the_list_of_its_people_is_undone(
    sign_in_as: SignIn,
) -> None:
    leader, name = await leader_of(sign_in_as), somebody()
    listed = (await send(leader, members(name))).headers["location"]
    await leader.post(f"{listed}/confirm")
    deed = ("05/10/2026", "7 giờ 30", name, "Trợ giảng", "1", "Xã Nậm Tăm", "")
    log = (await send(leader, csv_text([LOG, deed]).encode())).headers["location"]
    await leader.post(f"{log}/confirm")
    async with transaction(readonly=True) as connection:
        found = await connection.fetchrow("SELECT id, actor FROM activity ORDER BY recorded_at DESC LIMIT 1")
    assert found is not None

    for one in (log, listed):
        await leader.post(f"{one}/undo", data={"reason": "nhầm tệp"})

    own = [f"/people/{found['actor']}", f"/activities/{found['id']}"]
    pages = [*own, "/verify", "/boards/people-total", log]
    told = {page: (await leader.get(page)).status_code for page in pages}
    assert told == dict.fromkeys(pages, 200)


async def test_a_file_of_a_province_sent_for_a_commune_says_whose_account_it_needs(
    sign_in_as: SignIn,
) -> None:
    leader = await leader_of(sign_in_as, "C-03394")
    rows = [("Xã Nậm Tăm", "")] * 9 + [("Xã Sin Suối Hồ", "")]
    names = [(str(at), somebody(), "26/11/1999", unit, branch, "") for at, (unit, branch) in enumerate(rows)]

    content = csv_text([HEAD, *names]).encode()
    page = await page_of(leader, await send(leader, content, unit="C-03394"))

    assert "9 dòng nằm ngoài Xã Sin Suối Hồ." in page
    assert "tài khoản của tỉnh" in page


async def schools(name: str, *communes: str) -> None:
    given = [
        {
            "code": f"{code}-{uuid4().hex[:6]}",
            "kind": "school",
            "name": name,
            "parent": str(await unit_of(code)),
        }
        for code in communes
    ]
    async with transaction() as connection:
        await put_units(connection, given, at=now())
