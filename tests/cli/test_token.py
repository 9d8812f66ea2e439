"""`thidua token`, as a person types it."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from thidua.cli.token import command
from thidua.infra.database import engine, point_at


@pytest.fixture
def instance(dsn: str) -> Iterator[None]:
    """A database for the command."""
    point_at(dsn)
    yield
    engine().config.clear()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


@pytest.mark.usefixtures("instance")
def test_create_prints_the_token_alone_and_another_each_time() -> None:
    first = run("create", "--name", "portal", "--scopes", "boards:read, activities:write")
    second = run("create", "--name", "portal", "--scopes", "boards:read", "--source", "hgd")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.output.startswith("thidua_")
    assert first.output.count("\n") == 1
    assert first.output != second.output


@pytest.mark.usefixtures("instance")
def test_an_unknown_scope_names_the_known_ones() -> None:
    refused = run("create", "--name", "portal", "--scopes", "everything")

    assert refused.exit_code == 1
    assert "boards:read" in refused.output


@pytest.mark.usefixtures("instance")
def test_revoke_ends_a_token_once() -> None:
    run("create", "--name", "portal", "--scopes", "boards:read")

    assert run("revoke", "--name", "portal").exit_code == 0
    assert run("revoke", "--name", "portal").exit_code == 1
