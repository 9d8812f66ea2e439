"""The instance's keys in a box that opens with a passphrase only, as they may lie in a backup."""

import io
import os
import tarfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from thidua.infra.errors import StartError

_MARK = b"thidua-keys-1\n"
_SALT_BYTES, _NONCE_BYTES = 16, 12
# 128 MiB and about half a second for each guess.
_COST, _BLOCK, _LANES = 1 << 17, 8, 1


def boxed(folder: Path, passphrase: str) -> bytes | None:
    """The key files of the folder, encrypted; None when there are none."""
    files = _key_files(folder)
    if not files:
        return None
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        for file in files:
            tar.add(file, arcname=file.name)
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, held.getvalue(), _MARK)
    return _MARK + salt + nonce + sealed


def unboxed(box: bytes, passphrase: str) -> dict[str, bytes]:
    """The key files by name; a wrong passphrase, or a box somebody changed, is refused."""
    start = len(_MARK)
    salt, nonce = box[start : start + _SALT_BYTES], box[start + _SALT_BYTES :][:_NONCE_BYTES]
    sealed = box[start + _SALT_BYTES + _NONCE_BYTES :]
    try:
        held = AESGCM(_key(passphrase, salt)).decrypt(nonce, sealed, _MARK)
    except InvalidTag as error:
        raise StartError("The keys cannot be opened: another passphrase, or the file was changed.") from error
    with tarfile.open(fileobj=io.BytesIO(held)) as tar:
        return {one.name: _content(tar, one) for one in tar if one.isfile() and "/" not in one.name}


def put_keys(folder: Path, keys: dict[str, bytes]) -> None:
    """Write key files that only we may read; one that is there already and differs is refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in keys.items():
        file = folder / name
        if file.exists() and file.read_bytes() != content:
            raise StartError(f"{file} is another key: move it away first.")
    for name, content in keys.items():
        fresh = folder / f"{name}.new"
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            written.write(content)
        fresh.rename(folder / name)


def _key_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*") if file.is_file() and not file.name.startswith("."))


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    opened = tar.extractfile(member)
    assert opened is not None, "a file can be read"
    return opened.read()


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=_BLOCK, p=_LANES).derive(passphrase.encode())
