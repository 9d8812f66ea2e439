"""Pages of boards: ties, movement, whoever reads, and what the form above the table means."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.boards.builders import NOON, Award, people, post, put_person
from tests.web.conftest import SignIn
from thidua.accounts.roles import Role
from thidua.boards.definitions import Measure
from thidua.boards.reading import reader
from thidua.infra.database import connection, transaction
from thidua.web.board_pieces import live_piece, with_own_row
from thidua.web.board_queries import asked
from thidua.web.board_views import board_view
from thidua.web.drawing import split
from thidua.web.pages import piece

LAN, MAI, NAM, STRANGER = people(4)
HTML = {"accept": "text/html"}
BOARD = "/boards/people-total?period=2026-Q4"
GUIDE = Path(__file__).parents[2] / "ARCHITECTURE.md"


@pytest_asyncio.fixture(scope="module", autouse=True)
async def points(web: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    async with connection() as reading:
        commune = await reading.fetchval("SELECT id FROM unit WHERE code = 'C-03394'")
    async with transaction() as writing:
        await put_person(writing, LAN, name="Giàng Thị Lan", fold="giang thi lan")
        await put_person(writing, MAI, name="Vàng A Mai", fold="vang a mai")
        await put_person(writing, NAM, name="Lò Văn Nam", fold="lo van nam", is_public=False)
        await put_person(writing, STRANGER, name="Tẩn Thị Mỷ", fold="tan thi my")
        await writing.execute("INSERT INTO person_home (person, unit) VALUES ($1, $2)", LAN, commune)
        await post(writing, [
            Award(subject=LAN, points=9, unit=commune),
            Award(subject=LAN, points=3, unit=commune, category="learning"),
            Award(subject=MAI, points=7, unit=commune, category="festival"),
            Award(subject=NAM, points=7, unit=commune, occurred_at=NOON - timedelta(hours=1)),
            Award(subject=MAI, points=30, unit=commune, occurred_at=NOON - timedelta(days=40)),
        ])  # fmt: skip
    yield web


def row_of(page: str, subject: object) -> str:
    found = re.search(rf'<tr data-subject="{subject}".*?</tr>', page, re.DOTALL)
    assert found, "no such row"
    return found[0]


async def test_equals_are_bracketed_and_bear_the_sign_of_equality(web: httpx.AsyncClient) -> None:
    page = (await web.get(BOARD, headers=HTML)).text

    assert "is-tied" not in row_of(page, LAN)
    assert "is-tied is-tied--first" in row_of(page, NAM)
    assert "is-tied is-tied--last" in row_of(page, MAI)
    assert page.count("đồng hạng </span>") == 2


async def test_movement_is_a_shape_and_a_hidden_word_and_says_against_what(web: httpx.AsyncClient) -> None:
    page = (await web.get(BOARD, headers=HTML)).text

    assert "Thay đổi so với hạng cuối kỳ trước: Quý\N{NO-BREAK SPACE}III/2026" in page
    assert re.search(r'move--down.*?<span class="vh">xuống </span>1', row_of(page, MAI), re.DOTALL)
    assert "move--new" in row_of(page, LAN)


async def test_points_are_split_in_three_parts_that_add_up(web: httpx.AsyncClient) -> None:
    page = (await web.get(BOARD, headers=HTML)).text
    narrow = (await web.get("/boards/people-learning?period=2026-Q4", headers=HTML)).text

    assert 'aria-label="Giúp người 9, tự học 3, việc chung 0"' in row_of(page, LAN)
    assert '<rect class="made__2" x="750" width="250"' in row_of(page, LAN)
    assert '<rect class="made__3" x="0"' in row_of(page, MAI)
    assert 'class="made"' not in narrow


async def test_a_board_says_when_from_what_and_that_it_is_not_final(web: httpx.AsyncClient) -> None:
    page = await web.get(BOARD, headers=HTML)

    assert "tính thẳng từ sổ" in page.text
    assert "Tạm tính" in page.text
    assert '<div id="board-live"' in page.text
    assert page.headers["cache-control"] == "no-cache"


async def test_whoever_reads_finds_the_own_row_and_what_is_lacking(
    web: httpx.AsyncClient, sign_in_as: SignIn
) -> None:
    lan = await sign_in_as(Role.MEMBER, person=NAM)
    page = await lan.get(BOARD, headers=HTML)
    public = await web.get(BOARD, headers=HTML)

    assert page.headers["cache-control"] == "private, no-store"
    assert "Bạn đứng hạng 2 với 7 điểm." in page.text
    assert "Thêm 5 điểm là bằng Giàng Thị Lan, hạng 1." in page.text
    assert 'aria-current="true" class="is-me' in row_of(page.text, NAM)
    assert '<span class="you">Bạn</span>' in row_of(page.text, NAM)
    assert '<span class="you" hidden>' in row_of(page.text, LAN)
    assert f'data-me="{NAM}"' in page.text
    assert "is-me" not in public.text
    assert "data-me" not in public.text


async def test_the_own_place_on_the_first_page_says_where_it_is_counted(sign_in_as: SignIn) -> None:
    mai = await sign_in_as(Role.MEMBER, person=MAI)

    around = (await mai.get("/?place=P-12", headers=HTML)).text.partition('class="around"')[2]

    assert re.search(r"Lai Châu, Quý\sI*V?/\d{4}</p>", around)


async def test_whoever_has_no_points_is_told_how_to_come_on_the_board(sign_in_as: SignIn) -> None:
    page = await (await sign_in_as(Role.MEMBER, person=STRANGER)).get(BOARD, headers=HTML)

    assert "Bạn chưa có điểm trên bảng này." in page.text
    assert 'href="/activities/new"' in page.text


async def test_the_own_row_of_an_account_without_a_person_is_nowhere(sign_in_as: SignIn) -> None:
    page = await (await sign_in_as(Role.AUDITOR)).get(BOARD, headers=HTML)

    assert page.status_code == 200
    assert 'class="around"' not in page.text


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("board=teams-total&within=Xã Sìn Hồ · C-03478&period=all", "/boards/teams-total?scope=C-03478"),
        ("board=people-total&within=sin suoi ho&q=lan", "/boards/people-total?q=lan&scope=C-03394"),
        ("board=people-total&within=Việt Nam · VN&period=2026-Q4", "/boards/people-total?period=2026-Q4"),
        ("board=units-total&within=&division=mountain", "/boards/units-total?division=mountain"),
    ],
)
async def test_the_form_leads_to_one_address_of_a_board(
    web: httpx.AsyncClient, asked: str, leads: str
) -> None:
    answer = await web.get(f"/boards?{asked}", headers=HTML)

    assert (answer.status_code, answer.headers["location"]) == (303, leads)


async def test_a_unit_meant_in_several_ways_is_chosen_from_a_list(web: httpx.AsyncClient) -> None:
    page = await web.get("/boards?board=people-total&period=2026-Q4&within=sin", headers=HTML)
    none = await web.get("/boards?board=people-total&within=<b>zzz", headers=HTML)

    assert "Chọn đơn vị" in page.text
    assert 'href="/boards/people-total?period=2026-Q4&amp;scope=C-03394"' in page.text
    assert "&lt;b&gt;zzz" in none.text


async def test_units_are_suggested_while_a_name_is_typed(web: httpx.AsyncClient) -> None:
    answer = await web.get("/boards/units?within=sin suoi")

    assert '<option value="Xã Sin Suối Hồ · C-03394">' in answer.text
    assert (await web.get("/boards/units?within=")).text.strip() == ""


async def test_the_first_page_shows_the_country_or_the_province_that_was_chosen(
    web: httpx.AsyncClient,
) -> None:
    chosen = await web.get("/?place=P-12", headers=HTML)
    web.cookies.set("thidua_place", "P-12")
    again = await web.get("/", headers=HTML)
    web.cookies.set("thidua_place", "no-such")
    country = await web.get("/", headers=HTML)
    web.cookies.clear()

    assert 'value="P-12" selected' in chosen.text
    assert '<a href="/boards/people-total?scope=P-12">' in chosen.text
    assert '<a href="/boards/people-total">' in country.text
    assert chosen.cookies["thidua_place"] == "P-12"
    assert 'value="P-12" selected' in again.text
    assert "selected" not in country.text


def test_a_row_is_marked_only_where_it_stands() -> None:
    html = '<tr data-subject="a" class=""><span class="you" hidden>Bạn</span></tr>'

    assert with_own_row(html, None, is_you=True) == html
    assert with_own_row(html, LAN, is_you=True) == html


def test_parts_of_a_bar_end_where_the_next_begin() -> None:
    assert split([1, 1, 1], 3) == [(0, 333), (333, 333), (666, 334)]
    assert split([0, 5, 0], 10) == [(0, 0), (0, 500), (500, 0)]


async def test_people_of_a_wider_board_have_their_commune_below_their_names(web: httpx.AsyncClient) -> None:
    wide, own = [
        row_of((await web.get(f"{BOARD}{scope}", headers=HTML)).text, LAN)
        for scope in ("&limit=9", "&scope=C-03394")
    ]

    assert '<span class="sub">Xã Sin Suối Hồ</span>' in wide
    assert "Xã Sin Suối Hồ" not in own


@pytest.mark.usefixtures("web")
async def test_the_table_of_a_board_sees_what_the_guide_to_measures_says_and_words_each() -> None:
    here = await reader()
    question = await asked(here, "teams-total", b"")
    view = board_view(question, (await live_piece(here, question, b"", "vi")).page, "vi")
    named = set(re.findall(r"`board\.(\w+)`", GUIDE.read_text(encoding="utf-8")))

    def caption(**told: object) -> str:
        return piece("boards/_table.html", "en", board={**view, **told}, rows=[], has_change=False)

    captions = {
        Measure.POINTS: caption(),
        Measure.POINTS_PER_MEMBER: caption(is_per_member=True, is_frozen=False),
        Measure.BEST_N: caption(measure=Measure.BEST_N.value, best_n=3),
    }

    assert named
    assert named <= view.keys()
    assert set(captions) == set(Measure)
    assert len(set(captions.values())) == len(captions)
    assert "the points of the 3 people with the most" in captions[Measure.BEST_N]
