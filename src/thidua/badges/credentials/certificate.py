"""A credential on paper: a page of PDF/A-3 with picture and QR code, the signed JSON attached."""

import io
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import segno
import typst

from thidua.badges.definitions import Badge
from thidua.badges.model import Award, Status
from thidua.badges.texts import lead
from thidua.kernel.period import local_day

_SOURCE = Path(__file__).with_name("certificate.typ")
_FONTS = Path(__file__).parents[1] / "fonts"
_STATUS = {
    Status.VALID: "còn giá trị · valid",
    Status.EXPIRED: "đã hết hạn · expired",
    Status.REVOKED: "đã thu hồi · revoked",
}
_QUIET_ZONE = 4
# What holds until midnight holds on the day before.
_A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """What stands on a certificate besides the award and the badge."""

    issuer: str
    holder: str  # the name of a team or unit; of people none is printed
    address: str  # the credential's page
    picture: str  # SVG
    credential: str  # the signed JSON


def certificate(award: Award, badge: Badge, told: Certified, *, at: datetime) -> bytes:
    """The PDF."""
    inputs = {
        "name_vi": badge.names["vi"],
        "name_en": badge.names["en"],
        "criteria_vi": lead(badge.criteria["vi"]),
        "criteria_en": lead(badge.criteria["en"]),
        "issuer": told.issuer,
        "holder": told.holder,
        "address": told.address,
        "picture": told.picture,
        "credential": told.credential,
        "code": _code(told.address),
        "earned_on": _day(award.earned_at),
        "until": last_day_said(award),
        "made_on": json.dumps({"year": at.year, "month": at.month, "day": at.day}),
        "status": f"{_STATUS[award.status(at)]} ({_day(at)})",
    }
    made = typst.compile(
        _SOURCE.read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        format="pdf",
        pdf_standards=["a-3a"],
    )
    assert isinstance(made, bytes), "one document"
    return made


def last_day_said(award: Award) -> str:
    """The last day on which it holds, in words of both languages if there is none."""
    return "không thời hạn · no end" if award.expires_at is None else _day(award.expires_at - _A_MOMENT)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[_FONTS])


def _day(at: datetime) -> str:
    return f"{local_day(at):%d/%m/%Y}"


def _code(address: str) -> str:
    """The address as a QR code, drawn with its quiet zone."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, border=_QUIET_ZONE, dark="#06214d", omitsize=True
    )
    return drawn.getvalue().decode()
