"""Pages as people meet them: with and without accents, in both languages, without a token."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx

from tests.web.reporting import report, somebody

Token = Callable[..., Awaitable[dict[str, str]]]
HTML = {"accept": "text/html,application/xhtml+xml"}


async def test_the_first_page_finds_a_unit_without_accents(web: httpx.AsyncClient) -> None:
    page = (await web.get("/?q=sin suoi ho", headers=HTML)).text

    assert '<html lang="vi">' in page
    assert 'href="/units/C-03394"' in page
    assert 'href="/boards/people-total"' in page


async def test_an_empty_search_says_what_to_try(web: httpx.AsyncClient) -> None:
    page = (await web.get("/?q=<img src=x onerror=1>", headers=HTML)).text

    assert "Không thấy" in page
    assert "<img" not in page
    assert "&lt;img src=x onerror=1&gt;" in page


async def test_a_unit_is_found_by_code_and_by_id_and_shows_where_it_lies(web: httpx.AsyncClient) -> None:
    by_code = await web.get("/units/C-03394", headers=HTML)

    assert by_code.status_code == 200
    assert "Sin Suối Hồ" in by_code.text
    assert 'href="/units/P-12"' in by_code.text


async def test_a_person_page_opens_each_entry_in_both_languages(
    web: httpx.AsyncClient, bearer: Token
) -> None:
    lan = await somebody()
    told = report(lan)
    await web.post("/api/v1/activities", json=told, headers=await bearer())

    vi = (await web.get(f"/people/{lan}", headers=HTML)).text
    en = (await web.get(f"/people/{lan}", headers=HTML | {"accept-language": "en-GB,en;q=0.9"})).text

    assert "Nguyễn Thị Lan" not in vi
    assert '<details class="entry"' in vi
    assert told["id"] in vi
    assert "6 điểm" in vi
    assert '<html lang="en">' in en
    assert "6 points" in en
    assert "Sổ điểm" not in en


async def test_who_shows_a_name_has_not_opened_the_book(web: httpx.AsyncClient, bearer: Token) -> None:
    pao = await somebody(name="Giàng A Páo", public_name=True)
    headers = await bearer()
    await web.post("/api/v1/activities", json=report(pao), headers=headers)

    anybody = (await web.get(f"/people/{pao}", headers=HTML)).text
    trusted = (await web.get(f"/people/{pao}", headers=HTML | headers)).text

    assert "<h1>Giàng A Páo</h1>" in anybody
    assert "<details" not in anybody
    assert "<details" in trusted


async def test_under_eighteen_a_name_is_never_shown(web: httpx.AsyncClient) -> None:
    child = await somebody(name="Giàng A Nhỏ", public_name=True, born_on="2015-03-04")

    assert "Giàng A Nhỏ" not in (await web.get(f"/people/{child}", headers=HTML)).text


async def test_the_switch_keeps_the_language_in_a_cookie_and_leads_back(web: httpx.AsyncClient) -> None:
    switched = await web.get("/language?to=en&back=/units/C-03394%3Fx%3D1")
    shown = await web.get("/", headers=HTML | {"cookie": "thidua_language=en", "accept-language": "vi"})

    assert (switched.status_code, switched.headers["location"]) == (303, "/units/C-03394?x=1")
    assert "thidua_language=en" in switched.headers["set-cookie"]
    assert '<html lang="en">' in shown.text
    web.cookies.clear()


async def test_the_switch_never_leads_to_another_site(web: httpx.AsyncClient) -> None:
    for back in ("//evil.example", "/\\evil.example", "https://evil.example", "evil", "/\tevil", ""):
        answer = await web.get("/language", params={"to": "en", "back": back})

        assert answer.headers["location"] == "/", back
    web.cookies.clear()


async def test_what_is_not_there_is_a_page_to_people_and_a_document_to_programs(
    web: httpx.AsyncClient,
) -> None:
    for path in ("/nothing", f"/people/{uuid4()}", f"/teams/{uuid4()}", "/units/X-1", "/people/not-an-id"):
        page = await web.get(path, headers=HTML)
        document = await web.get(path)

        assert (page.status_code, document.status_code) == (404, 404), path
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert document.headers["content-type"] == "application/problem+json"
        assert document.json()["code"] == "not_found"


async def test_every_answer_carries_the_headers_that_protect_readers(web: httpx.AsyncClient) -> None:
    for path in ("/", "/nothing", "/api/v1/activity-types", "/health/live", "/static/thidua.css"):
        headers = (await web.get(path)).headers

        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


async def test_pages_hold_no_script_and_no_inline_style(web: httpx.AsyncClient) -> None:
    for path in ("/", "/units/VN", "/nothing"):
        page = (await web.get(path, headers=HTML)).text

        assert "<script" not in page
        assert "style=" not in page
