"""`thidua token`: makes, replaces and revokes the tokens of programs that call the API."""

import rich_click as click

from thidua.accounts.actions import create_token, revoke_token
from thidua.accounts.model import Scope
from thidua.cli.acting import done
from thidua.infra.clock import now
from thidua.infra.database import Connection

_SCOPES = ", ".join(scope.value for scope in Scope)


@click.group("token", help="Make, replace and revoke the tokens of programs that call the API.")
def command() -> None:
    """Hold the commands about tokens."""


@command.command()
@click.option(
    "--name", required=True, help="What the token is called; the same name again replaces the secret."
)
@click.option("--scopes", required=True, help=f"What it may do, comma between: {_SCOPES}.")
@click.option(
    "--source", help="Who its activities come from; the name by default, and kept when it is replaced."
)
def create(name: str, scopes: str, source: str | None) -> None:
    """Print a new token, and nothing else: it is kept nowhere."""
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]

    async def make(connection: Connection) -> str:
        return await create_token(connection, name=name, scopes=wanted, source=source, at=now())

    click.echo(done(make))


@command.command()
@click.option("--name", required=True, help="The name of the token.")
def revoke(name: str) -> None:
    """End a token; within a few seconds no process takes it any more."""

    async def end(connection: Connection) -> bool:
        return await revoke_token(connection, name, at=now())

    if not done(end):
        raise click.ClickException(f"no token in force is called {name}")
