"""Badges given by hand through the pages: whom one finds, what is wrong with a form, lists found again."""

import re
from html import unescape
from uuid import UUID

import httpx

from tests.web.conftest import SignIn
from tests.web.leading import OTHER_COMMUNE, a_branch, id_of
from tests.web.reporting import somebody
from thidua.accounts.roles import Grant, Role
from thidua.badges.actions import NewAward, give
from thidua.badges.catalogue import catalogue
from thidua.infra.clock import now
from thidua.infra.database import transaction

PAGE = {"accept": "text/html"}
VOLUNTEER = "tinh-nguyen-vien-ngay-hoi"
_LISTS = re.compile(r'href="(/badges/award/lists/[0-9a-f-]+)"')


async def _given(leader: httpx.AsyncClient, *people: UUID) -> str:
    """Where the page of a list stands that gave a badge to these people."""
    text = "\n".join(["Mã,Lý do", *(f"{one},Vì việc tốt" for one in people)])
    answer = await leader.post(
        "/badges/award/list/confirm", headers=PAGE, data={"badge": "an-toan-so", "text": text}
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def _lists(client: httpx.AsyncClient) -> list[str]:
    page = await client.get("/badges/award", headers=PAGE)
    assert page.status_code == 200, page.text
    return _LISTS.findall(page.text)


async def test_a_list_given_is_found_again_and_taken_back(sign_in_as: SignIn) -> None:
    branch = await a_branch()
    leader = await sign_in_as(Grant(Role.UNIT_LEADER, unit=await id_of("C-03394")))
    two = await _given(leader, branch.person, await somebody(unit=branch.code))
    one = await _given(leader, await somebody(unit=branch.code))

    found = await _lists(leader)
    before = (await leader.get(two, headers=PAGE)).text
    undone = await leader.post(f"{two}/undo", headers=PAGE, data={"reason": "Nhầm"})
    after = (await leader.get("/badges/award", headers=PAGE)).text

    assert found == [one, two]
    assert "ghi rõ “đã thu hồi”" in before
    assert undone.status_code == 303
    assert re.findall(r'<td class="n">(\d+)</td>', after) == ["1", "1", "2", "0"]
    assert (await leader.get("/badges/award/lists")).headers["location"] == "/badges/award"


async def test_lists_are_told_of_to_nobody_who_may_not_open_them(sign_in_as: SignIn) -> None:
    branch = await a_branch()
    leader = await sign_in_as(Grant(Role.UNIT_LEADER, unit=await id_of("C-03394")))
    successor = await sign_in_as(Grant(Role.UNIT_LEADER, unit=await id_of("C-03394")))
    stranger = await sign_in_as(Grant(Role.UNIT_LEADER, unit=await id_of(OTHER_COMMUNE)))
    receiver = await sign_in_as(Grant(Role.UNIT_LEADER, unit=branch.id), person=branch.person)

    path = await _given(leader, branch.person)

    told = [path in await _lists(one) for one in (leader, successor, stranger, receiver)]
    assert told == [True, True, False, False]


async def test_a_search_says_whom_one_may_not_give_to_before_the_form_is_sent(sign_in_as: SignIn) -> None:
    branch = await a_branch(member="Sùng Thị Mình")
    other = await somebody(unit=branch.code, name="Sùng Thị Khác")
    leader = await sign_in_as(Grant(Role.UNIT_LEADER, unit=branch.id), person=branch.person)

    people, units = [
        unescape((await leader.get(f"/badges/award?badge={badge}&q={words}", headers=PAGE)).text)
        for badge, words in (("lam-quen-ai", "sung"), ("diem-ngay-hoi-tieu-bieu", "chi doan"))
    ]

    assert re.findall(r'name="subject"\s+value="([^"]+)"', people + units) == [str(other)]
    assert "Bạn không trao được cho: Sùng Thị Mình." in people
    assert f"Bạn không trao được cho: Chi đoàn {branch.code}." in units


async def test_what_is_no_short_name_of_a_festival_is_told_so_and_kept(sign_in_as: SignIn) -> None:
    one = await somebody(name="Thào A Hội")
    leader = await sign_in_as(Role.UNIT_LEADER)
    told = {"badge": VOLUNTEER, "q": "thao a hoi", "subject": str(one), "note": "Trực cổng"}

    answer = await leader.post("/badges/award", headers=PAGE, data=told | {"festival": "Ngày hội 10/10"})
    mended = await leader.post("/badges/award", headers=PAGE, data=told | {"festival": "ngay-hoi-10-10"})

    assert answer.status_code == 422
    assert "Mã ngày hội chỉ gồm chữ a-z không dấu" in answer.text
    assert 'value="Ngày hội 10/10"' in answer.text
    assert mended.status_code == 303


async def test_festivals_of_late_are_offered(sign_in_as: SignIn) -> None:
    badge, one = catalogue().badges[VOLUNTEER], await somebody(name="Thào A Gợi")
    told = {"badge": badge.slug, "version": badge.version, "fingerprint": badge.fingerprint, "subject": one}
    kept = {"subject_kind": badge.subject, "earned_at": now(), "expires_at": None, "have": 1, "need": 1}
    async with transaction() as connection:
        new = NewAward(**told, **kept, window="festival:hoi-xuan-2026")  # type: ignore[arg-type]  # all kinds
        await give(connection, [new], at=now())
    leader = await sign_in_as(Role.UNIT_LEADER)

    page = await leader.get(f"/badges/award?badge={VOLUNTEER}&q=thao+a+goi", headers=PAGE)

    assert '<option value="hoi-xuan-2026">' in page.text
