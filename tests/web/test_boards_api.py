"""Boards through the API, the pages and the exports, over the national tree."""

import csv
import io
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from tests.boards.builders import NOON, Award, people, post, put_person
from thidua.activities.catalogue import catalogue
from thidua.infra.database import connection, transaction

LAN, MAI, NAM = people(3)
PROVINCE = "P-12"


@pytest_asyncio.fixture(scope="module", autouse=True)
async def points(web: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    async with connection() as reading:
        rows = await reading.fetch(
            "SELECT u.id FROM unit u JOIN unit p ON p.id = u.parent WHERE p.code = $1 ORDER BY u.code",
            PROVINCE,
        )
    communes = [row["id"] for row in rows]
    async with transaction() as writing:
        await put_person(writing, LAN, name="Giàng Thị Lan", fold="giang thi lan")
        await put_person(writing, MAI, name='=HYPERLINK("x")', fold='=hyperlink("x")')
        await put_person(writing, NAM, name="Lò Văn Nam", fold="lo van nam", is_public=False)
        await post(writing, [
            Award(subject=LAN, points=12, unit=communes[0]),
            Award(subject=MAI, points=7, unit=communes[1]),
            Award(subject=NAM, points=7, unit=communes[0], occurred_at=NOON - timedelta(hours=1)),
            Award(subject=MAI, points=30, unit=communes[1], occurred_at=NOON - timedelta(days=40)),
        ])  # fmt: skip
    yield web


async def test_a_board_shows_ranks_ties_names_and_what_changed(web: httpx.AsyncClient) -> None:
    answer = await web.get(f"/api/v1/boards/people-total?period=2026-Q4&scope={PROVINCE}")

    board = answer.json()
    assert answer.status_code == 200
    assert (board["source"], board["tie_chain"], board["order"]) == ("sql", ["points"], ["reached_at", "id"])
    rows = [
        (row["rank"], row["tied"], row["subject"]["id"], row["score"], row["change"]) for row in board["rows"]
    ]
    assert rows == [(1, False, str(LAN), 12, None), (2, True, str(NAM), 7, None), (2, True, str(MAI), 7, -1)]
    assert board["rows"][0]["subject"]["name"] == "Giàng Thị Lan"
    assert "Nam" not in board["rows"][1]["subject"]["name"]
    assert board["next"] is None


async def test_pages_follow_each_other_without_gap_or_repeat(web: httpx.AsyncClient) -> None:
    seen: list[str] = []
    address = "/api/v1/boards/people-total?limit=1"
    cursor: str | None = ""
    while cursor is not None:
        page = (await web.get(f"{address}&cursor={cursor}")).json()
        seen += [row["subject"]["id"] for row in page["rows"]]
        cursor = page["next"]

    assert seen == [str(MAI), str(LAN), str(NAM)]


async def test_around_tells_the_rank_and_the_gap(web: httpx.AsyncClient) -> None:
    around = (await web.get(f"/api/v1/boards/people-total/around/{NAM}?span=1")).json()

    assert (around["rank"], around["score"], around["gap"]) == (3, 7, 5)
    assert [row["subject"]["id"] for row in around["rows"]] == [str(LAN), str(NAM)]
    nobody = await web.get(f"/api/v1/boards/people-total/around/{people(9)[8]}")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "not_on_board")


async def test_names_are_found_without_accents(web: httpx.AsyncClient) -> None:
    found = (await web.get("/api/v1/boards/people-total?q=GIANG")).json()

    assert [(row["rank"], row["subject"]["id"]) for row in found["rows"]] == [(2, str(LAN))]
    hidden = (await web.get("/api/v1/boards/people-total?q=van nam")).json()
    assert hidden["rows"] == []


async def test_a_board_of_units_lists_the_next_level_below(web: httpx.AsyncClient) -> None:
    country = (await web.get("/api/v1/boards/units-total")).json()
    province = (await web.get(f"/api/v1/boards/units-total?scope={PROVINCE}")).json()

    assert [row["subject"]["code"] for row in country["rows"]] == [PROVINCE]
    assert (country["kind"], province["kind"]) == ("province", "commune")
    assert [row["score"] for row in province["rows"]] == [37, 19]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("period=2026-13", "period"),
        ("period=festival:Sai", "period"),
        ("scope=X-99", "scope"),
        ("kind=commune", "kind"),
        ("division=sea", "division"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=0", "limit"),
        ("cursor=abc", "cursor"),
        ("q=" + "x" * 101, "q"),
    ],
)
async def test_a_fault_in_the_question_is_400_and_named(
    web: httpx.AsyncClient, query: str, field: str
) -> None:
    answer = await web.get(f"/api/v1/boards/people-total?{query}")

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "address", ["/api/v1/boards/no-such", "/api/v1/boards/people-total?period=campaign:x"]
)
async def test_a_board_that_is_not_is_404(web: httpx.AsyncClient, address: str) -> None:
    assert (await web.get(address)).status_code == 404


