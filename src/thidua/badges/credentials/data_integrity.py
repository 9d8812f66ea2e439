"""Embedded proofs, `eddsa-rdfc-2022`: an Ed25519 signature of what the document states."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from thidua.badges.credentials.base58 import base58, unbase58
from thidua.badges.credentials.canonical import hash_of
from thidua.badges.credentials.document import moment

SUITE = "eddsa-rdfc-2022"
_SIGNATURE_BYTES = 64
_SIGNATURE_LETTERS_MAX = 100


def with_proof(
    document: Mapping[str, Any], key: Ed25519PrivateKey, *, method: str, at: datetime
) -> dict[str, Any]:
    """The document with a proof by the key, which `method` names."""
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": moment(at),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    signature = key.sign(_signed(document, proof))
    return {**document, "proof": {**proof, "proofValue": "z" + base58(signature)}}


def is_signed(document: Mapping[str, Any], proof: Mapping[str, Any], key: Ed25519PublicKey) -> bool:
    """Whether the owner of the key made this proof of this document, which stands here without proofs."""
    letters = proof.get("proofValue")
    if not isinstance(letters, str) or not letters.startswith("z") or len(letters) > _SIGNATURE_LETTERS_MAX:
        return False
    told = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        signature = unbase58(letters[1:])
        if len(signature) != _SIGNATURE_BYTES:
            return False
        key.verify(signature, _signed(document, told))
    except (InvalidSignature, ValueError):
        return False
    return True


def _signed(document: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    return hash_of({**proof, "@context": document["@context"]}) + hash_of(document)
