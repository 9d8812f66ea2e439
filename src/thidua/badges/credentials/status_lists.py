"""Bitstring status lists: one bit for each credential, packed; who asks for a list learns nothing of whom."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from gzip import compress
from typing import Any

from thidua.badges.credentials.contexts import CREDENTIALS
from thidua.badges.credentials.document import Issuer, moment

BITS = 131_072
# Sixteen times what the specification asks for at least; beyond it a list is a bomb.
_BYTES_MAX = 2 * 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class ListFaultError(Exception):
    """A list that cannot be read."""


def list_credential(issuer: Issuer, number: int, revoked: Iterable[int], *, at: datetime) -> dict[str, Any]:
    """The unsigned credential that says which of a list's credentials are revoked."""
    address = issuer.place.status_list(number)
    return {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.place.did,
        "validFrom": moment(at),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(revoked),
        },
    }


def encoded(revoked: Iterable[int]) -> str:
    """The list with these bits set, the first bit leftmost."""
    bits = bytearray(BITS // 8)
    for index in revoked:
        bits[index // 8] |= 0x80 >> index % 8
    return "u" + urlsafe_b64encode(compress(bytes(bits), mtime=0)).rstrip(b"=").decode()


def is_set(letters: str, index: int) -> bool:
    """Whether the bit is set in an encoded list, ours or foreign."""
    bits = _decoded(letters)
    if not 0 <= index < len(bits) * 8:
        raise ListFaultError("index")
    return bool(bits[index // 8] & 0x80 >> index % 8)


def _decoded(letters: str) -> bytes:
    if not letters.startswith("u"):
        raise ListFaultError("multibase")
    try:
        packed = urlsafe_b64decode(letters[1:] + "=" * (-(len(letters) - 1) % 4))
        unpacking = zlib.decompressobj(_GZIP)
        bits = unpacking.decompress(packed, _BYTES_MAX)
    except (ValueError, zlib.error) as error:
        raise ListFaultError("gzip") from error
    if not unpacking.eof or len(bits) * 8 < BITS:
        raise ListFaultError("length")
    return bits
