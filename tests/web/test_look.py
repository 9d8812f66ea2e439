"""How pages look: the choice a reader makes, what a first visit weighs, what templates may not hold."""

import gzip
import hashlib
import re
from html import unescape
from uuid import uuid4

import httpx
import pytest

from tests.boards.builders import Award, post, put_person
from tests.support.waiting import eventually_async
from tests.web.conftest import SignIn
from thidua.accounts.roles import Role
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.paths import shipped
from thidua.web.assets import STATIC, assets
from thidua.web.drawing import initials, ruled

HTML = {"accept": "text/html,application/xhtml+xml"}
VENDORED = {
    "vendor/htmx-4.0.1.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "vendor/hx-sse-4.0.1.min.js": "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103",
}
TEMPLATES = sorted(
    str(path.relative_to(shipped("templates"))) for path in shipped("templates").rglob("*.html")
)
FIRST_LOAD_BYTES_MAX = 100_000
LINKED = re.compile(r'(?:href|src)="(/static/[^"#]+)')
# The policy forbids evaluation and inline styles; one such attribute stops every later one on the page.
FORBIDDEN = {
    "an inline style": re.compile(r"""\sstyle\s*="""),
    "an inline handler": re.compile(r"""\son[a-z]+="""),
    "an htmx handler": re.compile(r"hx-on\b"),
    "values by evaluation": re.compile(r"""hx-(?:vals|headers|vars)\s*=\s*["'](?:js|javascript):"""),
    "a trigger with a filter": re.compile(r"""hx-trigger\s*=\s*["'][^"']*\["""),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)"),
    "an inline sheet": re.compile(r"<style\b"),
}


@pytest.mark.parametrize("name", sorted(VENDORED))
def test_what_others_wrote_is_served_as_they_published_it(name: str) -> None:
    assert hashlib.sha256(assets()[name].body).hexdigest() == VENDORED[name]


def test_every_vendored_script_is_known_and_its_licence_kept() -> None:
    vendored = {name for name in assets() if name.startswith("vendor/")}

    assert vendored == {*VENDORED, "vendor/LICENSE-htmx.txt"}


def test_the_sheet_names_every_font_by_its_lasting_address() -> None:
    sheet = assets()["thidua.css"].body.decode()

    links = re.findall(r"url\(([^)]+)\)", sheet)

    assert {link for link in links if not link.startswith("#")} >= {
        f"/static/{name}?v={file.version}" for name, file in assets().items() if name.endswith(".woff2")
    }


def test_no_style_names_a_colour_outside_the_tokens() -> None:
    for path in sorted((STATIC / "styles").glob("[1-9]*.css")):
        colours = re.findall(r"#[0-9a-fA-F]{3,8}\b(?![-\w])", path.read_text())

        assert path.name == "91-print.css" or colours == [], path.name


@pytest.mark.parametrize("path", ["/", "/boards", "/boards/people-total", "/units/P-12"])
async def test_a_first_visit_weighs_less_than_a_hundred_kilobytes(web: httpx.AsyncClient, path: str) -> None:
    page = await web.get(path, headers={**HTML, "accept-encoding": "gzip"})
    weight = len(gzip.compress(page.content, 6))
    links = {unescape(link) for link in LINKED.findall(page.text)}
    fonts = {f"/static/{name}?v={file.version}" for name, file in assets().items() if "woff2" in name}
    for link in links | fonts:
        answer = await web.get(link, headers={"accept-encoding": "gzip"})
        assert answer.status_code == 200, link
        weight += int(answer.headers["content-length"])

    assert page.headers["content-encoding"] == "gzip"
    assert weight < FIRST_LOAD_BYTES_MAX


