"""Addresses pasted where a badge is asked for."""

from uuid import UUID

import pytest

from thidua.badges.credentials.pasted import address_in, award_at

AWARD = UUID("7d3c1f0e-5a52-4b7e-9a55-0d6a1b2c3d4e")
OURS = ["https://badges.thidua.vn", "http://localhost:8000"]


@pytest.mark.parametrize(
    "told",
    [
        f"https://badges.thidua.vn/credentials/{AWARD}",
        f"  http://BADGES.thidua.vn:443/credentials/{AWARD}?lang=en#files\n",
        f"badges.thidua.vn/credentials/{AWARD}",
        f"localhost:8000/credentials/{str(AWARD).upper()}.png",
        f"https://badges.thidua.vn/credentials/{AWARD}/share.png?lang=vi",
    ],
)
def test_every_way_to_write_an_address_of_ours_leads_to_the_award(told: str) -> None:
    address = address_in(told.encode())

    assert address is not None
    assert award_at(address, OURS) == AWARD


@pytest.mark.parametrize(
    "told",
    [
        f"https://elsewhere.vn/credentials/{AWARD}",
        f"https://badges.thidua.vn@elsewhere.vn/credentials/{AWARD}",
        f"https://badges.thidua.vn:444/credentials/{AWARD}",
        f"https://badges.thidua.vn/credentials/{AWARD}4",
        "https://badges.thidua.vn/badges/dai-su-so",
        "http://[",
        "http://a:99999/",
    ],
)
def test_any_other_address_leads_to_none(told: str) -> None:
    address = address_in(told.encode())

    assert address is not None
    assert award_at(address, OURS) is None
    assert award_at(address, ["", "http://["]) is None


@pytest.mark.parametrize(
    "told",
    [b"", b"{}", b"eyJh.eyJp.c2ln", b"<svg/>", b"\x89PNG", b"https://a.vn/ b", b"https://" + b"a" * 2048],
)
def test_what_is_no_address_is_read_as_a_badge(told: bytes) -> None:
    assert address_in(told) is None
