"""Credentials, status lists and keys as verifiers anywhere ask for them."""

import json
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from thidua.badges import actions
from thidua.badges.actions import NewAward
from thidua.badges.catalogue import catalogue
from thidua.badges.credentials.status_lists import is_set
from thidua.badges.credentials.verdict import Reason
from thidua.badges.credentials.verify import verify
from thidua.badges.model import Award
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


async def test_both_forms_are_verified_as_ours(web: httpx.AsyncClient, given: Award) -> None:
    files = [await web.get(f"/credentials/{given.id}.{ending}") for ending in ("json", "jwt")]
    verdicts = [await verify(one.content, at=now()) for one in files]

    assert [(one.reason, one.is_ours) for one in verdicts] == [(Reason.GENUINE, True)] * 2


async def test_revoking_shows_at_once_in_the_list_and_the_verdict(
    web: httpx.AsyncClient, given: Award
) -> None:
    address = f"/status-lists/{given.list_number}"
    before = await web.get(address)
    async with transaction() as connection:
        await actions.revoke(connection, [given.id], reason="ground_gone", by="rule", at=now())

    after = await web.get(address, headers={"if-none-match": before.headers["etag"]})
    file = await web.get(f"/credentials/{given.id}.jwt")
    verdict = await verify(file.content, at=now())

    letters = [one.json()["credentialSubject"]["encodedList"] for one in (before, after)]
    assert [is_set(one, given.list_index) for one in letters] == [False, True]
    assert verdict.reason is Reason.REVOKED


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


async def test_there_is_no_list_that_nobody_stands_in(web: httpx.AsyncClient) -> None:
    assert (await web.get("/status-lists/99")).status_code == 404
