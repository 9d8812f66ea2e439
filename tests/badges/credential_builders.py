"""An award, a badge and an issuer made by hand; what does not matter is filled in."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import UUID

from thidua.badges.credentials.addresses import Place
from thidua.badges.credentials.document import Issuer
from thidua.badges.credentials.issuing import Signed, sign
from thidua.badges.credentials.keys import IssuerKeys, issuer_keys
from thidua.badges.definitions import Badge, Criterion
from thidua.badges.model import Award, AwardState, BadgeState, CriterionKind, Family, Window
from thidua.kernel.subjects import SubjectKind

AT = datetime(2026, 11, 22, 7, tzinfo=UTC)
PLACE = Place("https://badges.thidua.vn")
ISSUER = Issuer(PLACE, "Trung ương Đoàn")


def an_award(**told: Any) -> Award:  # noqa: ANN401 -- fields of an award
    """An active award of a person, given a day before AT."""
    award = Award(
        id=UUID("01939e20-0000-7000-8000-000000000001"),
        badge="dai-su-so",
        version=1,
        subject=UUID("01939e20-0000-7000-8000-0000000000aa"),
        subject_kind=SubjectKind.PERSON,
        window="ever",
        earned_at=datetime(2026, 11, 20, 3, tzinfo=UTC),
        awarded_at=datetime(2026, 11, 21, 3, tzinfo=UTC),
        expires_at=None,
        state=AwardState.ACTIVE,
        revoked_at=None,
        reason="",
        by="rule",
        note="",
        have=5,
        need=5,
        list_number=1,
        list_index=94_567,
    )
    return replace(award, **told)


def a_badge(**told: Any) -> Badge:  # noqa: ANN401 -- fields of a badge
    """The badge of five graduated mentees."""
    badge = Badge(
        slug="dai-su-so",
        names={"vi": "Đại sứ số", "en": "Digital ambassador"},
        title_lines={"vi": ("Đại sứ số",), "en": ("Digital", "ambassador")},
        family=Family.MENTORING,
        level=3,
        series="mentor",
        subject=SubjectKind.PERSON,
        state=BadgeState.ACTIVE,
        version=1,
        valid_for=None,
        window=Window.EVER,
        criterion=Criterion(kind=CriterionKind.DISTINCT, at_least=5),
        criteria={
            "vi": "Năm người bạn kèm đã tự làm được.\n\nTính từ ngày đầu tiên.",
            "en": "Five people you taught can do it by themselves.\n\nCounted from the first day.",
        },
        glyph=Path("badges/dai-su-so/glyph.svg"),
        fingerprint="f",
    )
    return replace(badge, **told)


@cache
def keys() -> IssuerKeys:
    """The keys of an issuer that lives as long as the tests."""
    return issuer_keys(Path(mkdtemp(prefix="thidua-keys-")))


def signed(award: Award | None = None, badge: Badge | None = None, at: datetime = AT) -> Signed:
    """The credential of an award in both forms."""
    return sign(award or an_award(), badge or a_badge(), ISSUER, keys(), at)
