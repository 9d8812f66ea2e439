"""Signing in and out: whose session it is, when it is over, and what the cookie looks like."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from tests.web.conftest import ADDRESS, PASSWORD, SignIn
from thidua.accounts.actions import create_account, disable, end_sessions, grant, set_password
from thidua.accounts.roles import Grant, Role
from thidua.accounts.sessions import session_of
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.web.sessions import SESSION

HTML = {"accept": "text/html", "origin": ADDRESS}
_TOKEN = re.compile(r'name="_csrf"\s+value="([^"]*)"')


async def account(*, login: str, is_once: bool = False, person: UUID | None = None) -> UUID:
    async with transaction() as connection:
        return await create_account(
            connection, login=login, password=PASSWORD, name="Lò Văn Páo", is_password_once=is_once, at=now()
        )


async def sent(web: httpx.AsyncClient, login: str, password: str, **more: str) -> httpx.Response:
    """The form as a browser sends it, with a fresh token."""
    web.cookies.clear()
    page = await web.get("/sign-in", headers=HTML)
    token = _TOKEN.search(page.text)
    assert token is not None
    form = {"login": login, "password": password, "next": "/boards", "_csrf": token[1]} | more
    return await web.post("/sign-in", data=form, headers=HTML)


async def test_who_signs_in_is_led_on_and_known_on_the_next_page(web: httpx.AsyncClient) -> None:
    await account(login="pao")

    answer = await sent(web, " Páo ", PASSWORD)
    page = await web.get("/", headers=HTML)

    assert (answer.status_code, answer.headers["location"]) == (303, "/boards")
    assert "Lò Văn Páo" in page.text
    assert page.headers["cache-control"] == "private, no-store"


async def test_unknown_login_wrong_password_and_disabled_account_are_told_alike(
    web: httpx.AsyncClient,
) -> None:
    await account(login="known")
    gone = await account(login="gone")
    async with transaction() as connection:
        await disable(connection, gone, by=None, at=now())

    answers = [
        await sent(web, login, password)
        for login, password in (("known", "wrong-wrong"), ("nobody", PASSWORD), ("gone", PASSWORD))
    ]

    bodies = {re.sub(r'value="[^"]*"', "", one.text) for one in answers}
    assert {one.status_code for one in answers} == {422}
    assert len(bodies) == 1
    assert "password" not in web.cookies


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "\\\\evil", ""],
)
async def test_nobody_is_led_to_another_site(web: httpx.AsyncClient, back: str) -> None:
    login = f"u-{uuid4()}"
    await account(login=login)

    answer = await sent(web, login, PASSWORD, next=back)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_the_way_back_keeps_query_and_accents(web: httpx.AsyncClient) -> None:
    login = f"u-{uuid4()}"
    await account(login=login)

    answer = await sent(web, login, PASSWORD, next="/boards?q=Sìn Hồ")

    assert answer.headers["location"] == "/boards?q=S%C3%ACn%20H%E1%BB%93"


async def test_signing_in_takes_a_session_id_that_nobody_planted(web: httpx.AsyncClient) -> None:
    login, planted = f"u-{uuid4()}", "x" * 43
    await account(login=login)
    web.cookies.clear()
    page = await web.get("/sign-in", headers=HTML)
    token = _TOKEN.search(page.text)
    assert token is not None
    web.cookies.set(SESSION, planted, domain="thidua.test")

    form = {"login": login, "password": PASSWORD, "_csrf": token[1]}
    answer = await web.post("/sign-in", data=form, headers=HTML)

    assert answer.status_code == 303
    assert await session_of(planted, at=now()) is None
    assert answer.cookies[SESSION] != planted


async def test_over_https_the_cookie_is_of_this_host_alone(web: httpx.AsyncClient) -> None:
    login = f"u-{uuid4()}"
    await account(login=login)
    web.cookies.clear()
    https = {"accept": "text/html", "origin": "https://thidua.test", "sec-fetch-site": "same-origin"}
    page = await web.get("/sign-in", headers=https)
    token = _TOKEN.search(page.text)
    assert token is not None
    cookie = page.headers["set-cookie"].partition(";")[0]

    form = {"login": login, "password": PASSWORD, "_csrf": token[1]}
    answer = await web.post("/sign-in", data=form, headers=https | {"cookie": cookie})

    told = answer.headers["set-cookie"]
    assert told.startswith("__Host-thidua_session=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {part.strip() for part in told.split(";")}
    session = told.partition(";")[0]
    planted = session.removeprefix("__Host-")
    assert "Lò Văn Páo" in (await web.get("/", headers=https | {"cookie": session})).text
    assert "Lò Văn Páo" not in (await web.get("/", headers=https | {"cookie": planted})).text


async def test_over_plain_http_the_cookie_is_still_out_of_reach_of_scripts(web: httpx.AsyncClient) -> None:
    login = f"u-{uuid4()}"
    await account(login=login)

    told = (await sent(web, login, PASSWORD)).headers["set-cookie"]

    assert told.startswith(f"{SESSION}=")
    assert "HttpOnly" in told
    assert "SameSite=lax" in told


async def test_signing_out_ends_the_session_in_redis(sign_in_as: SignIn) -> None:
    client = await sign_in_as(Role.MEMBER)
    session = client.cookies[SESSION]

    answer = await client.post("/sign-out")

    assert answer.status_code == 303
    assert await session_of(session, at=now()) is None


async def test_a_change_of_roles_gives_the_session_a_new_id_and_the_old_is_dead(sign_in_as: SignIn) -> None:
    client = await sign_in_as(Role.MEMBER)
    before = client.cookies[SESSION]
    async with transaction() as connection:
        await grant(connection, UUID(client.headers["x-account"]), Grant(Role.AUDITOR), by=None, at=now())

    page = await client.get("/", headers=HTML)

    assert "Nông Thị Sín" in page.text
    assert page.cookies[SESSION] != before
    assert await session_of(before, at=now()) is None


async def test_whoever_is_disabled_or_gets_a_new_password_is_out_at_once(sign_in_as: SignIn) -> None:
    clients = [await sign_in_as(Role.MEMBER) for _ in range(3)]
    ids = [UUID(client.headers["x-account"]) for client in clients]
    async with transaction() as connection:
        await disable(connection, ids[0], by=None, at=now())
        await set_password(connection, ids[1], "mat-na-go-xoan-9", by=None, at=now())
        await end_sessions(connection, ids[2], by=None, at=now())

    answers = [await client.get("/sign-out", headers=HTML) for client in clients]

    assert [one.headers["location"] for one in answers] == ["/sign-in?next=/sign-out"] * 3


async def test_a_session_ends_after_seven_days_whatever_happens(sign_in_as: SignIn) -> None:
    client = await sign_in_as(Role.MEMBER)
    session = client.cookies[SESSION]

    assert await session_of(session, at=now() + timedelta(days=6, hours=23)) is not None
    assert await session_of(session, at=now() + timedelta(days=7)) is None


async def test_a_one_time_password_opens_nothing_before_it_is_changed(web: httpx.AsyncClient) -> None:
    login = f"u-{uuid4()}"
    await account(login=login, is_once=True)

    answer = await sent(web, login, PASSWORD)
    elsewhere = await web.get("/sign-out", headers=HTML)

    assert answer.headers["location"] == "/account"
    assert elsewhere.status_code == 200


async def test_a_program_is_told_to_sign_in_and_a_script_is_led_there(web: httpx.AsyncClient) -> None:
    web.cookies.clear()

    program = await web.get("/sign-out")
    piece = await web.get("/sign-out", headers=HTML | {"hx-request": "true"})

    assert (program.status_code, program.json()["code"]) == (401, "signed_out")
    assert piece.headers["hx-redirect"] == "/sign-in?next=/sign-out"
