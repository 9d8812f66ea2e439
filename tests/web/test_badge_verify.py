"""The page that verifies what somebody shows: files, texts and addresses of badges."""

import struct
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import httpx
import pytest

from tests.badges.given_builders import by_hand
from tests.web.reporting import somebody
from thidua.badges import actions
from thidua.badges.credentials.addresses import here
from thidua.badges.model import Award
from thidua.infra.clock import now
from thidua.infra.database import transaction
from thidua.infra.settings import settings
from thidua.kernel.period import midnight_of
from thidua.web.badge_verify import span

PAGE = {"accept": "text/html", "origin": "http://thidua.test"}
ENGLISH = PAGE | {"accept-language": "en"}


@pytest.fixture(autouse=True)
def own_keys(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIDUA_DATA_DIR", str(tmp_path_factory.getbasetemp() / "verify-keys"))
    monkeypatch.setenv("THIDUA_FETCH_FOREIGN", "0")
    settings.cache_clear()


async def _given(subject: UUID, *, expires_at: datetime | None = None) -> Award:
    new = replace(by_hand(subject, note=""), expires_at=expires_at)
    async with transaction() as connection:
        [award] = await actions.give(connection, [new], at=now())
    return award


async def _pasted(web: httpx.AsyncClient, text: str, headers: dict[str, str] = PAGE) -> str:
    return (await web.post("/badges/verify", headers=headers, data={"text": text})).text


async def _shown(web: httpx.AsyncClient, content: bytes) -> str:
    return (await web.post("/badges/verify", headers=PAGE, files={"file": ("a", content)})).text


async def test_the_last_day_is_the_same_wherever_it_is_told(web: httpx.AsyncClient) -> None:
    award = await _given(await somebody(), expires_at=midnight_of(date(2199, 11, 23)))
    token = (await web.get(f"/credentials/{award.id}.jwt")).text

    pages = [
        (await web.get(f"/credentials/{award.id}", headers=PAGE)).text,
        await _pasted(web, token),
        (await web.get(f"/credentials/{award.id}", headers=ENGLISH)).text,
        await _pasted(web, token, ENGLISH),
    ]

    assert all("22/11/2199" in page and "23/11/2199" not in page for page in pages)
    assert all("đến hết" in page for page in pages[:2])
    assert all("alid through" in page for page in pages[2:])


def test_an_end_within_a_day_is_told_as_the_moment_that_it_is() -> None:
    end = datetime(2027, 11, 23, tzinfo=UTC)

    told = span({"validFrom": "2026-11-22T17:00:00Z", "validUntil": "2027-11-23T00:00:00Z"})

    assert told == {"since": date(2026, 11, 23), "last": None, "until": end}


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"])
def test_days_beyond_the_calendar_are_not_told(end: str) -> None:
    assert span({"validUntil": end}) == {"since": None, "last": None, "until": None}


async def test_of_a_certificate_in_pdf_it_is_said_which_files_can_be_verified(web: httpx.AsyncClient) -> None:
    award = await _given(await somebody())

    page = await _shown(web, (await web.get(f"/credentials/{award.id}.pdf")).content)

    assert "Chưa kết luận được." in page
    assert "bằng tệp PNG, SVG hoặc JSON" in page
    assert "Không có giá trị." not in page


async def test_the_address_of_a_page_of_ours_is_verified_as_its_credential(web: httpx.AsyncClient) -> None:
    award = await _given(await somebody())
    handed_out = here().credential(award.id)

    before = [await _pasted(web, one) for one in (handed_out, f"http://thidua.test/credentials/{award.id}")]
    async with transaction() as connection:
        await actions.revoke(connection, [award.id], reason="ground_gone", by="rule", at=now())
    after = await _pasted(web, handed_out)

    assert all("Có giá trị." in page and f'href="/credentials/{award.id}"' in page for page in before)
    assert "Không có giá trị." in after
    assert "đã thu hồi" in after


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "https://elsewhere.example/credentials/7d3c1f0e-5a52-4b7e-9a55-0d6a1b2c3d4e",
            "kiểm tra qua địa chỉ",
        ),
        ("https://thidua.test/badges/dai-su-so", "kiểm tra qua địa chỉ"),
        (
            "http://thidua.test/credentials/0197f2a0-5a52-7b7e-9a55-0d6a1b2c3d4e",
            "không có huy hiệu nào ở địa chỉ ấy",
        ),
    ],
)
async def test_any_other_address_is_neither_valid_nor_invalid(
    web: httpx.AsyncClient, address: str, said: str
) -> None:
    page = await _pasted(web, address)

    assert "Chưa kết luận được." in page
    assert said in page


async def test_beside_the_verdict_on_a_picture_that_was_painted_over_stands_our_own(
    web: httpx.AsyncClient,
) -> None:
    award = await _given(await somebody())
    file = (await web.get(f"/credentials/{award.id}.png")).content

    page = await _shown(web, _painted_over(file))

    assert "Có giá trị." in page
    assert 'src="/badges/an-toan-so.svg?' in page
    assert "hình trong tệp gửi lên không được kiểm tra" in page
    assert "từng byte" not in page


def _painted_over(png: bytes) -> bytes:
    """The file with another drawing, all else as it was."""
    at = png.index(b"IDAT") - 4
    length = int.from_bytes(png[at : at + 4])
    drawn = b"IDAT" + zlib.compress(b"\0" * 64)
    chunk = struct.pack(">I", len(drawn) - 4) + drawn + struct.pack(">I", zlib.crc32(drawn))
    return png[:at] + chunk + png[at + 12 + length :]
