"""`thidua keys`: the keys that sign badges."""

import rich_click as click

from thidua.badges.credentials import keys as kept
from thidua.badges.credentials.addresses import here
from thidua.badges.credentials.issuing import unsign
from thidua.badges.credentials.keys import issuer_keys, key_id
from thidua.cli.acting import done
from thidua.infra.settings import settings


@click.group("keys")
def command() -> None:
    """Look after the keys that sign badges."""


@command.command("show")
def show() -> None:
    """Name the issuer and its keys, those that sign now first."""
    keys = issuer_keys(settings().data_dir)
    click.echo(here().did)
    for number, key in enumerate(keys.public):
        click.echo(
            f"{key_id(key)}  {'signs' if number < len(keys.public) - len(keys.old) else 'signed before'}"
        )


@command.command("rotate")
def rotate() -> None:
    """Sign with new keys from now on; what the old ones signed stays valid. Needs no restart."""
    keys = kept.rotate(settings().data_dir)
    p256, ed25519 = keys.public[:2]
    click.echo(f"Signing from now on: {key_id(p256)}, {key_id(ed25519)}")
    click.echo(f"{len(keys.old)} earlier keys stay in did.json. Make a backup: the new keys are in none yet.")


@command.command("forget")
@click.argument("key")
def forget(key: str) -> None:
    """Disown what KEY signed, after somebody else got hold of it; badges are signed anew when asked for."""
    if not kept.forget(settings().data_dir, key):
        raise click.ClickException(
            f"{key} is no earlier key. `thidua keys rotate` makes today's keys earlier ones."
        )
    count = done(lambda connection: unsign(connection, key))
    click.echo(f"{key} is forgotten; {count} badges will be signed anew, copies that people hold are void.")
