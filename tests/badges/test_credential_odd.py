"""Documents that no issuer writes but strangers send: each gets a verdict, none an error of ours."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jws
from joserfc.jwk import ECKey

from tests.badges.credential_builders import AT, PLACE, an_award, document, judged, keys, proved, token
from thidua.badges.baking import SVG_BYTES_MAX, unbake
from thidua.badges.baking_errors import PictureTooLargeError
from thidua.badges.credentials.did import multikey
from thidua.badges.credentials.fetching import Fetcher, NotFetchedError
from thidua.badges.credentials.sources import Foreign
from thidua.badges.credentials.verdict import Reason
from thidua.badges.credentials.verifying import verdict_on
from thidua.web.badge_verify import _facts

_STATUS = {
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "1",
    "statusListCredential": PLACE.status_list(1),
}


@pytest.mark.parametrize("number", [10**30, -(10**30), 2**53 + 1])
async def test_a_number_that_readers_understand_differently_is_refused(number: int) -> None:
    told = document()
    signed = json.loads(proved(told))
    signed["credentialSubject"]["achievement"]["creditsAvailable"] = number

    assert await judged(json.dumps(signed).encode()) is Reason.NOT_JSON
    assert await judged(json.dumps({**signed, "proof": {**signed["proof"], "nonce": number}}).encode()) is (
        Reason.NOT_JSON
    )


@pytest.mark.parametrize("purpose", [[], {}, ["revocation"], {"a": 1}, None, 1])
async def test_a_purpose_that_is_no_word_is_a_status_that_nobody_can_read(purpose: object) -> None:
    told = {**document(), "credentialStatus": {**_STATUS, "statusPurpose": purpose}}

    assert await judged(token(told)) is Reason.STATUS_UNKNOWN


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
async def test_days_beyond_the_calendar_are_left_out_of_what_is_shown(moment: str) -> None:
    verdict = await verdict_on(_dated(moment), Foreign(None), at=AT, own="did:web:us")

    assert verdict.credential is not None
    assert _facts(verdict)["since"] is None


def _dated(moment: str) -> bytes:
    """A token of somebody who is their own key, valid from the moment."""
    key = keys().p256
    did = f"did:key:{multikey(key.public_key())}"
    told: dict[str, Any] = {**document(), "issuer": {"id": did, "type": ["Profile"]}, "validFrom": moment}
    told.pop("credentialStatus")
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return jws.serialize_compact(
        {"alg": "ES256"}, json.dumps(told).encode(), ECKey.import_key(pem), algorithms=["ES256"]
    ).encode()


async def test_what_had_expired_when_it_was_given_is_called_expired_and_nothing_worse() -> None:
    long_ago = AT - timedelta(days=900)
    award = an_award(earned_at=long_ago, expires_at=long_ago + timedelta(days=365))

    for form in (proved(document(award)), token(document(award))):
        assert await judged(form) is Reason.EXPIRED


def test_markup_is_read_up_to_a_megabyte() -> None:
    space = b" " * SVG_BYTES_MAX

    with pytest.raises(PictureTooLargeError):
        unbake(b'<svg xmlns="http://www.w3.org/2000/svg">' + space + b"</svg>")


async def test_hosts_that_never_answer_are_asked_for_a_while_and_no_longer() -> None:
    asked = []

    async def never(host: str) -> list[str]:
        asked.append(host)
        await asyncio.Event().wait()
        return []

    fetcher = Fetcher(never, seconds_max=0.05)
    for number in range(5):
        with pytest.raises(NotFetchedError):
            await fetcher.fetch(f"https://slow{number}.vn/list", accept="*/*")

    assert len(asked) <= 3
