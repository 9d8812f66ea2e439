"""`thidua restore`: brings back what a backup holds, and proves it before it takes the place of what was."""

import asyncio
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import rich_click as click

from thidua.cli.backup import COUNTED, passphrase_in
from thidua.engine.verify import verify
from thidua.imports.erasing import erase_person
from thidua.infra import archive, dump
from thidua.infra.archive import DUMP, KEYS, Manifest
from thidua.infra.at_hand import servers_at_hand
from thidua.infra.clock import now
from thidua.infra.database import owner_connection, point_at
from thidua.infra.errors import StartError
from thidua.infra.key_box import put_keys, unboxed
from thidua.infra.keys import known_ledger_key
from thidua.infra.migrate import known_migrations, migrate
from thidua.infra.settings import settings
from thidua.kernel.errors import NotFoundError

_IS_BLANK = "SELECT to_regclass('person') IS NULL"
_HAS_CONTENT = "SELECT EXISTS (SELECT FROM person) OR EXISTS (SELECT FROM activity)"
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'thidua'
"""
# Who was erased since the backup was made must not come back with it; who has no home was taken back.
_ERASED = """
SELECT id FROM person p WHERE NOT EXISTS (SELECT FROM person_profile f WHERE f.person = p.id)
    AND EXISTS (SELECT FROM person_home h WHERE h.person = p.id)
"""
_BLOCK = "SELECT encode(hash, 'hex') FROM ledger_seal WHERE block = $1"


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Even where there are people; what is there is kept, renamed.")
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line opens the keys; without it they stay in the backup.",
)
def command(file: Path, passphrase_file: Path | None, *, force: bool) -> None:
    """Restore FILE into an instance that is stopped and empty; ends with 1 if anything in it differs."""
    passphrase = passphrase_in(passphrase_file)
    with servers_at_hand(settings(), may_run=False) as servers, archive.opened(file) as (folder, manifest):
        _refuse_newer(manifest)
        if passphrase and (folder / KEYS).exists():
            put_keys(settings().data_dir / "keys", unboxed((folder / KEYS).read_bytes(), passphrase))
        told = asyncio.run(
            _Restoring(servers.database_url, folder / DUMP, manifest).run(force=force, at=now())
        )
    click.echo(told)


def _refuse_newer(manifest: Manifest) -> None:
    unknown = sorted(set(manifest.migrations) - set(known_migrations()))
    if unknown:
        raise StartError(
            f"The backup is of a newer thidua ({manifest.thidua}): {unknown[0]} is not known here."
        )


class _Restoring:
    """One restore: beside what is there, then in its place."""

    def __init__(self, url: str, file: Path, manifest: Manifest) -> None:
        self._url, self._file, self._manifest = url, file, manifest
        self._name = urlsplit(url).path.lstrip("/")
        self._erased: list[UUID] = []

    async def run(self, *, force: bool, at: datetime) -> str:
        is_blank, has_content = await self._look(force=force)
        target = self._name if is_blank else f"{self._name}_restoring"
        if not is_blank:
            await self._on_the_server(f'DROP DATABASE IF EXISTS "{target}"')
            await self._on_the_server(f'CREATE DATABASE "{target}" TEMPLATE template0')
        await self._fill(target)
        await self._prove(at)
        await self._erase_again(at)
        kept = "" if is_blank else await self._swap(target, has_content=has_content, at=at)
        counts = self._manifest.counts
        return f"{counts['person']:,} people, {counts['ledger_entry']:,} entries, 0 differences{kept}"

    async def _look(self, *, force: bool) -> tuple[bool, bool]:
        owner = await owner_connection()
        try:
            if await owner.fetchval(_OTHERS):
                raise StartError(
                    "Processes of thidua are connected: stop `thidua serve` and `thidua work` first."
                )
            if await owner.fetchval(_IS_BLANK):
                return True, False
            has_content = bool(await owner.fetchval(_HAS_CONTENT))
            if has_content and not force:
                raise StartError(
                    "There is something here already. With --force it is kept under another name."
                )
            self._erased = [row["id"] for row in await owner.fetch(_ERASED)]
            return False, has_content
        finally:
            await owner.close()

    async def _fill(self, target: str) -> None:
        url = _with_name(self._url, target)
        point_at(url)
        owner = await owner_connection()
        try:
            major = owner.get_server_version().major
            await asyncio.to_thread(dump.restore, url, self._file, major=major)
            await owner.execute("ANALYZE")
        finally:
            await owner.close()
        await migrate()  # what is newer than the backup, and the rights

    async def _erase_again(self, at: datetime) -> None:
        owner = await owner_connection()
        try:
            async with owner.transaction():
                for person in self._erased:
                    with suppress(NotFoundError):  # the backup does not hold them
                        await erase_person(owner, person, because="restored", at=at)
        finally:
            await owner.close()

    async def _prove(self, at: datetime) -> None:
        owner = await owner_connection()
        try:
            for table in COUNTED:
                found = await owner.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 -- our own tables
                if found != self._manifest.counts[table]:
                    raise StartError(f"{table}: {found} rows, {self._manifest.counts[table]} in the backup.")
            block = await owner.fetchval(_BLOCK, self._manifest.block)
            if (block or "") != self._manifest.block_hash:
                raise StartError("The last block is not the one in the backup.")
        finally:
            await owner.close()
        key = known_ledger_key(settings().data_dir)
        findings = await verify(at=at, public=key.public if key else None)
        if findings.differences:
            named = "\n".join(one.text for one in findings.named)
            raise StartError(
                f"The backup holds {findings.differences} differences, nothing was changed:\n{named}"
            )

    async def _swap(self, target: str, *, has_content: bool, at: datetime) -> str:
        before = f"{self._name}_before_{at:%Y%m%d%H%M%S}"
        await self._on_the_server(f'ALTER DATABASE "{self._name}" RENAME TO "{before}"')
        await self._on_the_server(f'ALTER DATABASE "{target}" RENAME TO "{self._name}"')
        if has_content:
            return f"; what was here is the database {before}"
        await self._on_the_server(f'DROP DATABASE "{before}"')
        return ""

    async def _on_the_server(self, statement: str) -> None:
        direct = await asyncpg.connect(_with_name(self._url, "postgres"))
        try:
            await direct.execute(statement)
        finally:
            await direct.close()


def _with_name(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(name)}"))
