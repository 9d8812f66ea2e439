"""Signed roots as they are published: one JSON object a day, to keep and to hold against us later."""

from datetime import date

import msgspec

from thidua.infra.keys import SigningKey
from thidua.kernel.errors import DomainError
from thidua.ledger.seal import DayRoot, SignedRoot


class NotARootError(DomainError):
    """What was given is not a published root."""

    code = "not_a_root"


class PublishedRoot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signed root on its own: bytes stand as hexadecimal digits, `key` is the public key."""

    day: date
    block: int
    root: str
    signature: str
    key: str

    @property
    def told(self) -> DayRoot:
        """What was signed."""
        return DayRoot(self.day, self.block, bytes.fromhex(self.root))


def published(root: SignedRoot, key: SigningKey) -> PublishedRoot:
    """Return the root as it is published, with the key that signed it."""
    assert root.key_id == key.key_id, "another key signed this root"
    told = root.told
    return PublishedRoot(told.day, told.block, told.root.hex(), root.signature.hex(), key.public.hex())


def read_published(text: bytes) -> PublishedRoot:
    """Return the published root that the text holds, or raise NotARootError."""
    try:
        found = msgspec.json.decode(text, type=PublishedRoot)
        for digits in (found.root, found.signature, found.key):
            bytes.fromhex(digits)
    except ValueError as error:
        raise NotARootError(str(error)) from error
    return found