async def test_an_edited_cursor_and_one_of_another_board_are_refused(web: httpx.AsyncClient) -> None:
    cursor = (await web.get("/api/v1/boards/people-total?limit=1")).json()["next"]

    for address in (f"people-total?cursor={cursor[:-2]}AA", f"people-mentoring?cursor={cursor}"):
        assert (await web.get(f"/api/v1/boards/{address}")).status_code == 400


async def test_all_boards_are_listed_with_what_decides(web: httpx.AsyncClient) -> None:
    listed = (await web.get("/api/v1/boards")).json()["items"]

    slugs = {board["slug"] for board in listed}
    assert {"people-total", "teams-total", "teams-per-member", "units-total", "units-per-member"} < slugs
    assert {f"people-{category}" for category in catalogue().categories} < slugs
    assert all(board["tie_chain"] and board["order"] == ["reached_at", "id"] for board in listed)


async def test_the_csv_has_every_row_in_the_same_order_and_no_formula(web: httpx.AsyncClient) -> None:
    first = await web.get("/boards/people-total/export.csv")
    text = first.content.decode("utf-8-sig")
    rows = list(
        csv.reader(io.StringIO("".join(line for line in text.splitlines(keepends=True) if line[0] != "#")))
    )

    assert first.content.startswith(b"\xef\xbb\xbf#")
    assert rows[0] == ["rank", "tied", "id", "code", "name", "score", "reached_at"]
    assert [(row[0], row[2], row[5]) for row in rows[1:]] == [
        ("1", str(MAI), "37"),
        ("2", str(LAN), "12"),
        ("3", str(NAM), "7"),
    ]
    assert rows[1][4] == '\'=HYPERLINK("x")'
    assert rows[1][6] == "2026-10-10T12:00:00+07:00"


async def test_a_worksheet_is_made(web: httpx.AsyncClient) -> None:
    answer = await web.get("/boards/people-total/export.xlsx")

    assert answer.status_code == 200
    assert answer.content.startswith(b"PK")


def texts_of(worksheet: bytes) -> list[str]:
    """The texts of a worksheet, in the order in which they first stand there."""
    with zipfile.ZipFile(io.BytesIO(worksheet)) as book:
        return re.findall(r"<t[^>]*>([^<]*)</t>", book.read("xl/sharedStrings.xml").decode())


async def test_a_worksheet_from_a_page_is_in_its_words_and_one_for_programs_as_it_was(
    web: httpx.AsyncClient,
) -> None:
    page = await web.get("/boards/people-total?period=2026-Q4", headers={"accept": "text/html"})
    vi, en, plain = [
        texts_of((await web.get(f"/boards/people-total/export.xlsx?period=2026-Q4{words}")).content)
        for words in ("&words=vi", "&words=en", "")
    ]

    assert "export.xlsx?period=2026-Q4&amp;words=vi" in page.text
    assert vi[:2] == ["Cá nhân: tổng điểm", "Việt Nam, Quý IV/2026"]
    headings = ["Hạng", "Đồng hạng", "Số hiệu", "Mã đơn vị", "Tên", "Điểm", "Đạt lúc"]
    assert headings == vi[3:10]
    assert "12:00:00, 10/10/2026" in vi
    assert en[3:5] == ["Rank", "Tied"]
    assert {"# board: people-total", "rank", "reached_at", "2026-10-10T12:00:00+07:00"} <= set(plain)


async def test_the_page_is_a_real_table_that_says_what_decides(web: httpx.AsyncClient) -> None:
    page = await web.get(
        f"/boards/people-total?period=2026-Q4&subject={NAM}", headers={"accept": "text/html"}
    )

    assert page.status_code == 200
    assert "<caption>" in page.text
    assert "đồng hạng (1, 2, 2, 4)" in page.text
    assert "Giàng Thị Lan" in page.text
    assert "đứng hạng 2 với 7 điểm" in page.text
    assert "export.csv?period=2026-Q4" in page.text
    assert "=HYPERLINK(&#34;x&#34;)" in page.text
    listed = await web.get("/boards", headers={"accept": "text/html"})
    assert 'href="/boards/people-creation"' in listed.text


async def test_per_member_scores_are_exact_to_two_decimals(web: httpx.AsyncClient) -> None:
    async with transaction() as writing:
        await writing.execute("UPDATE unit SET members = 9 WHERE code = $1", PROVINCE)
        await writing.execute("UPDATE organisation_version SET mark = gen_random_uuid()")

    answer = await web.get("/api/v1/boards/units-per-member?period=2026-Q4")

    row = answer.json()["rows"][0]
    assert b'"score":2.89,' in answer.content
    assert (row["rank"], row["points"], row["members"]) == (1, 26, 9)
    page = await web.get("/boards/units-per-member?period=2026-Q4", headers={"accept": "text/html"})
    assert "2,89" in page.text
    assert isinstance(UUID(row["subject"]["id"]), UUID)
