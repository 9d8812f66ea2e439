"""Verifiers that others wrote accept our badges, refuse what was tampered with, and see what is revoked."""

import json
import shutil
import subprocess
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from openbadgeslib.ob3.ldp import add_data_integrity_proof
from openbadgeslib.verify import verify_badge
from openvc.did.base import DidResolverRegistry
from openvc.did.did_web import DidWebResolver
from openvc.errors import OpenvcError
from openvc.keys import Ed25519SigningKey
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.resolvers import default_status_list_resolver
from openvc.verify import verify_credential
from typing_extensions import override

from tests.badges.credential_builders import (
    ISSUER,
    PLACE,
    a_list,
    an_award,
    document,
    judged,
    keys,
    proved,
    strangers,
    token,
)
from thidua.badges.baking import bake_png, bake_svg
from thidua.badges.catalogue import catalogue
from thidua.badges.credentials.contexts import VENDORED, load
from thidua.badges.credentials.did import AnyKey, did_document, jwks, key_of_jwk, multikey
from thidua.badges.credentials.sources import Foreign
from thidua.badges.credentials.status_lists import list_credential
from thidua.badges.credentials.verdict import Reason
from thidua.badges.pictures import picture
from thidua.infra.clock import now

BUILT = Path(__file__).parents[2] / "build" / "verifiers"
FORMS = ["json in png", "json in svg", "token in png", "token in svg"]
pytestmark = [pytest.mark.long, pytest.mark.timeout(180)]
_ISSUER = json.dumps(did_document(PLACE.did, keys())).encode()


@cache
def _texts() -> dict[str, tuple[bytes, bytes]]:
    """Credentials with a proof, and as tokens, by what is the matter with them."""
    day = timedelta(days=1)
    good = document(an_award(awarded_at=now() - day))
    revoked = document(an_award(list_index=70_000, awarded_at=now() - day))
    expired = document(an_award(awarded_at=now() - 9 * day, expires_at=now() - day))
    text, (head, payload, signature) = proved(good), token(good).split(b".")
    return {
        "good": (text, token(good)),
        "tampered": (
            text.replace("Đại sứ số".encode(), "Đại sứ xx".encode()),
            b".".join([head, payload[:-9] + b"A" + payload[-8:], signature]),
        ),
        "revoked": (proved(revoked), token(revoked)),
        "expired": (proved(expired), token(expired)),
        "stranger": (proved(good, strangers()), token(good, strangers())),
    }