async def test_a_file_is_kept_for_good_only_under_the_address_of_its_content(web: httpx.AsyncClient) -> None:
    version = assets()["thidua.css"].version

    lasting = await web.get(f"/static/thidua.css?v={version}")
    bare = await web.get("/static/thidua.css")
    again = await web.get("/static/thidua.css", headers={"if-none-match": bare.headers["etag"]})

    assert "immutable" in lasting.headers["cache-control"]
    assert "immutable" not in bare.headers["cache-control"]
    assert lasting.headers["content-type"] == "text/css; charset=utf-8"
    assert (again.status_code, again.content) == (304, b"")


async def test_a_reader_keeps_theme_and_size_without_javascript(web: httpx.AsyncClient) -> None:
    first = await web.get("/look?theme=dark&back=/boards")
    web.cookies.set("thidua_look", first.cookies["thidua_look"])
    second = await web.get("/look?text=150&back=//evil.example")
    web.cookies.set("thidua_look", second.cookies["thidua_look"])
    pages = [await web.get(path, headers=HTML) for path in ("/boards", "/boards/people-total")]
    web.cookies.clear()
    plain = await web.get("/boards/people-total", headers=HTML)

    assert (first.headers["location"], second.headers["location"]) == ("/boards", "/")
    assert all('data-theme="dark" data-text="150"' in page.text for page in pages)
    assert "data-theme" not in plain.text


async def test_a_strange_cookie_chooses_nothing(web: httpx.AsyncClient) -> None:
    web.cookies.set("thidua_look", "neon.900")
    page = await web.get("/boards", headers=HTML)
    web.cookies.clear()

    assert "data-theme" not in page.text
    assert "data-text" not in page.text


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_holds_nothing_the_policy_forbids(name: str) -> None:
    text = (shipped("templates") / name).read_text()

    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize(
    ("used", "of", "width", "filled", "is_full"),
    [
        (28, 40, 400, 280, False),
        (5, 5, 50, 50, True),
        (0, 8, 80, 0, False),
        (450, 900, 200, 100, False),
        (9, 5, 50, 50, True),
    ],
)
def test_cells_are_filled_in_proportion(
    used: int, of: int, width: int, filled: int, *, is_full: bool
) -> None:
    bar = ruled(used, of)

    assert (bar.width, bar.filled, bar.is_full) == (width, filled, is_full)


def test_a_face_bears_the_letters_people_are_called_by() -> None:
    assert initials("Lò Thị Ban Mai") == "BM"
    assert initials("Đội hình (1)") == "ĐH"
    assert initials("") == ""


def test_teams_of_one_commune_have_letters_of_their_own() -> None:
    assert initials("Đội hình Mắt Lá Sin Suối Hồ", "team") == "ML"
    assert initials("Tổ công nghệ số cộng đồng Bến Đò Sin Suối Hồ", "team") == "BĐ"
    assert initials("Nhóm 1", "team") == "N1"
    assert initials("Đội hình thanh niên", "team") == "TN"
    assert initials("Xã Sin Suối Hồ", "unit") == "SH"


async def test_a_page_that_holds_the_secret_of_a_form_is_not_packed(sign_in_as: SignIn) -> None:
    client = await sign_in_as(Role.MEMBER)
    client.headers["accept-encoding"] = "gzip"

    form, board = [await client.get(path, headers=HTML) for path in ("/account", "/boards/people-total")]

    assert 'name="_csrf"' in form.text
    assert "content-encoding" not in form.headers
    assert 'name="_csrf"' not in board.text
    assert board.headers["content-encoding"] == "gzip"


async def test_the_first_page_is_made_anew_when_a_board_has_moved(web: httpx.AsyncClient) -> None:
    person = uuid4()
    before = await web.get("/", headers=HTML)
    async with transaction() as writing:
        commune = await writing.fetchval("SELECT id FROM unit WHERE code = 'C-03394'")
        await put_person(writing, person, name="Lừu Thị Sáng", fold="luu thi sang")
        await post(writing, [Award(subject=person, points=77, unit=commune, occurred_at=now())])

    async def shown() -> bool:
        return "Lừu Thị Sáng" in (await web.get("/", headers=HTML)).text

    assert "Lừu Thị Sáng" not in before.text
    await eventually_async(shown)
