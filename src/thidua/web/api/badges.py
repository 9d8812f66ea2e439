"""`/api/v1/badges`: which badges there are, what earns them, and where their pictures are."""

from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from typing import Any

import msgspec
from litestar import get
from litestar.response.base import ASGIResponse

from thidua.badges.catalogue import catalogue
from thidua.badges.definitions import Badge
from thidua.web.api.answers import answer_json
from thidua.web.api.badge_examples import BADGES
from thidua.web.language import AnyRequest

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


badge_api_handlers = [read_badges]