def _baked(texts: tuple[bytes, bytes], form: str) -> bytes:
    text, text_jwt = texts
    drawn = catalogue().badges["dai-su-so"]
    baked = (text if form.startswith("json") else text_jwt).decode()
    if form.endswith("png"):
        return bake_png(picture.png(drawn, year=2026, size=128), baked)
    return bake_svg(picture.svg(drawn, year=2026), baked).encode()


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the two libraries in JavaScript say, by the name of the credential."""
    if not (BUILT / "node_modules").exists() or shutil.which("node") is None:
        pytest.skip("no build/verifiers: run `make build/verifiers/.stamp` where there is npm")
    folder = tmp_path_factory.mktemp("verifiers")
    issuer = did_document(PLACE.did, keys())
    web = {address: load(address)["document"] for address in VENDORED}
    web |= {PLACE.did: issuer, f"{PLACE.base}/.well-known/did.json": issuer}
    web |= {PLACE.status_list(1): json.loads(a_list(70_000))}
    (folder / "web.json").write_text(json.dumps(web))
    for name, (text, _) in _texts().items():
        (folder / f"credential-{name}.json").write_bytes(text)
    ran = subprocess.run(  # noqa: S603 -- our own script
        ["node", str(BUILT / "verify.mjs"), str(folder)],  # noqa: S607 -- found above
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    told: dict[str, Any] = json.loads(ran.stdout)
    return {
        name.removeprefix("credential-").removesuffix(".json"): one for name, one in told["answers"].items()
    }


@pytest.mark.parametrize("name", ["good", "revoked", "expired"])
def test_digitalbazaar_and_digitalcredentials_accept_our_signature(
    answers: dict[str, Any], name: str
) -> None:
    assert answers[name]["core"]["signature"] is True
    assert answers[name]["vc"]["verified"] is (name != "expired")


@pytest.mark.parametrize("name", ["tampered", "stranger"])
def test_both_refuse_what_we_did_not_sign(answers: dict[str, Any], name: str) -> None:
    assert answers[name]["vc"]["verified"] is False
    assert answers[name]["core"]["signature"] is not True


def test_both_see_what_is_revoked_and_what_is_expired(answers: dict[str, Any]) -> None:
    assert [name for name, one in answers.items() if one["vc"]["revoked"]] == ["revoked"]
    assert [name for name, one in answers.items() if one["core"]["revoked"]] == ["revoked"]
    assert [name for name, one in answers.items() if one["core"]["expired"]] == ["expired"]
    assert "validUntil" in answers["expired"]["vc"]["why"]


def _download(address: str, *_rest: object, **_more: object) -> bytes:
    """What our web answers openbadgeslib, which takes lists as tokens only."""
    lists = {PLACE.status_list(1): token(list_credential(ISSUER, 1, [70_000], at=now() - timedelta(days=1)))}
    return (lists | {f"{PLACE.base}/.well-known/did.json": _ISSUER})[address]


def _by_openbadgeslib(content: bytes) -> tuple[bool, bool, str]:
    found = verify_badge(content, resolve_did=True, check_status=True, download=_download)
    return found.valid, found.trusted, found.reason or ""


@pytest.mark.parametrize("form", FORMS)
def test_openbadgeslib_accepts_every_form(form: str) -> None:
    assert _by_openbadgeslib(_baked(_texts()["good"], form)) == (True, True, "")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["tampered", "stranger", "revoked", "expired"])
def test_openbadgeslib_refuses_what_does_not_hold(name: str, form: str) -> None:
    is_valid, is_trusted, why = _by_openbadgeslib(_baked(_texts()[name], form))

    assert not (is_valid and is_trusted)
    assert why


def _by_openvc(text: bytes) -> str:
    """`valid`, or the name of the error."""
    web = DidWebResolver(lambda _address: json.loads(_ISSUER))
    resolver = DidResolverRegistry([web])
    contexts = {address: load(address)["document"] for address in VENDORED}
    lists = default_status_list_resolver(
        resolver=resolver, fetch=lambda _address: a_list(70_000).decode(), extra_contexts=contexts
    )
    try:
        verify_credential(
            json.loads(text), resolver=resolver, resolve_status_list=lists, extra_contexts=contexts
        )
    except OpenvcError as error:
        return type(error).__name__
    return "valid"


def test_openvc_accepts_our_proof_and_sees_what_is_revoked() -> None:
    """It reads tokens of the first data model only, so PyJWT below speaks for the token."""
    said = {name: _by_openvc(text) for name, (text, _) in _texts().items()}

    assert said.pop("good") == "valid"
    assert said.pop("revoked") == "CredentialRevoked"
    assert "valid" not in said.values()


@pytest.mark.parametrize("name", ["good", "revoked", "tampered", "stranger", "expired"])
def test_pyjwt_finds_the_key_by_its_name_and_verifies_the_token(name: str) -> None:
    known = {one.key_id: one for one in jwt.PyJWKSet.from_dict(jwks(PLACE.did, keys())).keys}
    text = _texts()[name][1].decode()

    try:
        kid = str(jwt.get_unverified_header(text)["kid"])
        told = jwt.decode(text, known[kid], algorithms=["ES256"]) if kid in known else {}
    except jwt.InvalidTokenError:
        told = {}

    assert (told.get("iss") == PLACE.did) is (name in {"good", "revoked"})


async def test_we_accept_what_openvc_signs_and_refuse_it_changed() -> None:
    did, key = "did:web:other.vn", Ed25519SigningKey.generate("did:web:other.vn#1")
    told = {**document(), "issuer": {"id": did, "type": ["Profile"], "name": "x"}}
    told.pop("credentialStatus")
    contexts = {address: load(address)["document"] for address in VENDORED}

    made = DataIntegrityProofSuite().add_proof(
        told, signing_key=key, verification_method=f"{did}#1", extra_contexts=contexts
    )

    known = _Keys({f"{did}#1": key_of_jwk(key.public_jwk())})
    at = now()
    assert await judged(json.dumps(made).encode(), known, at=at) is Reason.GENUINE
    assert await judged(json.dumps({**made, "name": "y"}).encode(), known, at=at) is Reason.TAMPERED


async def test_we_accept_what_openbadgeslib_signs() -> None:
    pem = strangers().ed25519.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    did = f"did:key:{multikey(strangers().ed25519.public_key())}"
    told = {**document(), "issuer": {"id": did, "type": ["Profile"], "name": "x"}}
    told.pop("credentialStatus")

    made = add_data_integrity_proof(told, pem, f"{did}#{did.removeprefix('did:key:')}")

    assert await judged(json.dumps(made).encode(), at=now()) is Reason.GENUINE


class _Keys(Foreign):
    """Keys that are known without asking."""

    def __init__(self, known: dict[str, AnyKey]) -> None:
        super().__init__(None)
        self._known = known

    @override
    async def keys_of(self, issuer: str) -> dict[str, AnyKey]:
        return self._known
