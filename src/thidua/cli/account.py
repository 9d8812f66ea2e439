"""`thidua account`: makes, appoints and disables accounts; the way to the first administrator and leader."""

import sys
from uuid import UUID

import rich_click as click

from thidua.accounts import actions, passwords
from thidua.accounts.queries import secret_of_login
from thidua.accounts.roles import Grant, Role
from thidua.cli.acting import done
from thidua.infra.clock import now
from thidua.infra.database import Connection
from thidua.organisation.queries import unit_id_of

_ROLES = ", ".join(role.value for role in Role)
_login = click.argument("login")
_typed = click.option(
    "--typed", is_flag=True, help="Ask for the password, or read it from standard input; else one is made up."
)
_role = click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="Which.")
_unit = click.option("--unit", help="Code or id of the unit where the role holds, with all below it.")
_team = click.option("--team", type=click.UUID, help="Id of the team where the role holds.")


@click.group("account", help="Make accounts, give and take roles, disable accounts.")
def command() -> None:
    """Hold the commands about accounts."""


@command.command()
@_login
@click.option("--name", required=True, help="The name shown to others.")
@click.option("--person", type=click.UUID, help="Id of the person whose account it is, who then takes part.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help=f"A first role: {_ROLES}.")
@_unit
@_team
@_typed
def create(  # noqa: PLR0913 -- one option each
    login: str,
    *,
    name: str,
    person: UUID | None,
    role: str | None,
    unit: str | None,
    team: UUID | None,
    typed: bool,
) -> None:
    """Make an account; print its one-time password, unless it was typed."""
    password = _typed_password() if typed else passwords.made_up()

    async def make(connection: Connection) -> None:
        grants = [] if person is None else [Grant(Role.MEMBER)]
        if role and (first := await _grant(connection, role, unit, team)) not in grants:
            grants.append(first)
        await actions.create_account(
            connection,
            login=login,
            password=password,
            name=name,
            person=person,
            grants=grants,
            is_password_once=not typed,
            at=now(),
        )

    done(make)
    if not typed:
        click.echo(password)


@command.command("password")
@_login
@_typed
def new_password(login: str, *, typed: bool) -> None:
    """Give an account a new password and end its sessions; print the password, unless it was typed."""
    password = _typed_password() if typed else passwords.made_up()

    async def change(connection: Connection) -> None:
        account = await _account(connection, login)
        await actions.set_password(connection, account, password, is_once=not typed, by=None, at=now())

    done(change)
    if not typed:
        click.echo(password)


@command.command("grant")
@_login
@_role
@_unit
@_team
def give(login: str, role: str, unit: str | None, team: UUID | None) -> None:
    """Give an account a role: in a unit, in a team, or everywhere."""

    async def do(connection: Connection) -> bool:
        given = await _grant(connection, role, unit, team)
        return await actions.grant(connection, await _account(connection, login), given, by=None, at=now())

    click.echo("given" if done(do) else "had it already")


@command.command("revoke")
@_login
@_role
@_unit
@_team
def take(login: str, role: str, unit: str | None, team: UUID | None) -> None:
    """Take a role back."""

    async def do(connection: Connection) -> bool:
        taken = await _grant(connection, role, unit, team)
        return await actions.revoke(connection, await _account(connection, login), taken, by=None, at=now())

    click.echo("taken" if done(do) else "did not have it")


@command.command()
@_login
def disable(login: str) -> None:
    """Let nobody in with this account any more; whoever is signed in with it is out at once."""

    async def do(connection: Connection) -> bool:
        return await actions.disable(connection, await _account(connection, login), by=None, at=now())

    click.echo("disabled" if done(do) else "was disabled already")


@command.command()
@_login
def enable(login: str) -> None:
    """Let a disabled account be used again."""

    async def do(connection: Connection) -> bool:
        return await actions.enable(connection, await _account(connection, login), by=None, at=now())

    click.echo("enabled" if done(do) else "was not disabled")


def _typed_password() -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\n")


async def _account(connection: Connection, login: str) -> UUID:
    found = await secret_of_login(connection, login)
    if found is None:
        raise click.ClickException(f"no account is called {login}")
    return found[0]


async def _grant(connection: Connection, role: str, unit: str | None, team: UUID | None) -> Grant:
    if unit and team:
        raise click.ClickException("a role holds in a unit or in a team, not in both")
    found = await unit_id_of(connection, unit) if unit else None
    if unit and found is None:
        raise click.ClickException(f"there is no unit {unit}")
    return Grant(Role(role), found, team)
