"""The Merkle root of a block."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from thidua.ledger.merkle import root_of

_HASHES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)


def _by_the_standard(hashes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word by word."""
    if len(hashes) == 1:
        return sha256(b"\x00" + hashes[0]).digest()
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return sha256(b"\x01" + _by_the_standard(hashes[:half]) + _by_the_standard(hashes[half:])).digest()


@given(_HASHES)
def test_the_root_is_the_one_of_rfc_6962(hashes: list[bytes]) -> None:
    root = root_of(hashes)

    assert root == _by_the_standard(hashes)


@given(_HASHES, st.data())
def test_another_leaf_gives_another_root(hashes: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(hashes) - 1))
    other = [
        *hashes[:place],
        bytes(32) if hashes[place] != bytes(32) else bytes([1] * 32),
        *hashes[place + 1 :],
    ]

    assert root_of(other) != root_of(hashes)
