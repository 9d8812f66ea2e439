"""Checks signatures: of tokens, and of proofs within a document."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from pyld.jsonld import JsonLdError

from thidua.badges.credentials import data_integrity, jwt
from thidua.badges.credentials.did import AnyKey, key_of_jwk, multikey
from thidua.badges.credentials.reading import Shown
from thidua.badges.credentials.same_view import demand_same_view
from thidua.badges.credentials.verdict import Reason, RefusedError

_PROOFS_MAX = 4
_SEEN_MAX = 10_000
_seen: dict[bytes, None] = {}
_remembering = Lock()
_KINDS: dict[str, type[AnyKey]] = {"ES256": EllipticCurvePublicKey, "RS256": RSAPublicKey}
_SHARED = frozenset({"HS256", "HS384", "HS512"})


def demand_addressed(shown: Shown, issuer: str) -> None:
    """Refuse what cannot be the issuer's, before anybody is asked for keys."""
    if not issuer.startswith("did:"):
        raise RefusedError(Reason.ISSUER_UNKNOWN)
    if shown.token is not None:
        _demand_algorithm(shown.header or {})
        kid = (shown.header or {}).get("kid")
        _demand_own(kid if isinstance(kid, str) else issuer, issuer)
        return
    proofs = proofs_of(shown.credential.get("proof"))
    if not proofs:
        raise RefusedError(Reason.UNSIGNED)
    for proof in proofs:
        method = proof.get("verificationMethod")
        if not isinstance(method, str):
            raise RefusedError(Reason.PROOF_UNKNOWN)
        _demand_own(method, issuer)


def demand_token(shown: Shown, keys: Mapping[str, AnyKey], issuer: str) -> None:
    """Refuse a token that the issuer did not sign, or whose claims say another thing than the credential."""
    header = shown.header or {}
    kind = _KINDS[str(header["alg"])]
    candidates = [key for key in _named(header, keys, issuer) if isinstance(key, kind)]
    if not candidates:
        raise RefusedError(Reason.WRONG_KEY)
    if not any(jwt.is_signed(shown.token or "", key) for key in candidates):
        raise RefusedError(Reason.TAMPERED)
    _demand_claims(shown.credential, issuer)


def demand_proofs(
    document: Mapping[str, Any], told: object, keys: Mapping[str, AnyKey], *, at: datetime
) -> None:
    """Refuse a document with a proof that fails, or with none that we know."""
    proofs = [one for one in proofs_of(told) if _is_known(one)]
    if not proofs:
        raise RefusedError(Reason.PROOF_UNKNOWN)
    used = [_key_of(proof, keys) for proof in proofs]
    name = _name(document, proofs, used)
    if name not in _seen:
        for proof, key in zip(proofs, used, strict=True):
            _demand_proof(document, proof, key)
        _demand_one_reading(document, proofs)
        _remember(name)
    if any(_is_over(proof, at) for proof in proofs):
        raise RefusedError(Reason.EXPIRED)


def proofs_of(told: object) -> list[dict[str, Any]]:
    """The proofs, however many there are; one that is no object is refused."""
    found: list[Any] = told if isinstance(told, list) else [] if told is None else [told]
    if len(found) > _PROOFS_MAX or not all(isinstance(one, dict) for one in found):
        raise RefusedError(Reason.PROOF_UNKNOWN)
    return found


def _demand_algorithm(header: Mapping[str, Any]) -> None:
    alg = header.get("alg")
    if not isinstance(alg, str) or alg.lower() == "none":
        raise RefusedError(Reason.ALG_NONE)
    if alg in _SHARED:
        raise RefusedError(Reason.ALG_SHARED)
    if alg not in _KINDS or "crit" in header or "b64" in header:
        raise RefusedError(Reason.PROOF_UNKNOWN)


def _demand_own(method: str, issuer: str) -> None:
    """A key is named by whose it is, or by a fragment alone."""
    owner, _, _ = method.partition("#")
    if owner not in {"", issuer}:
        raise RefusedError(Reason.WRONG_ISSUER)


