"""What a credential says, and what it never says."""

import json
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from tests.badges.credential_builders import AT, ISSUER, PLACE, a_badge, an_award, document, judged, signed
from thidua.badges.catalogue import catalogue
from thidua.badges.credentials.document import credential_of
from thidua.badges.credentials.same_view import demand_same_view
from thidua.badges.credentials.verdict import Reason
from thidua.badges.model import Award
from thidua.kernel.subjects import SubjectKind

# The members that the specification of Open Badges 3.0 requires, and those of Verifiable Credentials 2.0.
REQUIRED = {
    "": {"@context", "id", "type", "issuer", "validFrom", "credentialSubject", "name"},
    "issuer": {"id", "type"},
    "credentialSubject": {"id", "type", "achievement"},
    "credentialSubject.achievement": {"id", "type", "criteria", "description", "name"},
    "credentialSubject.achievement.image": {"id", "type"},
    "credentialStatus": {"id", "type", "statusPurpose", "statusListIndex", "statusListCredential"},
}
TYPES = {
    "": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": ["Profile"],
    "credentialSubject": ["AchievementSubject"],
    "credentialSubject.achievement": ["Achievement"],
}


def _at(told: dict[str, Any], path: str) -> dict[str, Any]:
    for name in filter(None, path.split(".")):
        told = told[name]
    return told


def _subject(award: Award, secret: bytes = b"secret") -> str:
    found: str = credential_of(award, a_badge(), ISSUER, secret=secret)["credentialSubject"]["id"]
    return found


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)


@pytest.mark.parametrize("path", REQUIRED, ids=lambda path: path or "credential")
def test_nothing_that_the_specification_requires_is_missing(path: str) -> None:
    told = _at(document(), path)

    assert REQUIRED[path] <= set(told)
    assert told["type"] == TYPES.get(path, told["type"])


def test_every_id_is_a_whole_address() -> None:
    told = document()
    ids = [told["id"], told["issuer"]["id"], told["credentialSubject"]["id"], told["credentialStatus"]["id"]]
    ids += [told["credentialSubject"]["achievement"][name]["id"] for name in ("criteria", "image")]

    assert all(urlsplit(one).scheme in {"https", "did", "urn"} for one in ids)


@pytest.mark.parametrize("slug", sorted(catalogue().badges))
async def test_every_badge_of_the_catalogue_can_be_signed_and_verified(slug: str) -> None:
    badge = catalogue().badges[slug]
    award = an_award(badge=slug, version=badge.version, subject_kind=badge.subject, window="2026")

    told = signed(award, badge)

    assert await judged(told.json.encode()) is Reason.GENUINE
    assert await judged(told.jwt.encode()) is Reason.GENUINE
    assert all(unicodedata.is_normalized("NFC", one) for one in _strings(json.loads(told.json)))


def test_our_own_words_can_be_read_in_one_way_only() -> None:
    demand_same_view(document(an_award(window="festival:10-10", expires_at=AT + timedelta(days=365))))


def test_a_person_has_one_pseudonym_that_another_instance_would_not_find() -> None:
    first, again = an_award(), an_award(badge="cong-dan-so", id=UUID(int=7))
    another = an_award(subject=UUID(int=8))

    assert _subject(first) == _subject(again)
    assert _subject(first) != _subject(another)
    assert _subject(first) != _subject(first, b"another instance")
    assert str(first.subject) not in json.dumps(document(first))


@pytest.mark.parametrize(("kind", "folder"), [(SubjectKind.TEAM, "teams"), (SubjectKind.UNIT, "units")])
def test_a_team_or_unit_is_named_by_its_public_page(kind: SubjectKind, folder: str) -> None:
    award = an_award(subject_kind=kind)

    assert _subject(award) == f"{PLACE.base}/{folder}/{award.subject}"


def test_what_was_written_when_giving_by_hand_stays_here() -> None:
    award = an_award(
        by="account:01939e20-0000-7000-8000-0000000000bb", note="Cảm ơn chị Giàng Thị Mỷ, 001099000001"
    )

    told = json.dumps(document(award), ensure_ascii=False)

    assert "Giàng" not in told
    assert "001099000001" not in told
    assert "0000000000bb" not in told
    assert "có thẩm quyền" in told
