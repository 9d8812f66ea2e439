"""A secretary's walk in a real browser: two messy files, mended in the preview, confirmed."""

import asyncpg
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, FilePayload, Page

from tests.imports.office_files import LOG, csv_text, xlsx
from tests.support.processes import Server
from thidua.accounts.actions import create_account
from thidua.accounts.roles import Grant, Role
from thidua.infra.clock import now

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
HEAD = ("STT", "Họ và tên", "Ngày sinh", "Xã/phường", "Chi đoàn", "Số điện thoại", "Nhóm đối tượng")
MEMBERS = (
    ("DANH SÁCH ĐOÀN VIÊN", *[""] * 6),
    HEAD,
    ("1", "Lò Thị Mai", "26/11/1999", "Xã Nậm Tăm", "Chi đoàn bản 1", "0912345678", "Cư dân"),
    ("2", "GIÀNG A PÁO", "31/02/2003", "xã dào san", "Chi đoàn bản 2", "912345678", "CBCC"),
    ("3", "Vàng Thu Dợ", "4/7/2001", "Xã Sin Súi Hồ", "Chi đoàn bản 3", "9.12345E+08", "Sinh viên"),
    ("", "Tổng cộng: 3 đoàn viên", *[""] * 5),
)
DEEDS = (
    ("NHẬT KÝ HOẠT ĐỘNG",),
    LOG,
    ("05/10/2026", "7 giờ 30", "Lò Thị Mai", "Hỗ trợ dịch vụ công", "2", "Xã Nậm Tăm", "12/BC, 15/10/2026"),
    ("06/10/2026", "14h", "Giàng A Páo", "Buổi hướng dẫn", "1", "Xã Dào San", ""),
    ("07/10/2026", "13:00", "=1+2", "Trợ giảng", "1", "Xã Dào San", ""),
)
_LOGIN, _PASSWORD = "thu-ky", "suoi-reo-sau-nui-41"


@pytest_asyncio.fixture(scope="module")
async def secretary(server: Server) -> str:
    """The address of a server on which a secretary of Lai Châu has an account."""
    direct = await asyncpg.connect(server.dsn)
    unit = await direct.fetchval("SELECT id FROM unit WHERE code = 'P-12'")
    await create_account(
        direct,
        login=_LOGIN,
        password=_PASSWORD,
        name="Lò Thị Hoa",
        person=None,
        grants=[Grant(Role.UNIT_LEADER, unit=unit)],
        at=now(),
    )
    await direct.close()
    return server.address


async def signed_in(context: BrowserContext, address: str) -> Page:
    page = await context.new_page()
    await page.goto(f"{address}/sign-in?next=/imports")
    await page.fill("input[name=login]", _LOGIN)
    await page.fill("input[type=password]", _PASSWORD)
    await page.click("main button[type=submit]")
    await page.wait_for_url("**/imports")
    return page


async def send(page: Page, name: str, content: bytes) -> None:
    file = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
    await page.set_input_files("#file", [file])
    await press(page, "form[enctype]")


async def press(page: Page, form: str) -> None:
    """Send a form and wait for what comes of it, through whatever progress is shown."""
    await page.click(f"{form} button[type=submit]")
    await page.wait_for_selector("#counts, #result")


async def test_a_secretary_imports_both_files_and_mends_them_in_the_preview(
    browser: Browser, secretary: str
) -> None:
    context = await browser.new_context(locale="vi-VN")
    page = await signed_in(context, secretary)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    await send(page, "doan-vien.csv", csv_text(MEMBERS).encode("utf-8-sig"))
    await page.check("input[name=new_branches][value=create]", force=True)
    await page.fill("input[name='cell:4:born_on']", "28/02/2003")
    await page.fill("input[name='cell:5:contact']", "0912345679")
    suggested = await page.eval_on_selector(
        "select[name^='alike:unit']", "one => one.selectedOptions[0].text"
    )
    await press(page, "form[action$='/answers']")
    is_kept = await page.is_checked("input[name=new_branches][value=create]")
    await press(page, "form[action$='/confirm']")
    people = await page.inner_text(".tally")

    await page.goto(f"{secretary}/imports")
    await send(page, "nhat-ky.xlsx", xlsx(DEEDS))
    await page.check("input[name='pick:attribute.minutes'][value=other]", force=True)
    await page.fill("input[name='common:attribute.minutes']", "50")
    await page.check("input[name='pick:attribute.skill'][value=e-services]", force=True)
    await page.check("input[name='out:5']")
    await press(page, "form[action$='/answers']")
    await press(page, "form[action$='/confirm']")
    deeds = await page.inner_text(".tally")

    assert (suggested, is_kept) == ("Xã Sin Suối Hồ", True)
    assert (people.split(), deeds.split()) == (["3", "đã", "thêm"], ["2", "đã", "thêm"])
    assert said == []
    await context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_preview_is_accessible_and_fits_a_small_phone(
    browser: Browser, secretary: str, theme: str
) -> None:
    context = await browser.new_context(
        viewport={"width": 320, "height": 640}, color_scheme="dark" if theme == "dark" else "light"
    )
    page = await signed_in(context, secretary)
    wrong = [*await _violations(page)]
    await send(page, "doan-vien.csv", csv_text(MEMBERS).encode())

    wrong += await _violations(page)
    width = await page.evaluate("document.documentElement.scrollWidth")

    assert wrong == []
    assert width <= 320
    await context.close()


async def test_everything_works_without_javascript(browser: Browser, secretary: str) -> None:
    context = await browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = await signed_in(context, secretary)
    row = ("1", "Sùng Thị Say", "26/11/1999", "Xã Nậm Tăm", "", "0912345678", "Cư dân")

    await send(page, "mot-nguoi.csv", csv_text([HEAD, row]).encode())
    await press(page, "form[action$='/confirm']")
    await page.click("a[href$='/undo']")
    await page.fill("input[name=reason]", "nhầm tệp")
    await press(page, "form[action$='/undo']")

    assert (await page.inner_text(".tally")).split() == ["1", "đã", "lấy", "lại"]
    await context.close()


async def _violations(page: Page) -> list[str]:
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found.response["violations"]]
