"""What our web hands out is all that verifiers of others need, before a badge is revoked and after."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from openbadgeslib.verify import verify_badge
from openvc.did.base import DidResolverRegistry
from openvc.did.did_web import DidWebResolver
from openvc.errors import OpenvcError
from openvc.resolvers import default_status_list_resolver
from openvc.verify import verify_credential

from thidua.badges import actions
from thidua.badges.actions import NewAward
from thidua.badges.baking import unbake
from thidua.badges.catalogue import catalogue
from thidua.badges.credentials.addresses import here
from thidua.badges.credentials.contexts import VENDORED, load
from thidua.badges.model import Award
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.infra.settings import settings

BUILT = Path(__file__).parents[2] / "build" / "verifiers"
CONTEXTS = {address: load(address)["document"] for address in VENDORED}
pytestmark = [pytest.mark.long, pytest.mark.timeout(180)]


async def _given() -> Award:
    badge, at = catalogue().badges["dai-su-so"], now()
    new = NewAward(
        badge=badge.slug,
        version=badge.version,
        fingerprint=badge.fingerprint,
        subject=uuid4(),
        subject_kind=badge.subject,
        window="2026",
        earned_at=at,
        expires_at=badge.expires_at(at),
        have=5,
        need=5,
    )
    async with transaction() as connection:
        [award] = await actions.give(connection, [new], at=at)
    return award


def _by_openbadgeslib(png: bytes, did: bytes, listed: bytes) -> bool:
    def download(address: str, *_rest: object, **_more: object) -> bytes:
        return did if address.endswith("/did.json") else listed

    found = verify_badge(png, resolve_did=True, check_status=True, download=download)
    return found.valid and found.trusted


def _by_openvc(text: str, did: bytes, listed: str) -> str:
    resolver = DidResolverRegistry([DidWebResolver(lambda _address: json.loads(did))])
    lists = default_status_list_resolver(
        resolver=resolver, fetch=lambda _address: listed, extra_contexts=CONTEXTS
    )
    try:
        verify_credential(
            json.loads(text), resolver=resolver, resolve_status_list=lists, extra_contexts=CONTEXTS
        )
    except OpenvcError as error:
        return type(error).__name__
    return "valid"


async def _by_javascript(text: str, did: bytes, listed: str, folder: Path) -> dict[str, Any]:
    place, issuer = here(), json.loads(did)
    web = {place.did: issuer, f"{place.base}/.well-known/did.json": issuer, **CONTEXTS}
    web |= {json.loads(listed)["id"]: json.loads(listed)}
    (folder / "web.json").write_text(json.dumps(web))
    (folder / "credential-one.json").write_text(text)
    command = ["node", str(BUILT / "verify.mjs"), str(folder)]
    ran = await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=120, check=True)
    told: dict[str, Any] = json.loads(ran.stdout)["answers"]["credential-one.json"]
    return told


async def test_a_downloaded_picture_verifies_in_all_four_until_it_is_revoked(
    web: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (BUILT / "node_modules").exists():
        pytest.skip("no build/verifiers: run `make build/verifiers/.stamp` where there is npm")
    monkeypatch.setenv("THIDUA_DATA_DIR", str(tmp_path))
    # openvc takes no did:web of a bare address, such as an instance on this machine has.
    monkeypatch.setenv("THIDUA_PUBLIC_URL", "https://badges.thidua.vn")
    settings.cache_clear()
    award = await _given()
    png = (await web.get(f"/credentials/{award.id}.png")).content
    did = (await web.get("/.well-known/did.json")).content
    found = []

    for is_revoked in (False, True):
        if is_revoked:
            async with transaction() as connection:
                await actions.revoke(connection, [award.id], reason="ground_gone", by="rule", at=now())
        address = f"/status-lists/{award.list_number}"
        token = (await web.get(address, headers={"accept": "application/vc+jwt"})).content
        listed = (await web.get(address)).text
        told = await _by_javascript(unbake(png), did, listed, tmp_path)
        found.append(
            (
                _by_openbadgeslib(png, did, token),
                _by_openvc(unbake(png), did, listed),
                (told["vc"]["verified"], told["vc"]["revoked"]),
                (told["core"]["signature"], told["core"]["revoked"]),
            )
        )

    settings.cache_clear()
    assert found[0] == (True, "valid", (True, False), (True, False))
    assert found[1] == (False, "CredentialRevoked", (True, True), (True, True))
