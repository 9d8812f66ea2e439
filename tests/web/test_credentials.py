"""Credentials, status lists and keys as verifiers anywhere ask for them."""

import json
from pathlib import Path
from time import monotonic
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from tests.support.pdf import streams
from tests.support.promises import Promise
from thidua.badges import actions
from thidua.badges.actions import NewAward
from thidua.badges.catalogue import catalogue
from thidua.badges.credentials.issuing import unsign
from thidua.badges.credentials.keys import forget, issuer_keys, key_id, rotate
from thidua.badges.credentials.status_lists import is_set
from thidua.badges.credentials.verdict import Reason
from thidua.badges.credentials.verify import verify
from thidua.badges.model import Award
from thidua.badges.pictures import picture
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.infra.settings import settings


@pytest.fixture(autouse=True)
def own_keys(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.getbasetemp() / "credential-keys"
    monkeypatch.setenv("THIDUA_DATA_DIR", str(folder))
    monkeypatch.setenv("THIDUA_FETCH_FOREIGN", "0")
    settings.cache_clear()
    return folder


@pytest_asyncio.fixture
async def given(web: httpx.AsyncClient) -> Award:
    badge = catalogue().badges["dai-su-so"]
    at = now()
    new = NewAward(
        badge=badge.slug,
        version=badge.version,
        fingerprint=badge.fingerprint,
        subject=uuid4(),
        subject_kind=badge.subject,
        window="ever",
        earned_at=at,
        expires_at=None,
        by="rule",
        note="",
        have=5,
        need=5,
    )
    async with transaction() as connection:
        [award] = await actions.give(connection, [new], at=at)
    return award


async def test_a_credential_is_signed_once_and_stays_what_it_was(
    web: httpx.AsyncClient, given: Award
) -> None:
    first = await web.get(f"/credentials/{given.id}.json")
    again = await web.get(f"/credentials/{given.id}.json", headers={"if-none-match": first.headers["etag"]})
    head = await web.head(f"/credentials/{given.id}.json")

    assert first.json()["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    assert first.headers["content-type"] == "application/vc"
    assert first.headers["access-control-allow-origin"] == "*"
    assert again.status_code == 304
    assert (head.headers["etag"], head.content) == (first.headers["etag"], b"")


async def test_every_form_is_verified_as_ours(web: httpx.AsyncClient, given: Award) -> None:
    files = [await web.get(f"/credentials/{given.id}.{ending}") for ending in ("json", "jwt", "png", "svg")]
    verdicts = [await verify(one.content, at=now()) for one in files]

    assert [(one.reason, one.is_ours) for one in verdicts] == [(Reason.GENUINE, True)] * 4
    assert [one.headers["content-type"] for one in files[2:]] == ["image/png", "image/svg+xml"]


async def test_the_certificate_carries_the_credential_and_no_name(
    web: httpx.AsyncClient, given: Award
) -> None:
    answer = await web.get(f"/credentials/{given.id}.pdf")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    signed = (await web.get(f"/credentials/{given.id}.json")).content
    assert signed in streams(answer.content)
    assert b"<pdfaid:part>3</pdfaid:part>" in b"".join(streams(answer.content))


async def test_the_picture_of_a_revoked_badge_says_so(web: httpx.AsyncClient, given: Award) -> None:
    before = await web.get(f"/credentials/{given.id}.png")
    async with transaction() as connection:
        await actions.revoke(connection, [given.id], reason="ground_gone", by="rule", at=now())

    after = await web.get(f"/credentials/{given.id}.png", headers={"if-none-match": before.headers["etag"]})

    assert after.status_code == 200
    assert (await verify(after.content, at=now())).reason is Reason.REVOKED


async def test_a_file_without_a_credential_has_its_own_reason(web: httpx.AsyncClient, given: Award) -> None:
    file = (await web.get(f"/credentials/{given.id}.png")).content
    bare = picture.png(catalogue().badges[given.badge], year=2026)
    start = file.index(b"iTXt") - 4
    chunk = file[start : start + 12 + int.from_bytes(file[start : start + 4])]
    twice = file.replace(chunk, chunk * 2)

    reasons = [
        (await verify(one, at=now())).reason for one in (bare, twice, file[:900], b"GIF89a", b"<svg/>", b"")
    ]

    assert reasons[:2] == [Reason.NO_CHUNK, Reason.SEVERAL_CHUNKS]
    assert reasons[2:4] == [Reason.PICTURE_UNREADABLE, Reason.NOT_JSON]
    assert set(reasons[4:]) <= {Reason.PICTURE_UNREADABLE, Reason.NO_CHUNK, Reason.NOT_JSON}
    assert (await verify(b"x" * 6_000_000, at=now())).reason is Reason.TOO_LARGE


async def test_revoking_shows_at_once_in_the_list_and_the_verdict(
    web: httpx.AsyncClient, given: Award, promise: Promise
) -> None:
    address = f"/status-lists/{given.list_number}"
    before = await web.get(address)
    async with transaction() as connection:
        await actions.revoke(connection, [given.id], reason="ground_gone", by="rule", at=now())

    began = monotonic()
    after = await web.get(address, headers={"if-none-match": before.headers["etag"]})
    promise("T32 seconds until a status list shows", figure=round(monotonic() - began, 3), target="<= 60")
    file = await web.get(f"/credentials/{given.id}.jwt")
    verdict = await verify(file.content, at=now())

    letters = [one.json()["credentialSubject"]["encodedList"] for one in (before, after)]
    assert [is_set(one, given.list_index) for one in letters] == [False, True]
    assert verdict.reason is Reason.REVOKED


async def test_what_a_forgotten_key_signed_is_signed_anew(web: httpx.AsyncClient, given: Award) -> None:
    before = await web.get(f"/credentials/{given.id}.json")
    old = issuer_keys(settings().data_dir)
    rotate(settings().data_dir)
    kept = await web.get(f"/credentials/{given.id}.json")
    name = key_id(old.ed25519.public_key())
    forget(settings().data_dir, name)
    async with transaction() as connection:
        count = await unsign(connection, name)

    anew = await web.get(f"/credentials/{given.id}.json")

    assert kept.content == before.content != anew.content
    assert count >= 1
    assert (await verify(before.content, at=now())).reason is Reason.WRONG_KEY
    assert (await verify(anew.content, at=now())).reason is Reason.GENUINE


async def test_a_list_is_a_token_for_who_asks_for_one(web: httpx.AsyncClient) -> None:
    token = await web.get("/status-lists/1", headers={"accept": "application/vc+jwt"})
    both = await web.get("/status-lists/1", headers={"accept": "application/vc, application/vc+jwt;q=0.9"})
    linked = await web.get("/status-lists/1", headers={"accept": "application/ld+json"})

    assert token.headers["content-type"] == "application/vc+jwt"
    assert token.text.count(".") == 2
    assert both.headers["content-type"] == "application/vc"
    assert linked.headers["content-type"] == "application/ld+json"
    assert {one.headers["vary"] for one in (token, both, linked)} == {"Accept"}


async def test_the_documents_of_the_issuer_name_both_keys(web: httpx.AsyncClient) -> None:
    did = (await web.get("/.well-known/did.json")).json()
    jwks = (await web.get("/.well-known/jwks.json")).json()

    assert did["id"] == "did:web:127.0.0.1%3A8000"
    assert [one["id"] for one in did["verificationMethod"]] == did["assertionMethod"]
    assert [one["kid"] for one in jwks["keys"]] == did["assertionMethod"]
    assert {one["kty"] for one in jwks["keys"]} == {"EC", "OKP"}
    assert '"d"' not in json.dumps([did, jwks])


@pytest.mark.parametrize(
    "name", ["{fresh}.json", "{fresh}.exe", "x.json", "{fresh}", "..json", "{upper}.json"]
)
async def test_what_is_not_there_is_a_problem_document(
    web: httpx.AsyncClient, given: Award, name: str
) -> None:
    filled = name.format(fresh=uuid4(), upper=str(given.id).upper())

    answer = await web.get(f"/credentials/{filled}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_program_gets_the_credential_at_its_id(web: httpx.AsyncClient, given: Award) -> None:
    asked = ("application/vc", "application/ld+json", "application/vc+jwt", "application/json")
    told = [await web.get(f"/credentials/{given.id}", headers={"accept": one}) for one in asked]

    assert [one.headers["content-type"] for one in told[:3]] == list(asked[:3])
    assert {(await verify(one.content, at=now())).reason for one in told} == {Reason.GENUINE}


async def test_the_country_issues_no_badge(web: httpx.AsyncClient, given: Award) -> None:
    told = (await web.get(f"/credentials/{given.id}.json")).json()

    assert told["issuer"]["name"] == "thidua · 127.0.0.1:8000"


async def test_there_is_no_list_that_nobody_stands_in(web: httpx.AsyncClient) -> None:
    assert (await web.get("/status-lists/99")).status_code == 404
