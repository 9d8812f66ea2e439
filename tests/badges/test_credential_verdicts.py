"""Each way in which a credential is not valid, or in which nobody can tell, has its own reason."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from hmac import digest
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jws
from joserfc.jwk import ECKey

from tests.badges.credential_builders import (
    AT,
    ISSUER,
    PLACE,
    a_badge,
    a_list,
    an_award,
    document,
    judged,
    keys,
    knowing,
    proved,
    signed,
    strangers,
    token,
)
from thidua.badges.credentials.did import public_jwk
from thidua.badges.credentials.document import credential_of
from thidua.badges.credentials.verdict import Outcome, Reason, Verdict
from thidua.badges.model import AwardState
from thidua.web.wording import say

FORMS = pytest.mark.parametrize("form", [proved, token], ids=["json", "jwt"])
Form = Callable[..., bytes]


@FORMS
async def test_a_credential_of_ours_is_valid(form: Form) -> None:
    assert await judged(form(document())) is Reason.GENUINE


@FORMS
async def test_a_revoked_one_is_not(form: Form) -> None:
    award = an_award()

    assert await judged(form(document()), knowing(award.list_index)) is Reason.REVOKED
    assert await judged(form(document()), knowing(award.list_index - 1)) is Reason.GENUINE


@FORMS
async def test_an_expired_one_is_not_and_revoked_outweighs_expired(form: Form) -> None:
    award = an_award(expires_at=AT - timedelta(seconds=1))
    text = form(document(award))

    assert await judged(text) is Reason.EXPIRED
    assert await judged(text, at=AT - timedelta(seconds=2)) is Reason.GENUINE
    assert await judged(text, knowing(award.list_index)) is Reason.REVOKED


@FORMS
async def test_one_from_the_future_is_not_valid_yet(form: Form) -> None:
    assert await judged(form(document(an_award(awarded_at=AT + timedelta(days=1))))) is Reason.NOT_YET_VALID


@FORMS
async def test_one_signed_by_another_in_our_name_has_the_wrong_key(form: Form) -> None:
    assert await judged(form(document(), strangers())) is Reason.WRONG_KEY


@FORMS
async def test_one_signed_by_a_key_of_somebody_else_has_the_wrong_issuer(form: Form) -> None:
    assert await judged(form(document(), strangers(), "did:web:evil.vn")) is Reason.WRONG_ISSUER


async def test_one_without_any_signature_is_unsigned() -> None:
    assert await judged(json.dumps(document()).encode()) is Reason.UNSIGNED


@pytest.mark.parametrize(
    ("alg", "reason"),
    [("none", Reason.ALG_NONE), ("None", Reason.ALG_NONE), ("EdDSA", Reason.PROOF_UNKNOWN)],
)
async def test_a_token_without_a_real_algorithm_is_refused(alg: str, reason: Reason) -> None:
    _, payload, signature = signed().jwt.split(".")
    forged = _part({"alg": alg, "typ": "JWT"})

    assert await judged(f"{forged}.{payload}.{signature}".encode()) is reason
    assert await judged(f"{forged}.{payload}.".encode()) is reason


async def test_the_public_key_as_a_shared_secret_is_refused() -> None:
    _, payload, _ = signed().jwt.split(".")
    pem = keys().p256.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    message = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{payload}"
    signature = urlsafe_b64encode(digest(pem, message.encode(), "sha256")).rstrip(b"=").decode()

    assert await judged(f"{message}.{signature}".encode()) is Reason.ALG_SHARED


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"sub": "urn:uuid:01939e20-0000-4000-8000-000000000000"}, Reason.CLAIMS_DIFFER),
        ({"jti": "https://badges.thidua.vn/credentials/1"}, Reason.CLAIMS_DIFFER),
        ({"nbf": 1}, Reason.CLAIMS_DIFFER),
        ({"exp": 4_000_000_000}, Reason.CLAIMS_DIFFER),
        ({"iss": "did:web:evil.vn"}, Reason.WRONG_ISSUER),
    ],
)
async def test_claims_that_say_another_thing_are_refused(claims: dict[str, Any], reason: Reason) -> None:
    assert await judged(_claiming(claims)) is reason


@FORMS
async def test_a_word_that_no_context_of_ours_defines_cannot_be_looked_up(form: Form) -> None:
    told = document()
    if form is token:
        told["@context"].append("https://evil.vn/context.json")
        text = token(told)
    else:
        text = proved(told).replace(b"context-3.0.3.json", b"context-9.9.9.json")

    assert await judged(text) is Reason.UNKNOWN_CONTEXT


def _changed(name: str) -> dict[str, Any]:
    """A signed credential, changed in a way that JSON-LD may not notice."""
    told: dict[str, Any] = json.loads(proved(document()))
    subject = told["credentialSubject"]
    changes: dict[str, Callable[[], object]] = {
        "a word of nobody": lambda: told.update({"note": "unsigned words"}),
        "a whole name": lambda: told.update({"https://evil.vn/#p": "x"}),
        "a keyword": lambda: subject.update({"@id": "x"}),
        "a word within": lambda: subject.update({"national": "001099000001"}),
        "an empty list": lambda: told.update({"name": [told["name"], []]}),
        "a list in a list": lambda: told.update({"credentialStatus": [[told["credentialStatus"]]]}),
        "nothing": lambda: told.update({"description": None}),
        "without its status": lambda: told.pop("credentialStatus"),
        "a word of the proof": lambda: told["proof"].update({"note": "x"}),
        "a relative name": lambda: subject.update({"source": "x y"}),
    }
    changes[name]()
    return told


CHANGES = (
    *("a word of nobody", "a whole name", "a keyword", "a word within", "an empty list", "a list in a list"),
    *("nothing", "without its status", "a word of the proof", "a relative name"),
)


@pytest.mark.parametrize("change", CHANGES)
async def test_what_is_read_must_be_what_was_signed(change: str) -> None:
    text = json.dumps(_changed(change)).encode()

    assert await judged(text) in {Reason.AMBIGUOUS, Reason.TAMPERED}


async def test_an_expiry_hidden_from_readers_of_json_is_refused() -> None:
    told = document(an_award(expires_at=AT - timedelta(days=1)))
    until = told.pop("validUntil")
    told["https://www.w3.org/2018/credentials#validUntil"] = until

    assert await judged(proved(told)) is Reason.AMBIGUOUS


async def test_a_status_described_elsewhere_is_refused() -> None:
    told = document()
    moved = deepcopy(told["credentialStatus"])
    told["credentialSubject"]["achievement"]["related"] = [{"id": moved["id"], "type": ["Related"]}]

    assert await judged(proved(told)) is Reason.AMBIGUOUS


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"a.b.c",
        b"{",
        b'{"a":1,"a":1}',
        b'{"a":NaN}',
        b'{"a":1e999}',
        b"\xff",
        b"..",
    ],
)
async def test_what_is_no_credential_is_refused(text: bytes) -> None:
    assert await judged(text) in {Reason.NOT_JSON, Reason.UNKNOWN_CONTEXT}


async def test_another_kind_of_credential_is_no_badge() -> None:
    assert await judged(a_list()) is Reason.NOT_A_BADGE


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"a": ["x"] * 10_000}, id="long list"),
        pytest.param({"a": "x" * 200_000}, id="long text"),
        pytest.param(json.loads('{"a":' * 40 + "1" + "}" * 40), id="deep"),
    ],
)
async def test_what_is_too_large_is_refused(told: dict[str, Any]) -> None:
    assert await judged(json.dumps({**document(), **told}).encode()) is Reason.TOO_LARGE


async def test_a_document_made_to_keep_a_reader_busy_is_refused_quickly() -> None:
    told = document()
    alike: dict[str, Any] = {"type": ["Evidence"]}
    told["evidence"] = [deepcopy(alike) for _ in range(190)]
    text = json.dumps({**told, "proof": json.loads(proved(document()))["proof"]}).encode()
    began = datetime.now(UTC)  # noqa: TID251 -- how long it takes is the claim

    reason = await judged(text)

    assert reason in {Reason.TOO_LARGE, Reason.TAMPERED}
    assert datetime.now(UTC) - began < timedelta(seconds=3)  # noqa: TID251 -- as above


async def test_of_an_issuer_that_cannot_be_reached_nobody_can_tell() -> None:
    told = {**document(), "issuer": {"id": "did:web:other.vn", "type": ["Profile"], "name": "x"}}
    text = proved(told, strangers(), "did:web:other.vn")

    assert await judged(text) is Reason.ISSUER_UNREACHABLE
    assert Verdict(reason=Reason.ISSUER_UNREACHABLE).outcome is Outcome.CANNOT_TELL


async def test_the_state_of_an_award_is_not_what_verifiers_see() -> None:
    award = an_award(state=AwardState.REVOKED)

    assert await judged(proved(document(award))) is Reason.GENUINE


def _part(told: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


def _claiming(claims: dict[str, Any]) -> bytes:
    jwk = public_jwk(PLACE.did, keys().p256.public_key())
    content = json.dumps({**document(), "iss": PLACE.did, **claims}).encode()
    pem = keys().p256.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return jws.serialize_compact({"alg": "ES256", "kid": jwk["kid"]}, content, ECKey.import_key(pem)).encode()


def test_every_reason_is_worded_in_both_languages() -> None:
    for reason in Reason:
        assert say(reason.value, "vi", {}) != say(reason.value, "en", {})


def test_criteria_that_changed_are_not_signed_for_an_earlier_award() -> None:
    now_version_two = a_badge(version=2)

    told = credential_of(an_award(), now_version_two, ISSUER, secret=b"x")["credentialSubject"]["achievement"]

    assert "phiên bản 1" in told["criteria"]["narrative"]
    assert told["id"].endswith("#v1")
