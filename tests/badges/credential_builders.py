"""An award, a badge and an issuer made by hand; what does not matter is filled in."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from thidua.badges.credentials.addresses import Place
from thidua.badges.credentials.data_integrity import with_proof
from thidua.badges.credentials.document import Issuer, credential_of
from thidua.badges.credentials.issuing import Signed, sign
from thidua.badges.credentials.jwt import signed_jwt
from thidua.badges.credentials.keys import IssuerKeys, issuer_keys, key_id
from thidua.badges.credentials.sources import Foreign, Known, Sources
from thidua.badges.credentials.status_lists import list_credential
from thidua.badges.credentials.verdict import Reason
from thidua.badges.credentials.verifying import verdict_on
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
    """The keys of an issuer that lives as long as the tests; their files are gone."""
    with TemporaryDirectory() as folder:
        return issuer_keys(Path(folder))


def signed(award: Award | None = None, badge: Badge | None = None, at: datetime = AT) -> Signed:
    """The credential of an award in both forms."""
    return sign(award or an_award(), badge or a_badge(), ISSUER, keys(), at)


def document(award: Award | None = None) -> dict[str, Any]:
    """The unsigned credential of an award."""
    return credential_of(award or an_award(), a_badge(), ISSUER, secret=keys().subjects_secret)


def proved(told: dict[str, Any], by: IssuerKeys | None = None, did: str = PLACE.did) -> bytes:
    """The document with a proof by somebody in the name of somebody."""
    key = (by or keys()).ed25519
    made = with_proof(told, key, method=f"{did}#{key_id(key.public_key())}", at=AT)
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def token(told: dict[str, Any], by: IssuerKeys | None = None, did: str = PLACE.did) -> bytes:
    """The document as a token by somebody in the name of somebody."""
    return signed_jwt(told, (by or keys()).p256, did=did).encode()


@cache
def strangers() -> IssuerKeys:
    """Keys of somebody else."""
    with TemporaryDirectory() as folder:
        return issuer_keys(Path(folder))


def a_list(*revoked: int, number: int = 1, by: IssuerKeys | None = None) -> bytes:
    """Our status list with these revoked."""
    return proved(list_credential(ISSUER, number, revoked, at=AT - timedelta(days=1)), by)


def knowing(*revoked: int, others: Sources | None = None, by: IssuerKeys | None = None) -> Sources:
    """Ourselves with these revoked, and of others nothing unless told."""

    async def made(number: int) -> bytes:
        return a_list(*revoked, number=number, by=by)

    return Known(PLACE, by or keys(), made, others or Foreign(None))


async def judged(text: bytes, sources: Sources | None = None, at: datetime = AT) -> Reason:
    """The reason of the verdict on the text."""
    return (await verdict_on(text, sources or knowing(), at=at, own=PLACE.did)).reason
