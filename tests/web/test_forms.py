"""Forms that no page of ours would send are refused, never our fault."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.web.conftest import SignIn
from thidua.accounts.roles import Role
from thidua.web.app import app
from thidua.web.csrf import own_forms_only

URL_ENCODED = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"language=%00", 400),
        (b"language=%ff%fe", 400),
        (b"\xff\xfe", 400),
        (b"language=" + "e\u0301".encode() + "\u0301".encode() * 40, 400),
        (b"&".join(b"a=1" for _ in range(6_000)), 400),
        (b"language=" + b"x" * (1 << 20), 413),
        (b"", 303),
        (b"language=klingon", 303),
        (b"language=en&language=vi", 303),
    ],
)
async def test_a_form_is_read_or_refused(sign_in_as: SignIn, body: bytes, status: int) -> None:
    client = await sign_in_as(Role.MEMBER)

    answer = await client.post("/account/language", content=body, headers=URL_ENCODED)

    assert answer.status_code == status


async def test_a_form_that_is_too_long_is_refused_before_all_of_it_came(sign_in_as: SignIn) -> None:
    client = await sign_in_as(Role.MEMBER)
    pieces = iter([b"language="] + [b"x" * (1 << 18)] * 20)

    async def sent() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    answer = await client.post("/account/language", content=sent(), headers=URL_ENCODED)

    assert answer.status_code == 413
    assert len(list(pieces)) > 10


async def test_a_form_in_parts_without_its_boundary_is_refused(sign_in_as: SignIn) -> None:
    client = await sign_in_as(Role.MEMBER)

    answer = await client.post(
        "/account/language", content=b"--x", headers={"content-type": "multipart/form-data"}
    )

    assert answer.status_code == 400


async def test_the_token_may_stand_in_the_form_itself(sign_in_as: SignIn) -> None:
    client = await sign_in_as(Role.MEMBER)
    token = client.headers.pop("x-csrf-token")

    in_a_form = await client.post("/account/language", data={"_csrf": token, "language": "en"})
    in_parts = await client.post(
        "/account/language", files={"_csrf": (None, token), "language": (None, "en")}
    )
    in_json = await client.post("/account/language", json={"_csrf": token})

    assert [one.status_code for one in (in_a_form, in_parts, in_json)] == [303, 303, 403]


@pytest.mark.parametrize("field", ["login", "password", "next", "_csrf"])
@pytest.mark.parametrize("value", ["", "x" * 100_000, "\u202e\u0301\U0001f600", "' OR 1=1 --", "{{7*7}}"])
async def test_odd_words_at_the_door_are_no_fault_of_ours(
    web: httpx.AsyncClient, field: str, value: str
) -> None:
    web.cookies.clear()

    form = {"login": "nobody", "password": "nothing-much", "next": "/", "_csrf": "x"} | {field: value}
    answer = await web.post("/sign-in", data=form, headers={"origin": "http://thidua.test"})

    assert 400 <= answer.status_code < 500


def test_every_route_that_changes_something_by_form_is_guarded() -> None:
    changing = [
        handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if set(handler.http_methods) - {"GET", "HEAD", "OPTIONS"} and not route.path.startswith("/api/")
    ]

    assert len(changing) > 30
    assert [one.fn.__name__ for one in changing if own_forms_only not in one.resolve_guards()] == []
