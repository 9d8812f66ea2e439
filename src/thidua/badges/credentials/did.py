"""DIDs: the document that names our keys, and the keys that documents of others name."""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

from thidua.badges.credentials.base58 import base58, unbase58
from thidua.badges.credentials.contexts import MULTIKEY
from thidua.badges.credentials.keys import IssuerKeys, PublicKey, key_id

# RSA signs only what others issue.
AnyKey = EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey
_DID = "https://www.w3.org/ns/did/v1"
_JWK_CONTEXT = "https://w3id.org/security/jwk/v1"
_ED25519_MARK, _P256_MARK = b"\xed\x01", b"\x80\x24"
_METHODS_MAX = 64
_RSA_BITS_MIN, _RSA_BITS_MAX = 2048, 8192


def did_document(did: str, keys: IssuerKeys) -> dict[str, Any]:
    """The document of the issuer: today's keys and all that signed before."""
    methods = [_method(did, key) for key in keys.public]
    return {
        "@context": [_DID, MULTIKEY, _JWK_CONTEXT],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [one["id"] for one in methods],
    }


def jwks(did: str, keys: IssuerKeys) -> dict[str, Any]:
    """The same keys as a JSON Web Key Set."""
    return {"keys": [public_jwk(did, key) for key in keys.public]}


def public_jwk(did: str, key: PublicKey) -> dict[str, Any]:
    """A key of ours as JWK, named by its address in the DID document."""
    kept = ECKey if isinstance(key, EllipticCurvePublicKey) else OKPKey
    told = dict(kept.import_key(_pem(key)).as_dict(private=False))
    alg = "ES256" if isinstance(key, EllipticCurvePublicKey) else "EdDSA"
    return {name: told[name] for name in ("kty", "crv", "x", "y") if name in told} | {
        "kid": f"{did}#{key_id(key)}",
        "alg": alg,
        "use": "sig",
    }


def _method(did: str, key: PublicKey) -> dict[str, Any]:
    told = {"id": f"{did}#{key_id(key)}", "controller": did}
    if isinstance(key, Ed25519PublicKey):
        return {**told, "type": "Multikey", "publicKeyMultibase": multikey(key)}
    jwk = public_jwk(did, key)
    return {
        **told,
        "type": "JsonWebKey",
        "publicKeyJwk": {name: jwk[name] for name in ("kty", "crv", "x", "y")},
    }


def keys_in(document: Mapping[str, Any], did: str) -> dict[str, AnyKey]:
    """The keys by which the owner of a DID document asserts things; those we cannot read are left out."""
    if document.get("id") != did:
        return {}
    methods = [one for one in _several(document.get("verificationMethod")) if isinstance(one, dict)]
    asserted = _several(document.get("assertionMethod"))
    embedded = [one for one in asserted if isinstance(one, dict)]
    named = {_absolute(one, did) for one in asserted if isinstance(one, str)}
    chosen = embedded + [one for one in methods if _absolute(one.get("id"), did) in named]
    found = {
        _absolute(one.get("id"), did): key_of_method(one) for one in chosen if one.get("controller") == did
    }
    return {name: key for name, key in found.items() if key is not None}


def key_of_method(method: Mapping[str, Any]) -> AnyKey | None:
    """The key that a verification method holds, if we know its kind."""
    jwk, letters = method.get("publicKeyJwk"), method.get("publicKeyMultibase")
    try:
        if isinstance(jwk, dict):
            return key_of_jwk(jwk)
        return key_of_multikey(letters) if isinstance(letters, str) else None
    except ValueError:
        return None


def key_of_did_key(did: str) -> AnyKey:
    """The key that a did:key is; a ValueError says that we do not know its kind."""
    return key_of_multikey(did.removeprefix("did:key:").partition("#")[0])


def key_of_jwk(jwk: Mapping[str, Any]) -> AnyKey:
    """The public key of a JWK; P-256, Ed25519 or RSA of a sound size, else a ValueError."""
    try:
        key = import_key(
            {name: value for name, value in jwk.items() if name in {"kty", "crv", "x", "y", "n", "e"}}
        )
    except (JoseError, TypeError, KeyError, AttributeError) as error:
        raise ValueError("jwk") from error
    if not isinstance(key, ECKey | OKPKey | RSAKey):
        raise ValueError("jwk")  # noqa: TRY004 -- one error for all that is no key
    return _sound(key.public_key)


def _sound(key: object) -> AnyKey:
    match key:
        case EllipticCurvePublicKey(curve=SECP256R1()) | Ed25519PublicKey():
            return key
        case RSAPublicKey(key_size=size) if _RSA_BITS_MIN <= size <= _RSA_BITS_MAX:
            return key
        case _:
            raise ValueError("kind of key")


def multikey(key: PublicKey) -> str:
    """The key as `publicKeyMultibase` writes it."""
    if isinstance(key, Ed25519PublicKey):
        return "z" + base58(_ED25519_MARK + key.public_bytes(Encoding.Raw, PublicFormat.Raw))
    return "z" + base58(_P256_MARK + key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))


def key_of_multikey(letters: str) -> PublicKey:
    """The key that the letters stand for; a ValueError if they stand for none we know."""
    if not letters.startswith("z") or len(letters) > 120:  # noqa: PLR2004 -- far longer than any key of ours
        raise ValueError("multikey")
    content = unbase58(letters[1:])
    if content.startswith(_ED25519_MARK):
        return Ed25519PublicKey.from_public_bytes(content[len(_ED25519_MARK) :])
    if content.startswith(_P256_MARK):
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), content[len(_P256_MARK) :])
    raise ValueError("multikey")


def _pem(key: PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _several(told: object) -> list[Any]:
    return told[:_METHODS_MAX] if isinstance(told, list) else []


def _absolute(name: object, did: str) -> str:
    text = name if isinstance(name, str) else ""
    return did + text if text.startswith("#") else text
