"""The Merkle root of a block: one hash that changes when any entry, or their order, changes (RFC 6962)."""

from collections.abc import Sequence
from hashlib import sha256

_LEAF, _NODE = b"\x00", b"\x01"


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over the hashes as leaves, at least one, in the order given."""
    level = [sha256(_LEAF + one).digest() for one in hashes]
    while len(level) > 1:
        # A node without a neighbour rises as it is: the same tree that RFC 6962 cuts from the top.
        alone = level[-1:] if len(level) % 2 else []
        level = [
            sha256(_NODE + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ] + alone
    return level[0]
