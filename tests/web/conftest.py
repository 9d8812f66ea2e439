"""The application over a bootstrapped database that one module's tests share."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.browsers import opened
from thidua.accounts.actions import create_account, create_token
from thidua.accounts.model import Scope
from thidua.accounts.queries import account_of
from thidua.accounts.roles import Grant, Role
from thidua.accounts.sessions import begin
from thidua.infra.clock import now
from thidua.infra.database import engine, point_at, transaction
from thidua.web.app import create_app, lifetime
from thidua.web.csrf import HEADER
from thidua.web.sessions import SESSION
from thidua.web.tokens import forget_tokens

ADDRESS = "http://thidua.test"
PASSWORD = "cau-vong-sau-mua-27"  # noqa: S105 -- of accounts that live as long as a test
Token = Callable[..., Awaitable[dict[str, str]]]
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest_asyncio.fixture(scope="module")
async def web(module_dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application."""
    point_at(module_dsn)
    forget_tokens()
    app = create_app()
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]  # looser ASGI types
    async with lifetime(app), httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield client
    engine().config.clear()


@pytest_asyncio.fixture(scope="module")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    """One browser for a module's tests."""
    async with opened(chromium) as one:
        yield one


@pytest.fixture
def bearer() -> Token:
    """Make a token with these scopes (all by default); the header to send. Beside `web`."""

    async def make(*scopes: str, name: str = "tester") -> dict[str, str]:
        granted = scopes or [scope.value for scope in Scope]
        async with transaction() as connection:
            secret = await create_token(connection, name=name, scopes=granted, source=None, at=now())
        return {"authorization": f"Bearer {secret}"}

    return make


@pytest_asyncio.fixture
async def sign_in_as(web: httpx.AsyncClient) -> AsyncIterator[SignIn]:
    """Make accounts that are signed in: one a call, with the roles it names and, if told, a person.

    The client sends what a page of ours would: its Origin, and the session's token in a header, so that
    `client.post("/…", data={…})` is taken; `client.headers.pop("x-csrf-token")` forgets the token. A bare
    role holds everywhere. The account's id is `client.headers["x-account"]`, its password is PASSWORD.
    """
    async with AsyncExitStack() as clients:

        async def sign_in(
            *roles: Grant | Role, person: UUID | None = None, name: str = "Nông Thị Sín"
        ) -> httpx.AsyncClient:
            grants = [Grant(one) if isinstance(one, Role) else one for one in roles]
            client = httpx.AsyncClient(transport=web._transport, base_url=ADDRESS)  # noqa: SLF001 -- the same app
            await _sign_in(client, grants, person, name)
            return await clients.enter_async_context(client)

        yield sign_in


async def _sign_in(client: httpx.AsyncClient, grants: list[Grant], person: UUID | None, name: str) -> None:
    login = f"u-{uuid4()}"
    async with transaction() as connection:
        account_id = await create_account(
            connection,
            login=login,
            password=PASSWORD,
            name=name,
            person=person,
            grants=grants,
            at=now(),
        )
        account = await account_of(connection, account_id)
    assert account is not None
    begun = await begin(account, at=now())
    client.cookies.set(SESSION, begun.id)
    client.headers.update({"origin": ADDRESS, HEADER: begun.session.csrf, "x-account": str(account_id)})
