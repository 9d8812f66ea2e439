"""Signing in while somebody guesses, from behind one address, and while PostgreSQL or Redis is away (T37)."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import httpx
import pytest
import pytest_asyncio

from tests.web.conftest import PASSWORD, SignIn
from tests.web.test_sign_in import HTML, account, sent
from thidua.infra.redis import close_client
from thidua.infra.settings import settings

_NOWHERE = "redis://127.0.0.1:1/0"


@pytest_asyncio.fixture
async def cut_redis_off(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Await it, and this process asks a port where nothing listens, until the test is over."""

    async def point_at(url: str) -> None:
        await close_client()
        monkeypatch.setenv("THIDUA_REDIS_URL", url)
        settings.cache_clear()

    known = os.environ["THIDUA_REDIS_URL"]
    yield partial(point_at, _NOWHERE)
    await point_at(known)


async def test_the_eleventh_guess_waits_whatever_address_it_claims(web: httpx.AsyncClient) -> None:
    await account(login="guessed")
    for guess in range(10):
        answer = await sent(web, "guessed", f"wrong-guess-{guess}")
        assert answer.status_code == 422
    web.headers["x-forwarded-for"] = "10.9.8.7"

    answer = await sent(web, "Guessed", PASSWORD)

    del web.headers["x-forwarded-for"]
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 300
    assert 'value="Guessed"' in answer.text


async def test_an_unknown_login_is_counted_like_a_known_one(web: httpx.AsyncClient) -> None:
    for _ in range(10):
        await sent(web, "nobody-here", "wrong-guess")

    assert (await sent(web, "nobody-here", "wrong-guess")).status_code == 429


async def test_a_school_behind_one_address_signs_in(web: httpx.AsyncClient) -> None:
    logins = [f"pupil-{number}" for number in range(24)]
    for login in logins:
        await account(login=login)

    answers = [await sent(web, login, PASSWORD) for login in logins]

    assert {one.status_code for one in answers} == {303}


async def test_without_redis_nobody_can_sign_in_and_is_told_so(
    web: httpx.AsyncClient, cut_redis_off: Callable[[], Awaitable[None]]
) -> None:
    await cut_redis_off()

    answer = await sent(web, "anybody", PASSWORD)

    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert "/sign-in" in answer.text


async def test_without_redis_a_session_is_a_polite_absence(
    sign_in_as: SignIn, cut_redis_off: Callable[[], Awaitable[None]]
) -> None:
    signed_in = await sign_in_as()
    await cut_redis_off()

    public = await signed_in.get("/", headers=HTML)
    own = await signed_in.get("/sign-out", headers=HTML)

    assert public.status_code == 200
    assert "Nông Thị Sín" not in public.text
    assert (own.status_code, own.headers["location"]) == (303, "/sign-in?next=/sign-out")