def _named(header: Mapping[str, Any], keys: Mapping[str, AnyKey], issuer: str) -> list[AnyKey]:
    """The keys of the issuer that the header names: by their id, by themselves, or all."""
    kid, jwk = header.get("kid"), header.get("jwk")
    found = list(keys.values())
    if isinstance(kid, str) and "#" in kid:
        key = keys.get(issuer + kid if kid.startswith("#") else kid)
        found = [] if key is None else [key]
    if jwk is not None:
        try:
            shown = key_of_jwk(jwk) if isinstance(jwk, dict) else None
        except ValueError:
            shown = None
        found = [key for key in found if key == shown]
    return found


def _demand_claims(payload: Mapping[str, Any], issuer: str) -> None:
    if payload.get("iss", issuer) != issuer:
        raise RefusedError(Reason.WRONG_ISSUER)
    subject = payload["credentialSubject"].get("id")
    is_same = (
        payload.get("jti", payload.get("id")) == payload.get("id") and payload.get("sub", subject) == subject
    )
    if (
        not is_same
        or not _is_moment(payload, "nbf", "validFrom")
        or not _is_moment(payload, "exp", "validUntil")
    ):
        raise RefusedError(Reason.CLAIMS_DIFFER)


def _is_moment(payload: Mapping[str, Any], claim: str, name: str) -> bool:
    """Whether the claim, if there is one, is the moment in the credential."""
    if claim not in payload:
        return True
    told, moment = payload[claim], payload.get(name)
    return (
        type(told) is int
        and isinstance(moment, str)
        and int(datetime.fromisoformat(moment).timestamp()) == told
    )


def _is_known(proof: Mapping[str, Any]) -> bool:
    return proof.get("type") == "DataIntegrityProof" and proof.get("cryptosuite") == data_integrity.SUITE


def _key_of(proof: Mapping[str, Any], keys: Mapping[str, AnyKey]) -> Ed25519PublicKey:
    """The key of the issuer that a proof names and may use."""
    method = proof["verificationMethod"]
    # A did:key is its one key; some name it without the fragment.
    key = keys.get(f"{method}#{method.removeprefix('did:key:')}" if "#" not in method else method)
    if proof.get("proofPurpose") != "assertionMethod":
        raise RefusedError(Reason.UNSIGNED)
    if not isinstance(key, Ed25519PublicKey):
        raise RefusedError(Reason.WRONG_KEY)
    if "previousProof" in proof or "@context" in proof:
        raise RefusedError(Reason.PROOF_UNKNOWN)
    return key


def _demand_proof(document: Mapping[str, Any], proof: Mapping[str, Any], key: Ed25519PublicKey) -> None:
    try:
        if not data_integrity.is_signed(document, proof, key):
            raise RefusedError(Reason.TAMPERED)
    except JsonLdError:
        raise RefusedError(Reason.AMBIGUOUS) from None


def _demand_one_reading(document: Mapping[str, Any], proofs: Sequence[Mapping[str, Any]]) -> None:
    try:
        demand_same_view(document)
        for proof in proofs:
            rest = {name: value for name, value in proof.items() if name != "proofValue"}
            demand_same_view({"@context": document["@context"], **rest})
    except JsonLdError:
        raise RefusedError(Reason.AMBIGUOUS) from None


def _name(
    document: Mapping[str, Any], proofs: Sequence[Mapping[str, Any]], used: Sequence[Ed25519PublicKey]
) -> bytes:
    """What stands for a document, its proofs and the keys that they were held against."""
    told = json.dumps([document, proofs, [multikey(key) for key in used]])
    return sha256(told.encode("utf-8", "surrogatepass")).digest()


def _remember(name: bytes) -> None:
    """Keep what was found genuine: that never changes, and finding it takes a core for 20 ms."""
    with _remembering:
        _seen[name] = None
        while len(_seen) > _SEEN_MAX:
            del _seen[next(iter(_seen))]


def _is_over(proof: Mapping[str, Any], at: datetime) -> bool:
    told = proof.get("expires")
    try:
        return told is not None and at >= datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return True
