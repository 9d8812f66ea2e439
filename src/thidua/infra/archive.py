"""A backup as one file: a tar with the dump, the boxed keys, and a manifest that says what must be in it."""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from thidua.infra.errors import StartError

MANIFEST, DUMP, KEYS = "manifest.json", "database.dump", "keys.box"
_FORMAT = 1


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds, and what must be found after it was restored."""

    format: int = _FORMAT
    made_at: str
    thidua: str
    postgres: str
    migrations: list[str]
    counts: dict[str, int]
    # The last sealed block: its hash binds every entry before it.
    block: int
    block_hash: str
    sha256: dict[str, str] = {}


def write(dest: Path, folder: Path, manifest: Manifest) -> None:
    """Make the backup of what lies in the folder, in one step: a file cut short is never found."""
    files = [name for name in (DUMP, KEYS) if (folder / name).exists()]
    told = msgspec.structs.replace(manifest, sha256={name: _digest(folder / name) for name in files})
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=2))
    fresh = dest.with_name(f"{dest.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        with tarfile.open(fileobj=written, mode="w") as tar:
            for name in (MANIFEST, *files):
                tar.add(folder / name, arcname=name)
        written.flush()
        os.fsync(written.fileno())
    fresh.rename(dest)


@contextmanager
def opened(file: Path) -> Iterator[tuple[Path, Manifest]]:
    """The backup's content in a folder that is removed afterwards; every file is as it was written."""
    with TemporaryDirectory(prefix="thidua-restore-", dir=file.parent) as held:
        folder = Path(held)
        try:
            with tarfile.open(file) as tar:
                _take_out(tar, folder)
            manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        except (tarfile.TarError, FileNotFoundError, msgspec.MsgspecError, EOFError) as error:
            raise StartError(f"{file} is not a backup of thidua: {error}") from error
        _refuse_changed(file, folder, manifest.sha256)
        yield folder, manifest


def _take_out(tar: tarfile.TarFile, folder: Path) -> None:
    for member in tar:
        if member.name in {MANIFEST, DUMP, KEYS} and member.isfile():
            content = tar.extractfile(member)
            assert content is not None, "a file can be read"
            with (folder / member.name).open("wb") as written:
                shutil.copyfileobj(content, written)


def _refuse_changed(file: Path, folder: Path, digests: Mapping[str, str]) -> None:
    if DUMP not in digests:
        raise StartError(f"{file} holds no database.")
    for name, digest in digests.items():
        if not (folder / name).exists() or _digest(folder / name) != digest:
            raise StartError(f"{file} is damaged: {name} is not what was written.")


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
