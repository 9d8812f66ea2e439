"""`thidua erase`: erases who a person is, on their request, under a number."""

from uuid import UUID

import rich_click as click

from thidua.cli.acting import done
from thidua.imports.erasing import Erased, erase_person
from thidua.infra.clock import now
from thidua.infra.database import Connection


@click.command("erase")
@click.argument("person", type=click.UUID)
@click.option("--request", required=True, help="The number of the request, kept in the audit.")
@click.confirmation_option(prompt="Name, contact and account of this person are erased for good. Go on?")
def command(person: UUID, request: str) -> None:
    """Erase who PERSON is: profile, account, and what imports keep; deeds and points stay, unnamed."""

    async def do(connection: Connection) -> Erased:
        return await erase_person(connection, person, because=request, at=now())

    found = done(do)
    click.echo(f"erased; {found.rows} rows in {found.files} imported files cleared")
    if found.mentions:
        click.echo(f"{found.mentions} activities mention the name or contact in a text somebody typed")
