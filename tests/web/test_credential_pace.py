"""What takes a core to draw is drawn for one address so often and no more."""

from pathlib import Path

import httpx
import pytest

from tests.web.reporting import somebody
from thidua.badges import actions
from thidua.badges.actions import NewAward
from thidua.badges.catalogue import catalogue
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.infra.settings import settings
from thidua.web import credential_pages, credentials
from thidua.web.pace import Pace

ELSEWHERE = {"x-forwarded-for": "203.0.113.7"}  # callers on this machine are not counted


@pytest.fixture(autouse=True)
def own_keys(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder: Path = tmp_path_factory.getbasetemp() / "pace-keys"
    monkeypatch.setenv("THIDUA_DATA_DIR", str(folder))
    settings.cache_clear()


async def test_pictures_to_share_and_certificates_are_drawn_so_often_for_one_address(
    web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (credential_pages, credentials):
        monkeypatch.setattr(module, "_pace", Pace(count_max=1, within_seconds=60.0, at_once_max=1))
    award = await _given()

    for path in (f"/credentials/{award}/share.png", f"/credentials/{award}.pdf"):
        first, second = await web.get(path, headers=ELSEWHERE), await web.get(path, headers=ELSEWHERE)
        assert (first.status_code, second.status_code) == (200, 429)


async def _given() -> str:
    """A badge of somebody; the credential's id."""
    badge = catalogue().badges["lam-quen-ai"]
    new = NewAward(
        badge=badge.slug,
        version=badge.version,
        fingerprint=badge.fingerprint,
        subject=await somebody(),
        subject_kind=badge.subject,
        window="ever",
        earned_at=now(),
        expires_at=None,
        have=5,
        need=5,
    )
    async with transaction() as connection:
        [award] = await actions.give(connection, [new], at=now())
    return str(award.id)
