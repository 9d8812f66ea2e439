"""What goes wrong inside is answered without showing our inside."""

import asyncpg
import httpx
import pytest
from litestar import get

from thidua.infra.errors import ServiceUnavailableError
from thidua.kernel.errors import BusyError, ConflictError, DomainError, FieldError, InputError, NotFoundError
from thidua.web.app import Application
from thidua.web.problems import EXCEPTION_HANDLERS, document, problem_of


class StrangeError(DomainError):
    """Nobody has worded this one."""

    code = "strange"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BusyError(), 503),
        (asyncpg.LockNotAvailableError("secret"), 503),
        (asyncpg.DeadlockDetectedError("secret"), 503),
        (ServiceUnavailableError("PostgreSQL", "secret"), 503),
        (NotFoundError(), 404),
        (ConflictError(), 409),
        (InputError([FieldError("unit", "unknown_unit", 3)]), 422),
        (StrangeError(), 409),
        (RuntimeError("secret"), 500),
        (asyncpg.PostgresError("secret"), 500),
    ],
)
async def test_every_exception_has_its_status_and_keeps_its_secrets(error: Exception, status: int) -> None:
    answer = await raised(error)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert "secret" not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_a_fault_of_ours_is_a_page_to_people() -> None:
    answer = await raised(RuntimeError("secret"), accept="text/html")

    assert answer.status_code == 500
    assert "Số liệu không mất" in answer.text
    assert "secret" not in answer.text


def test_an_unworded_code_still_says_something() -> None:
    told = document(problem_of(StrangeError()), "en")

    assert told["code"] == "strange"
    assert told["detail"] == "Not taken: strange."


async def raised(error: Exception, *, accept: str = "*/*") -> httpx.Response:
    @get("/raise")
    async def raises() -> None:
        raise error

    app = Application(
        [raises], exception_handlers=EXCEPTION_HANDLERS, logging_config=None, openapi_config=None
    )
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # looser ASGI types
    async with httpx.AsyncClient(transport=transport, base_url="http://thidua.test") as client:
        return await client.get("/raise", headers={"accept": accept})
