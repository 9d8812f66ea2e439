"""Credentials as JSON Web Tokens (VC-JWT): the credential is the payload, signed with ES256."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from thidua.badges.credentials.did import AnyKey, public_jwk

# 1EdTech's validator takes these two and no other; nor do we.
ALGORITHMS = ("ES256", "RS256")
_PARTS = 3


def signed_jwt(credential: Mapping[str, Any], key: EllipticCurvePrivateKey, *, did: str) -> str:
    """The credential as a compact JWS."""
    jwk = public_jwk(did, key.public_key())
    header = {
        "alg": "ES256",
        "typ": "JWT",
        "kid": jwk["kid"],
        "jwk": {one: jwk[one] for one in ("kty", "crv", "x", "y")},
    }
    payload = json.dumps({**credential, **_claims(credential)}, ensure_ascii=False, separators=(",", ":"))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return jws.serialize_compact(header, payload.encode(), ECKey.import_key(pem), algorithms=["ES256"])


def _claims(credential: Mapping[str, Any]) -> dict[str, Any]:
    issuer = credential["issuer"]
    told = {
        "iss": issuer["id"] if isinstance(issuer, dict) else issuer,
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": _seconds(credential["validFrom"]),
    }
    if "validUntil" in credential:
        told["exp"] = _seconds(credential["validUntil"])
    return told


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def parts_of(token: str) -> tuple[bytes, bytes] | None:
    """Header and payload, unverified; None if this is no compact JWS."""
    parts = token.split(".")
    if len(parts) != _PARTS:
        return None
    try:
        header, payload, _ = (_decoded(one) for one in parts)
    except ValueError:
        return None
    return header, payload


def is_signed(token: str, key: AnyKey) -> bool:
    """Whether the owner of the key signed the token, by the algorithm that belongs to the kind of key."""
    kind, alg = (RSAKey, "RS256") if isinstance(key, RSAPublicKey) else (ECKey, "ES256")
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        jws.deserialize_compact(token, kind.import_key(pem), algorithms=[alg])
    except (JoseError, ValueError, TypeError):
        return False
    return True


def _decoded(part: str) -> bytes:
    """The bytes of a part; another way to write the same bytes is refused."""
    try:
        content = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (Error, ValueError) as error:
        raise ValueError("base64url") from error
    if urlsafe_b64encode(content).rstrip(b"=").decode() != part:
        raise ValueError("base64url")
    return content
