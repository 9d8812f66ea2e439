"""The issuer's two keys, files that only we may read; by what it signed before stays known."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey
PublicKey = EllipticCurvePublicKey | Ed25519PublicKey
_P256, _ED25519 = "badges-p256.pem", "badges-ed25519.pem"
_OLD = "badges-old-*.pub.pem"
_SUBJECTS = "badges-subjects.key"
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """The pair that signs now, and the public halves of all that signed before."""

    p256: EllipticCurvePrivateKey
    ed25519: Ed25519PrivateKey
    old: tuple[PublicKey, ...]
    subjects_secret: bytes  # makes ids of subjects that lead to nobody

    @property
    def public(self) -> tuple[PublicKey, ...]:
        """Every key by which a credential of ours may be signed, today's first."""
        return (self.p256.public_key(), self.ed25519.public_key(), *self.old)


def key_id(key: PublicKey) -> str:
    """The name of a key within our documents: its kind and fingerprint."""
    kind = "ed25519" if isinstance(key, Ed25519PublicKey) else "p256"
    return f"{kind}-{sha256(_public_bytes(key)).hexdigest()[:16]}"


def issuer_keys(data_dir: Path) -> IssuerKeys:
    """The keys, made on first need by whichever process comes first; a rotation is seen at the next call."""
    folder = data_dir / "keys"
    names = (_P256, _ED25519, _SUBJECTS)
    if not all((folder / name).exists() for name in names):
        _make_missing(folder)
    seen = sorted((file.name, file.stat().st_mtime_ns) for file in folder.glob("badges-*"))
    return _read(folder, tuple(seen))


def rotate(data_dir: Path) -> IssuerKeys:
    """Sign with new keys from now on; of the old ones only the public halves are kept."""
    issuer_keys(data_dir)  # there are some, so that reading them takes no lock
    folder = data_dir / "keys"
    with _locked(folder):
        before = issuer_keys(data_dir)
        for key in (before.p256.public_key(), before.ed25519.public_key()):
            text = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            _write(folder / f"badges-old-{key_id(key)}.pub.pem", text)
        _write(folder / _P256, _private_text(generate_private_key(SECP256R1())))
        _write(folder / _ED25519, _private_text(Ed25519PrivateKey.generate()))
    return issuer_keys(data_dir)


def forget(data_dir: Path, name: str) -> bool:
    """Whether there was such an old key; from now on nothing that it signed is ours."""
    folder = data_dir / "keys"
    with _locked(folder):
        file = next((one for one in folder.glob(_OLD) if one.name == f"badges-old-{name}.pub.pem"), None)
        if file is not None:
            file.unlink()
    return file is not None


def _make_missing(folder: Path) -> None:
    with _locked(folder):
        if not (folder / _P256).exists():
            _write(folder / _P256, _private_text(generate_private_key(SECP256R1())))
        if not (folder / _ED25519).exists():
            _write(folder / _ED25519, _private_text(Ed25519PrivateKey.generate()))
        if not (folder / _SUBJECTS).exists():
            _write(folder / _SUBJECTS, os.urandom(_SECRET_BYTES).hex().encode())


@lru_cache(maxsize=2)
def _read(folder: Path, _seen: tuple[tuple[str, int], ...]) -> IssuerKeys:
    p256 = load_pem_private_key((folder / _P256).read_bytes(), password=None)
    ed25519 = load_pem_private_key((folder / _ED25519).read_bytes(), password=None)
    assert isinstance(p256, EllipticCurvePrivateKey), f"{_P256} holds another kind of key"
    assert isinstance(ed25519, Ed25519PrivateKey), f"{_ED25519} holds another kind of key"
    secret = bytes.fromhex((folder / _SUBJECTS).read_text())
    return IssuerKeys(p256, ed25519, tuple(_old(folder)), secret)


def _old(folder: Path) -> Iterator[PublicKey]:
    for file in sorted(folder.glob(_OLD)):
        key = load_pem_public_key(file.read_bytes())
        assert isinstance(key, EllipticCurvePublicKey | Ed25519PublicKey), f"{file.name}: another kind of key"
        yield key


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(file: Path, content: bytes) -> None:
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    fresh.rename(file)


def _private_text(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public_bytes(key: PublicKey) -> bytes:
    if isinstance(key, Ed25519PublicKey):
        return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
