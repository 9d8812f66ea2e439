"""Signing keys: files in the data directory that only we may read, each made when it is first needed."""

import fcntl
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

_LEDGER = "ledger-ed25519.pem"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key that signs in our name."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The 32 bytes that anyone may know."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def key_id(self) -> str:
        """The fingerprint by which the key is named."""
        return key_id_of(self.public)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of the message."""
        return self.private.sign(message)


def key_id_of(public: bytes) -> str:
    """Return the fingerprint of a public key."""
    return sha256(public).hexdigest()[:32]


def is_signed(message: bytes, signature: bytes, *, public: bytes) -> bool:
    """Whether the owner of the public key signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def ledger_key(data_dir: Path) -> SigningKey:
    """Return the key that signs the ledger's roots, made on first need by whichever process comes first."""
    folder = data_dir / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return known_ledger_key(data_dir) or _made(folder / _LEDGER)


def known_ledger_key(data_dir: Path) -> SigningKey | None:
    """Return the key that signs the ledger's roots, if this instance has one."""
    try:
        text = (data_dir / "keys" / _LEDGER).read_bytes()
    except FileNotFoundError:
        return None
    private = load_pem_private_key(text, password=None)
    assert isinstance(private, Ed25519PrivateKey), f"{_LEDGER} holds another kind of key"
    return SigningKey(private)


def _made(file: Path) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as written:
        written.write(text)
        written.flush()
        os.fsync(written.fileno())
    fresh.rename(file)
    return SigningKey(private)
