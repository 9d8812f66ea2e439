"""The edges of HTTP: methods, addresses, languages, tokens, health."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.web.reporting import somebody
from thidua.accounts.actions import revoke_token
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.web.tokens import forget_tokens

Token = Callable[..., Awaitable[dict[str, str]]]
PROBLEM = "application/problem+json"
# Pages say as of when they are; the seconds go on between two requests.
CLOCK = re.compile(r"\d\d:\d\d:\d\d|T[\d:.+]+")


async def test_head_answers_like_get_without_a_body(web: httpx.AsyncClient) -> None:
    got = await web.get("/api/v1/activity-types")
    headed = await web.head("/api/v1/activity-types")

    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize("method", ["TRACE", "PATCH", "DELETE", "PUT", "BREW"])
async def test_other_methods_are_refused(web: httpx.AsyncClient, method: str) -> None:
    answer = await web.request(method, "/api/v1/activities")

    assert (answer.status_code, answer.headers["content-type"]) == (405, PROBLEM)
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/%00", 400),
        ("/units/%00", 400),
        ("/units/%FF%C0%AF", 404),
        ("/units/..%2f..%2fetc%2fpasswd", 404),
        ("/static/..%2fapp.py", 404),
        ("/static/../app.py", 404),
        ("/static/%2e%2e/app.py", 404),
        ("/static/" + "x" * 300, 404),
        ("/boards/people-total?period=9999-12-31", 400),
        ("http://thidua.test//evil.example/", 404),
        ("/x;y", 404),
        ("/" + "x" * 16_000, 414),
        ("/?q=" + "x" * 16_000, 414),
        ("/?q=" + "x" * 101, 400),
        ("/?q[]=1&q[]=2", 200),
        ("/?q=%00", 400),
        ("/?q=%FF", 200),
        ("/?q=%25_\\", 200),
        ("/people/0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c01?cursor=edited", 404),
        ("/api/v1/entries/0", 401),
        ("/api/v1/subjects/%2e%2e", 404),
        ("/problems/no_such_code", 404),
        ("/problems/in_the_future", 200),
    ],
)
async def test_odd_addresses_are_answered_calmly(web: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await web.get(path, follow_redirects=False)

    assert answer.status_code == status


@pytest.mark.parametrize("host", ["", "x:99999999", "[::1", "evil.example"])
@pytest.mark.parametrize("path", ["/", "/units/VN", "/no-such-page", "/api/v1/people?limit=0"])
async def test_whatever_host_is_named_the_answer_is_the_same(
    web: httpx.AsyncClient, path: str, host: str
) -> None:
    usual = await web.get(path)
    odd = await web.get(path, headers={"host": host})

    assert (odd.status_code, CLOCK.sub("", odd.text)) == (usual.status_code, CLOCK.sub("", usual.text))


async def test_odd_queries_of_lists_are_400_with_the_parameter_named(
    web: httpx.AsyncClient, bearer: Token
) -> None:
    headers = await bearer()
    lan = str(await somebody())
    for query, field in (
        ("limit=101", "limit"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=1000000000000000000000", "limit"),
        ("limit=ten", "limit"),
        ("period=2026-13", "period"),
        ("period=yesterday", "period"),
        ("cursor=AAAA", "cursor"),
        ("cursor=" + "x" * 2000, "cursor"),
    ):
        answer = await web.get(f"/api/v1/subjects/{lan}/entries?{query}", headers=headers)

        assert answer.status_code == 400, query
        assert [one["field"] for one in answer.json()["errors"]] == [field], query


async def test_words_follow_the_language_and_codes_do_not(web: httpx.AsyncClient) -> None:
    for asked, language in (
        ("", "vi"),
        ("en", "en"),
        ("en-US,en;q=0.8", "en"),
        ("fr, en;q=0.5", "en"),
        ("vi;q=0.2, en;q=0.9", "en"),
        ("en;q=0, vi", "vi"),
        ("*;q=x", "vi"),
        ("en;q=abc", "vi"),
        ("," * 5000, "vi"),
    ):
        answer = await web.get("/api/v1/nothing", headers={"accept-language": asked})

        assert answer.headers["content-language"] == language, asked
        assert answer.json()["code"] == "not_found"
        assert answer.json()["title"] == ("Không có trang này" if language == "vi" else "Not found")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Basic dXNlcjpwYXNz", "Bearer " + "x" * 5000, "Bearer \x7f"]
)
async def test_a_token_that_is_no_token_is_401(web: httpx.AsyncClient, header: str) -> None:
    answer = await web.post("/api/v1/activities", json={}, headers={"authorization": header})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_revoked_token_and_a_replaced_secret_are_no_longer_taken(
    web: httpx.AsyncClient, bearer: Token
) -> None:
    first = await bearer("boards:read", name="rotating")
    second = await bearer("boards:read", name="rotating")

    assert (await web.get("/api/v1/entries/999999999", headers=first)).status_code == 401
    assert (await web.get("/api/v1/entries/999999999", headers=second)).status_code == 404
    async with transaction() as connection:
        assert await revoke_token(connection, "rotating", at=now())
    forget_tokens()
    assert (await web.get("/api/v1/entries/999999999", headers=second)).status_code == 401


async def test_health_and_figures(web: httpx.AsyncClient) -> None:
    assert (await web.get("/health/live")).json() == {"status": "ok"}
    ready = await web.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "database": "ok", "redis": "ok"})
    assert "thidua_http_answers_total" in (await web.get("/metrics")).text


@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": b"\xff=\xfe; ;;=;thidua_language=\xff"},
        {"cookie": b"thidua_language=" + b"x" * 10_000},
        {"accept-language": b"\xff\xfe;q=\xfd"},
        {"accept": b"*/*;q=x, \xff"},
        {"range": b"bytes=" + b",".join([b"0-0"] * 10_000)},
        {"if-none-match": b"\xff garbage"},
        {"if-modified-since": b"yesterday"},
        {"x-forwarded-host": b"evil.example", "x-forwarded-for": b"' OR 1=1--"},
        {"hx-request": b"true", "hx-current-url": b"https://evil.example/"},
        {"last-event-id": b"1000000000000000000"},
    ],
)
async def test_odd_headers_are_answered_calmly(web: httpx.AsyncClient, headers: dict[str, bytes]) -> None:
    for path in ("/", "/static/thidua.css", "/api/v1/activity-types", "/api/v1/boards"):
        answer = await web.get(path, headers=[(name.encode(), value) for name, value in headers.items()])

        assert answer.status_code < 500
        assert "evil.example" not in answer.text


async def test_a_token_of_odd_bytes_is_401(web: httpx.AsyncClient) -> None:
    headers = [(b"authorization", b"Bearer \xff\xfe"), (b"content-type", b"application/json")]

    assert (await web.post("/api/v1/activities", content=b"{}", headers=headers)).status_code == 401
