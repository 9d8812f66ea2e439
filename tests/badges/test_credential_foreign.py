"""Badges of others: valid when their issuers and lists say so, and never because somebody was silent."""

import json
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from tests.badges.credential_builders import (
    AT,
    ISSUER,
    a_list,
    document,
    judged,
    knowing,
    proved,
    strangers,
)
from thidua.badges.credentials.data_integrity import with_proof
from thidua.badges.credentials.did import AnyKey, did_document, keys_in, multikey
from thidua.badges.credentials.sources import Foreign, Sources, UnreachableError
from thidua.badges.credentials.status_lists import list_credential
from thidua.badges.credentials.verdict import Outcome, Reason, Verdict


async def test_an_issuer_that_is_its_own_key_needs_nobody() -> None:
    did = f"did:key:{multikey(strangers().ed25519.public_key())}"
    told = {**document(), "issuer": {"id": did, "type": ["Profile"], "name": "x"}}
    told.pop("credentialStatus")
    method = f"{did}#{did.removeprefix('did:key:')}"
    text = json.dumps(with_proof(told, strangers().ed25519, method=method, at=AT)).encode()

    assert await judged(text) is Reason.GENUINE
    assert await judged(text, at=AT - timedelta(days=9)) is Reason.NOT_YET_VALID


@pytest.mark.parametrize(
    "issuer", ["https://other.vn/issuer", "urn:uuid:01939e20-0000-4000-8000-000000000000"]
)
async def test_of_an_issuer_whose_keys_nobody_can_look_up_nobody_can_tell(issuer: str) -> None:
    told = {**document(), "issuer": {"id": issuer, "type": ["Profile"], "name": "x"}}

    assert await judged(proved(told, strangers(), issuer)) is Reason.ISSUER_UNKNOWN
    assert Verdict(reason=Reason.ISSUER_UNKNOWN).outcome is Outcome.CANNOT_TELL


class _Others(Foreign):
    """Somebody else's keys and list."""

    def __init__(self, listed: bytes | None) -> None:
        super().__init__(None)
        self._listed = listed

    @override
    async def keys_of(self, issuer: str) -> dict[str, AnyKey]:
        return keys_in(did_document(issuer, strangers()), issuer)

    @override
    async def status_list(self, address: str) -> bytes:
        if self._listed is None:
            raise UnreachableError(address)
        return self._listed


def _foreign(listed: bytes | None) -> tuple[bytes, Sources]:
    told = {**document(), "issuer": {"id": "did:web:other.vn", "type": ["Profile"], "name": "x"}}
    told["credentialStatus"] = {
        **told["credentialStatus"],
        "id": "https://other.vn/1#94567",
        "statusListCredential": "https://other.vn/1",
    }
    return proved(told, strangers(), "did:web:other.vn"), knowing(others=_Others(listed))


def _their_list(address: str = "https://other.vn/1", **changed: Any) -> bytes:  # noqa: ANN401 -- words of the list
    told = list_credential(ISSUER, 1, [5], at=AT) | {"id": address, "issuer": "did:web:other.vn"}
    told["credentialSubject"] = {**told["credentialSubject"], "id": f"{address}#list", **changed}
    return proved(told, strangers(), "did:web:other.vn")


async def test_a_foreign_badge_is_valid_when_its_issuer_says_so() -> None:
    assert await judged(*_foreign(_their_list())) is Reason.GENUINE


async def test_a_list_that_cannot_be_reached_is_no_good_word() -> None:
    assert await judged(*_foreign(None)) is Reason.STATUS_UNREACHABLE


@pytest.mark.parametrize(
    "listed",
    [
        pytest.param(a_list(), id="of another issuer"),
        pytest.param(b"not found", id="no list"),
        pytest.param(_their_list("https://other.vn/2"), id="another list"),
        pytest.param(_their_list(statusPurpose="suspension"), id="for another purpose"),
        pytest.param(_their_list(encodedList="uH4sIAAAAAAAA"), id="cut off"),
        pytest.param(_their_list(encodedList="zzz"), id="packed otherwise"),
        pytest.param(_their_list().replace(b"2026-11-22T07", b"2026-11-22T06"), id="tampered"),
    ],
)
async def test_a_list_that_cannot_be_trusted_is_no_good_word(listed: bytes) -> None:
    assert await judged(*_foreign(listed)) is Reason.STATUS_UNTRUSTED
