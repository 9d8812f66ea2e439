"""`thidua backup`: the whole database in one file, with what must be found in it again."""

import asyncio
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import rich_click as click

from thidua.infra import archive, dump
from thidua.infra.archive import DUMP, KEYS, Manifest
from thidua.infra.at_hand import servers_at_hand
from thidua.infra.clock import now
from thidua.infra.database import owner_connection
from thidua.infra.errors import StartError
from thidua.infra.key_box import boxed
from thidua.infra.settings import settings
from thidua.kernel.period import VIETNAM

COUNTED = ("person", "activity", "ledger_entry", "ledger_seal", "audit_record")
_COUNTS = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in COUNTED)  # noqa: S608 -- our own tables
_BLOCK = "SELECT block, encode(hash, 'hex') AS hash FROM ledger_seal ORDER BY block DESC LIMIT 1"
_MIGRATIONS = "SELECT app_name || ' ' || name AS one FROM migration ORDER BY 1"


@click.command("backup")
@click.argument("dest", type=click.Path(path_type=Path))
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line opens the keys; without it they are left out.",
)
def command(dest: Path, passphrase_file: Path | None) -> None:
    """Write a backup to DEST, a file or a folder. It holds names: keep it as safe as the instance itself."""
    at = now()
    file = dest / f"thidua-{at.astimezone(VIETNAM):%Y%m%d-%H%M%S}.tar" if dest.is_dir() else dest
    if file.exists():
        raise StartError(f"{file} is there already.")
    passphrase = passphrase_in(passphrase_file)
    with (
        servers_at_hand(settings(), may_run=True) as servers,
        TemporaryDirectory(prefix="thidua-backup-", dir=file.parent) as held,
    ):
        folder = Path(held)
        manifest = asyncio.run(_dumped(servers.database_url, folder, at))
        keys = boxed(settings().data_dir / "keys", passphrase) if passphrase else None
        if keys is not None:
            (folder / KEYS).write_bytes(keys)
        archive.write(file, folder, manifest)
    click.echo(f"{file}: {manifest.counts['person']:,} people, {manifest.counts['ledger_entry']:,} entries")
    if keys is None:
        click.echo(
            "The keys are not in it: give --passphrase-file, or keep the folder `keys` elsewhere.", err=True
        )


def passphrase_in(file: Path | None) -> str | None:
    """The first line of the file."""
    if file is None:
        return None
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].strip():
        raise StartError(f"{file} holds no passphrase.")
    return lines[0]


async def _dumped(url: str, folder: Path, at: datetime) -> Manifest:
    """Dump what one snapshot sees, and count the same."""
    owner = await owner_connection()
    try:
        async with owner.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await owner.fetchval("SELECT pg_export_snapshot()")
            manifest = await _manifest(owner, at)
            major = owner.get_server_version().major
            await asyncio.to_thread(dump.dump, url, folder / DUMP, snapshot=snapshot, major=major)
    finally:
        await owner.close()
    return manifest


async def _manifest(owner: asyncpg.Connection, at: datetime) -> Manifest:
    last = await owner.fetchrow(_BLOCK)
    return Manifest(
        made_at=at.isoformat(),
        thidua=version("thidua"),
        postgres=str(await owner.fetchval("SHOW server_version")),
        migrations=[row["one"] for row in await owner.fetch(_MIGRATIONS)],
        counts=dict(await owner.fetchrow(_COUNTS)),
        block=last["block"] if last else 0,
        block_hash=last["hash"] if last else "",
    )
