"""The pool, its rights, and what a dying server does to it."""

import asyncpg
import pytest

from thidua.infra.audit import Deed, note
from thidua.infra.clock import now
from thidua.infra.database import connection, pool, transaction
from thidua.infra.errors import ServiceUnavailableError
from thidua.infra.migrate import missing


def _deed() -> Deed:
    return Deed(at=now(), actor_id=None, doing="opened", thing_kind="door", thing_id=1)


async def _kept() -> int:
    count: int = await pool().fetchval("SELECT count(*) FROM audit_record")
    return count


async def _note_and_fail() -> None:
    async with transaction() as open_one:
        await note(open_one, _deed())
        raise ZeroDivisionError


@pytest.mark.usefixtures("database")
async def test_a_transaction_keeps_everything() -> None:
    async with transaction() as open_one:
        await note(open_one, _deed())

    assert await _kept() == 1


@pytest.mark.usefixtures("database")
async def test_an_exception_rolls_the_transaction_back() -> None:
    with pytest.raises(ZeroDivisionError):
        await _note_and_fail()

    assert await _kept() == 0


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "edit", ["UPDATE audit_record SET doing = 'closed'", "DELETE FROM audit_record", "TRUNCATE audit_record"]
)
async def test_the_application_cannot_edit_the_audit(edit: str) -> None:
    async with transaction() as open_one:
        await note(open_one, _deed())

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        async with connection() as open_one:
            await open_one.execute(edit)


async def test_not_even_the_owner_edits_the_audit(dsn: str) -> None:
    owner = await asyncpg.connect(dsn)

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="history is never edited"):
        await owner.execute("DELETE FROM audit_record")

    await owner.close()


async def test_a_connection_that_is_cut_is_reported_and_replaced(database: str) -> None:
    owner = await asyncpg.connect(database)

    with pytest.raises(ServiceUnavailableError):
        async with connection() as cut:
            await owner.execute(
                "SELECT pg_terminate_backend($1)", await cut.fetchval("SELECT pg_backend_pid()")
            )
            await cut.fetchval("SELECT 1")
    async with connection() as again:
        assert await again.fetchval("SELECT 1") == 1

    await owner.close()


async def test_a_transaction_that_is_cut_is_reported_and_leaves_nothing(database: str) -> None:
    owner = await asyncpg.connect(database)

    with pytest.raises(ServiceUnavailableError):
        async with transaction() as cut:
            await note(cut, _deed())
            await owner.execute(
                "SELECT pg_terminate_backend($1)", await cut.fetchval("SELECT pg_backend_pid()")
            )
    assert await _kept() == 0

    await owner.close()


@pytest.mark.usefixtures("database")
async def test_a_server_that_dies_in_the_middle_is_away_however_the_driver_says_so() -> None:
    async with connection() as whole:
        before = await whole.fetchval("SELECT pg_backend_pid()")

    with pytest.raises(ServiceUnavailableError):
        async with connection():
            _fail_as_the_driver_does()
    async with connection() as another:
        assert await another.fetchval("SELECT pg_backend_pid()") != before


def _fail_as_the_driver_does() -> None:
    try:
        raise asyncpg.InternalClientError("cannot switch to state 21; another operation (2) is in progress")
    finally:
        # What rolling the transaction back raises on top of it.
        raise asyncpg.InterfaceError("cannot perform operation: another operation is in progress")


@pytest.mark.usefixtures("database")
async def test_a_fresh_database_misses_no_migration() -> None:
    assert await missing() == []


async def test_a_rolled_back_connection_has_the_rights_of_the_application(
    rolled_back: asyncpg.Connection,
) -> None:
    assert await rolled_back.fetchval("SELECT current_user") == "thidua_app"
