"""The road of a badge in a real browser: earned, seen, downloaded, verified by anybody, revoked."""

import time
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.support.processes import Server
from tests.support.promises import Promise
from tests.support.waiting import eventually_async
from tests.web.town import Town, town_on
from thidua.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
NEEDED = 5
PART = "section[aria-labelledby=badges]"
EARNED = f"{PART} a[href^='/credentials/']"
MARKS = "[data-steps] .steps__figure"


@pytest_asyncio.fixture(scope="module")
async def town(server: Server, browser: Browser) -> Town:
    """A commune in a browser."""
    return await town_on(server, browser)


async def _graduate(town: Town, mentor: str, count: int) -> None:
    """So many people, each other ones, learn a skill from the mentor, and it is confirmed."""
    mentees = [await town.somebody(f"Bác Học {number}") for number in range(count)]
    told = [
        {
            "id": str(uuid4()),
            "type": "MENTEE_GRADUATED",
            "occurred_at": "2026-11-20T09:00:00+07:00",
            "actor": mentor,
            "participants": [{"subject": mentee, "role": "mentee"}],
            "attributes": {"skill": "vneid"},
            "verified": True,
        }
        for mentee in mentees
    ]
    headers = {"authorization": f"Bearer {town.token}"}
    async with httpx.AsyncClient(base_url=town.address, headers=headers) as client:
        answer = await client.post("/api/v1/activities", json={"activities": told})
        assert {one["status"] for one in answer.json()["results"]} == {"recorded"}, answer.text


async def _awarded(town: Town, mentor: str) -> str:
    """The page of the mentor's badge, and wait until it is there."""
    found: list[str] = []

    async def is_there() -> bool:
        query = (
            "SELECT id::text FROM badge_award WHERE subject = $1::uuid AND badge = 'dai-su-so' AND state = 1"
        )
        found[:] = [one for one in [await town.found(query, mentor)] if one]
        return bool(found)

    await eventually_async(is_there)
    return f"{town.address}/credentials/{found[0]}"


async def _is_shown(page: Page) -> bool:
    """Whether the badge is on the page as earned, once that is loaded again."""
    await page.reload()
    return await page.locator(EARNED).count() > 0


async def _said_by_the_browser(page: Page, begins: str) -> str:
    """Let the browser verify, and wait for its verdict."""
    await page.locator("[data-begin] button").click()
    verdict = page.locator("[data-verdict]", has_text=begins)
    await verdict.wait_for()
    return await verdict.inner_text()


async def test_the_fifth_graduated_mentee_gives_a_badge_that_anybody_verifies_and_a_leader_revokes(
    town: Town, tmp_path: Path, promise: Promise
) -> None:
    mentor = await town.somebody("Lò Thị Sao")
    await _graduate(town, mentor, NEEDED - 1)
    member = await town.signed_in(await town.account(Role.MEMBER, person=mentor))
    page = await member.new_page()
    await page.goto(f"{town.address}/people/{mentor}")
    assert await page.locator(EARNED).count() == 0
    assert "4/5" in await page.locator(PART).inner_text()

    await _graduate(town, mentor, 1)
    began = time.monotonic()
    await eventually_async(lambda: _is_shown(page))
    promise(
        "badge: seconds from recording to the member's page",
        figure=round(time.monotonic() - began, 3),
        target="<= 1",
    )
    assert await page.locator(EARNED).inner_text() == "Đại sứ số"
    await page.locator(EARNED).click()
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Tải ảnh PNG").click()
    file = tmp_path / "dai-su-so.png"
    await (await waiting.value).save_as(file)

    assert await _verdict(town, file) == "Có giá trị."
    await _revoke(town, page.url, "Ghi nhầm người học.")
    await page.reload()
    assert "Đã thu hồi" in await page.locator(".notice").inner_text()
    assert "Ghi nhầm người học." in await page.locator(".notice").inner_text()
    assert await _verdict(town, file) == "Không có giá trị."
    assert "đã bị thu hồi" in await _said_by_the_browser(page, "Huy hiệu thật")
    assert await page.locator(MARKS).all_inner_texts() == ["đúng"] * 5 + ["sai"]
    await member.close()


async def _verdict(town: Town, file: Path) -> str:
    """What the page says to somebody who is not signed in and shows the file."""
    context = await town.visitor()
    page = await context.new_page()
    await page.goto(f"{town.address}/badges/verify")
    await page.set_input_files("[name=file]", file)
    await page.get_by_role("button", name="Kiểm tra", exact=True).click()
    said = await page.locator(".notice b").inner_text()
    await context.close()
    return said


async def _revoke(town: Town, address: str, reason: str) -> None:
    context = await town.signed_in(await town.account(Role.UNIT_LEADER))
    page = await context.new_page()
    await page.goto(address)
    await page.get_by_text("Thu hồi huy hiệu này").click()
    await page.fill("[name=reason]", reason)
    await page.get_by_role("button", name="Thu hồi", exact=True).click()
    await page.wait_for_selector(".notice--error")
    await context.close()


async def test_a_browser_verifies_a_badge_by_itself_step_by_step_and_sees_a_forged_one(
    town: Town,
) -> None:
    mentor = await town.somebody("Vàng A Chá")
    await _graduate(town, mentor, NEEDED)
    address = await _awarded(town, mentor)
    context = await town.visitor()
    page = await context.new_page()
    await page.goto(address)

    genuine = await _said_by_the_browser(page, "Huy hiệu thật")
    marks = await page.locator(MARKS).all_inner_texts()
    token = await (await page.request.get(f"{address}.jwt")).text()
    head, payload, signature = token.split(".")
    forged = f"{head}.{payload[:-2]}{'AA' if payload[-2:] != 'AA' else 'BA'}.{signature}"
    await page.route("**/*.jwt", lambda route: route.fulfill(body=forged))
    await _said_by_the_browser(page, "Không đúng")

    assert genuine == "Huy hiệu thật và còn giá trị. Chính trình duyệt này đã kiểm tra."
    assert marks == ["đúng"] * 6
    assert await page.locator(MARKS).all_inner_texts() == ["đúng", "đúng", "sai"] + ["chưa xét đến"] * 3
    await context.close()


async def test_a_leader_gives_by_a_list_without_scripts_sees_its_faults_and_takes_it_back(town: Town) -> None:
    name = "Phàn Mẩy Không Trùng"
    receiver = await town.somebody(name)
    context = await town.signed_in(await town.account(Role.UNIT_LEADER), java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{town.address}/badges/award/list?badge=lam-quen-ai")
    await page.fill("[name=note]", "Lớp làm quen AI ngày 21/11")
    await page.fill("[name=text]", f"Họ tên\n{name}\nKhông Có Ai\n{name}\n")
    await page.get_by_role("button", name="Xem trước").click()
    faults = await page.locator("td .field__error").all_inner_texts()
    assert len(faults) == 2
    assert await town.found("SELECT count(*) FROM badge_award WHERE subject = $1::uuid", receiver) == 0

    await page.get_by_role("button", name="Trao 1 huy hiệu").click()
    assert await page.locator("tbody .tag").all_inner_texts() == ["còn giá trị"]
    await page.fill("[name=reason]", "Nhầm danh sách.")
    await page.get_by_role("button", name="Lấy lại 1 huy hiệu").click()

    assert await page.locator("tbody .tag").all_inner_texts() == ["đã thu hồi"]
    noted = "SELECT count(*) FROM audit_record WHERE doing IN ('badges_given', 'badges_undone')"
    assert await town.found(noted) == 2
    await context.close()
