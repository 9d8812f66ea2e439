"""What a credential says: who issued which badge to whom, when, by which criteria; no person's name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import digest
from typing import Any
from uuid import UUID

from thidua.badges.credentials.addresses import Place
from thidua.badges.credentials.contexts import CREDENTIALS, OPEN_BADGES
from thidua.badges.definitions import Badge
from thidua.badges.model import Award, CriterionKind, Words
from thidua.badges.texts import lead
from thidua.kernel.subjects import SubjectKind

_PAGES = {SubjectKind.TEAM: "teams", SubjectKind.UNIT: "units"}
_GIVEN = {"vi": "Do người có thẩm quyền trao.", "en": "Given by somebody who may give it."}
_COUNTED = {
    "vi": "Được xác nhận trên nền tảng: {have} trên {need}.",
    "en": "Confirmed on the platform: {have} of {need}.",
}
_EARLIER = {
    "vi": "Trao theo tiêu chí phiên bản {version} của huy hiệu này.",
    "en": "Given by version {version} of the criteria of this badge.",
}


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues: this instance, by the name of its root unit."""

    place: Place
    name: str


def credential_of(award: Award, badge: Badge, issuer: Issuer, *, secret: bytes) -> dict[str, Any]:
    """The unsigned credential of an award."""
    place, name = issuer.place, " · ".join(dict.fromkeys([badge.names["vi"], badge.names["en"]]))
    until = {} if award.expires_at is None else {"validUntil": moment(award.expires_at)}
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": place.credential(award.id),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": profile(issuer),
        "name": name,
        "validFrom": moment(_since(award)),
        **until,
        "awardedDate": moment(award.earned_at),
        "credentialSubject": {
            "id": subject_id(award, place, secret),
            "type": ["AchievementSubject"],
            **({} if award.window == "ever" else {"term": award.window}),
            "achievement": _achievement(award, badge, place, name),
        },
        "evidence": [_evidence(award, badge)],
        "credentialStatus": _status(award, place),
    }


def profile(issuer: Issuer) -> dict[str, Any]:
    """The issuer as credentials and lists name it."""
    return {"id": issuer.place.did, "type": ["Profile"], "name": issuer.name, "url": issuer.place.base}


def subject_id(award: Award, place: Place, secret: bytes) -> str:
    """Whom the credential is about: the same for all badges of a person, and leading to no page of theirs.

    Teams and units are public, so their page is their name.
    """
    folder = _PAGES.get(award.subject_kind)
    if folder is not None:
        return f"{place.base}/{folder}/{award.subject}"
    return UUID(bytes=digest(secret, award.subject.bytes, "sha256")[:16], version=4).urn


def moment(at: datetime) -> str:
    """A moment as credentials write it: whole seconds, UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _since(award: Award) -> datetime:
    """From when it holds: when it was given; what was over by then held from when it was earned."""
    is_over = award.expires_at is not None and award.expires_at <= award.awarded_at
    return award.earned_at if is_over else award.awarded_at


def _achievement(award: Award, badge: Badge, place: Place, name: str) -> dict[str, Any]:
    page = place.badge(badge.slug)
    criteria = badge.criteria if badge.version == award.version else _earlier(award)
    series = [] if badge.series is None else [f"series:{badge.series}"]
    return {
        "id": f"{page}#v{award.version}",
        "type": ["Achievement"],
        "achievementType": "Badge",
        "name": name,
        "description": _both({language: lead(text) for language, text in criteria.items()}),
        "criteria": {"id": page, "narrative": _both(criteria)},
        "image": {"id": f"{page}.png", "type": "Image", "caption": name},
        "inLanguage": "vi",
        "tag": [f"family:{badge.family}", f"level:{badge.level}", *series],
        "version": str(award.version),
    }


def _evidence(award: Award, badge: Badge) -> dict[str, Any]:
    is_counted = badge.criterion.kind is not CriterionKind.MANUAL and award.by == "rule"
    words = _COUNTED if is_counted else _GIVEN
    said = {one: text.format(have=award.have, need=award.need) for one, text in words.items()}
    return {"type": ["Evidence"], "narrative": _both(said)}


def _status(award: Award, place: Place) -> dict[str, Any]:
    address = place.status_list(award.list_number)
    return {
        "id": f"{address}#{award.list_index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(award.list_index),
        "statusListCredential": address,
    }


def _earlier(award: Award) -> Words:
    """Today's criteria are not those it was given by, so their words are not signed for it."""
    return {language: text.format(version=award.version) for language, text in _EARLIER.items()}


def _both(words: Words | Mapping[str, str]) -> str:
    return "\n\n".join(dict.fromkeys(words[language].strip() for language in ("vi", "en")))
