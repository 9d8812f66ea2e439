"""`thidua account`, as whoever runs the server types it."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest
from click.testing import CliRunner, Result

from thidua.accounts.passwords import is_right
from thidua.cli.account import command
from thidua.infra.database import engine, point_at

PASSWORD = "cau-vong-sau-mua-27"  # noqa: S105 -- of a database that lives as long as a test


@pytest.fixture
def instance(bootstrapped_dsn: str) -> Iterator[str]:
    """A database for the command."""
    point_at(bootstrapped_dsn)
    yield bootstrapped_dsn
    engine().config.clear()


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(command, arguments, input=typed)


def kept(dsn: str, sql: str) -> list[asyncpg.Record]:
    async def read() -> list[asyncpg.Record]:
        direct = await asyncpg.connect(dsn)
        try:
            return list(await direct.fetch(sql))
        finally:
            await direct.close()

    return asyncio.run(read())


def test_the_first_administrator_gets_a_password_for_one_use_that_is_kept_nowhere(instance: str) -> None:
    made = run("create", "root", "--name", "Tổ kỹ thuật", "--role", "system_administrator")
    account = kept(instance, "SELECT * FROM account")[0]
    grants = kept(instance, "SELECT role, unit, team FROM account_grant")

    assert made.exit_code == 0
    assert account["is_password_once"]
    assert asyncio.run(is_right(made.output.strip(), account["password_hash"]))
    assert made.output.strip() not in str(dict(account))
    assert [tuple(one) for one in grants] == [("system_administrator", None, None)]


def test_a_password_may_come_from_standard_input_and_is_never_an_argument(instance: str) -> None:
    made = run("create", "may", "--name", "Mẩy", "--typed", typed=f"{PASSWORD}\n")
    account = kept(instance, "SELECT * FROM account")[0]

    assert made.output == ""
    assert asyncio.run(is_right(PASSWORD, account["password_hash"]))
    assert not account["is_password_once"]


def test_a_role_is_given_in_a_unit_and_taken_back(instance: str) -> None:
    run("create", "may", "--name", "Mẩy", "--typed", typed=f"{PASSWORD}\n")

    given = run("grant", "MẨY", "--role", "unit_leader", "--unit", "P-12")
    again = run("grant", "may", "--role", "unit_leader", "--unit", "P-12")
    taken = run("revoke", "may", "--role", "unit_leader", "--unit", "P-12")

    assert [one.output for one in (given, again, taken)] == ["given\n", "had it already\n", "taken\n"]
    assert len(kept(instance, "SELECT FROM audit_record WHERE doing LIKE 'account_role%'")) == 2


def test_what_is_not_there_or_cannot_be_is_said_in_one_line(instance: str) -> None:
    nobody = run("disable", "nobody")
    nowhere = run("create", "may", "--name", "Mẩy", "--role", "verifier", "--unit", "X-1")
    short = run("create", "may", "--name", "Mẩy", "--typed", typed="short\n")

    assert {one.exit_code for one in (nobody, nowhere, short)} == {1}
    assert "10 to 200 characters" in short.output
    assert kept(instance, "SELECT FROM account") == []
