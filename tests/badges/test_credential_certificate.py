"""The certificate of a badge: one page, whatever people are called, with the signed JSON in it."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.badges.credential_builders import AT, PLACE, an_award, signed
from tests.support.pdf import streams
from thidua.badges.catalogue import catalogue
from thidua.badges.credentials import certificate as certificates
from thidua.badges.credentials.certificate import Certified, certificate
from thidua.badges.definitions import Badge
from thidua.badges.model import Award
from thidua.badges.pictures import picture

LONG = "Đội hình thanh niên tình nguyện bình dân học vụ số xã Sin Suối Hồ, huyện Phong Thổ cũ"


def _pdf(badge: Badge, award: Award, holder: str = LONG, issuer: str = LONG) -> tuple[bytes, bytes]:
    """The certificate, and everything in it unpacked."""
    told = Certified(
        issuer=issuer,
        holder=holder,
        address=PLACE.credential(award.id),
        picture=picture.svg(badge, year=2026),
        credential=signed(award, badge).json,
    )
    made = certificate(award, badge, told, at=AT)
    return made, b"".join(streams(made))


@pytest.mark.parametrize("slug", ["dai-su-so", "khong-ai-bi-bo-lai", "diem-ngay-hoi-tieu-bieu"])
def test_it_is_one_page_of_pdf_a_that_holds_the_signed_credential(slug: str) -> None:
    badge = catalogue().badges[slug]
    award = an_award(badge=slug, version=badge.version)

    made, inside = _pdf(badge, award)

    assert len(re.findall(rb"/Type/Page\b", made)) == 1
    assert b'"proofValue"' in inside
    assert b"<pdfaid:part>3</pdfaid:part>" in inside


@pytest.mark.parametrize(
    "name", ['#panic("x")', "] #sys.inputs [", "$ \\ ` * _ @ <x>", '#include "/etc/passwd"']
)
def test_what_people_write_is_never_read_as_source(name: str) -> None:
    badge = catalogue().badges["dai-su-so"]

    made, _ = _pdf(replace(badge, names={"vi": name, "en": name}), an_award(), holder=name, issuer=name)

    assert made.startswith(b"%PDF-")


def test_what_ends_at_midnight_holds_until_the_day_before() -> None:
    midnight = datetime(2027, 11, 21, 17, tzinfo=UTC)  # of 22 November in Vietnam

    said = certificates.last_day_said(an_award(expires_at=midnight))

    assert said == "21/11/2027"
    assert certificates.last_day_said(an_award()) == "không thời hạn · no end"
