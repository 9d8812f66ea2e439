"""`/api/v1/badges`: which badges there are, what earns them, their pictures; and who has which."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from thidua.badges.catalogue import catalogue
from thidua.badges.definitions import Badge
from thidua.badges.model import Award
from thidua.badges.queries import awards_of
from thidua.infra.clock import now
from thidua.infra.database import connection
from thidua.kernel.period import local_day
from thidua.web.api.answers import answer_json
from thidua.web.api.badge_examples import AWARDS, BADGES
from thidua.web.language import AnyRequest
from thidua.web.subjects import name_of

Words = Mapping[str, str]
_KEPT = "public, max-age=60"


class EarnedBy(msgspec.Struct, frozen=True):
    """The kind of criterion, and how many it asks for: points, activities, people, weeks or per cent."""

    kind: str
    need: int


class BadgeBody(msgspec.Struct, frozen=True):
    """One badge as defined; `valid_for` is an ISO 8601 duration, null where it does not expire."""

    slug: str
    names: Words
    criteria: Words
    family: str
    level: int
    series: str | None
    subject: str
    state: str
    version: int
    window: str
    valid_for: str | None
    earned_by: EarnedBy
    picture: str


class BadgesBody(msgspec.Struct, frozen=True):
    """Every badge, by family and series."""

    items: list[BadgeBody]
    next: None


class AwardBody(msgspec.Struct, frozen=True):
    """One badge of a subject; `expires_on` is the last day it is valid, null where it does not expire."""

    slug: str
    version: int
    window: str
    credential: UUID
    earned_on: date
    awarded_on: date
    expires_on: date | None
    status: str


class AwardsBody(msgspec.Struct, frozen=True):
    """The badges of a subject, those earned last first, revoked ones too."""

    items: list[AwardBody]
    next: None


@get(
    "/api/v1/badges",
    tags=["Badges"],
    summary="The badges there are: what earns them, for whom, how long they are valid",
    opt={"answers": BadgesBody, "answer_example": BADGES},
)
async def read_badges(request: AnyRequest) -> ASGIResponse:
    """Show every badge to anybody; `If-None-Match` is answered by 304."""
    body, tag = _listed()
    headers = {"cache-control": _KEPT, "etag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return ASGIResponse(status_code=304, headers=headers)
    return answer_json(body, headers=headers)


@get(
    "/api/v1/subjects/{subject:uuid}/badges",
    tags=["Badges"],
    summary="The badges of a person, team, unit or household: valid, expired or revoked",
    opt={"answers": AwardsBody, "answer_example": AWARDS},
)
async def read_subject_badges(subject: FromPath[UUID]) -> ASGIResponse:
    """Show what a subject was given to anybody."""
    at = now()
    async with connection() as database:
        await name_of(database, subject, at=at)
        awards = await awards_of(database, subject)
    return answer_json({"items": [_award_body(one, at) for one in awards], "next": None})


@cache
def _listed() -> tuple[msgspec.Raw, str]:
    """The list, encoded once: folders are read when the process starts."""
    items = [_body(badge) for badge in catalogue().badges.values()]
    encoded = msgspec.json.encode({"items": items, "next": None})
    return msgspec.Raw(encoded), f'"{blake2b(encoded, digest_size=12).hexdigest()}"'


def _body(badge: Badge) -> dict[str, Any]:
    return {
        "slug": badge.slug,
        "names": badge.names,
        "criteria": badge.criteria,
        "family": badge.family,
        "level": badge.level,
        "series": badge.series,
        "subject": badge.subject.word,
        "state": badge.state,
        "version": badge.version,
        "window": badge.window,
        "valid_for": badge.valid_for.iso if badge.valid_for else None,
        "earned_by": {"kind": badge.criterion.kind, "need": badge.criterion.need},
        "picture": f"/badges/{badge.slug}.png",
    }


def _award_body(award: Award, at: datetime) -> dict[str, Any]:
    until = award.expires_at
    return {
        "slug": award.badge,
        "version": award.version,
        "window": award.window,
        "credential": award.id,
        "earned_on": local_day(award.earned_at),
        "awarded_on": local_day(award.awarded_at),
        "expires_on": None if until is None else local_day(until - timedelta(microseconds=1)),
        "status": award.status(at),
    }


badge_api_handlers = [read_badges, read_subject_badges]
