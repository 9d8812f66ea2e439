"""The application over a bootstrapped database that one module's tests share."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
import pytest_asyncio

from thidua.accounts.actions import create_token
from thidua.accounts.model import Scope
from thidua.infra.clock import now
from thidua.infra.database import engine, point_at, transaction
from thidua.web.app import create_app, lifetime
from thidua.web.tokens import forget_tokens

Token = Callable[..., Awaitable[dict[str, str]]]


@pytest_asyncio.fixture(scope="module")
async def web(module_dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application."""
    point_at(module_dsn)
    forget_tokens()
    app = create_app()
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]  # looser ASGI types
    async with lifetime(app), httpx.AsyncClient(transport=transport, base_url="http://thidua.test") as client:
        yield client
    engine().config.clear()


@pytest.fixture
def bearer() -> Token:
    """Make a token with these scopes (all by default); the header to send. Beside `web`."""

    async def make(*scopes: str, name: str = "tester") -> dict[str, str]:
        granted = scopes or [scope.value for scope in Scope]
        async with transaction() as connection:
            secret = await create_token(connection, name=name, scopes=granted, source=None, at=now())
        return {"authorization": f"Bearer {secret}"}

    return make
