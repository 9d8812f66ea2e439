"""Badges and awards as pages show them: names, pictures, dates and what is true of them now."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from thidua.badges.actions import RULE
from thidua.badges.catalogue import catalogue
from thidua.badges.definitions import Badge
from thidua.badges.model import Award, BadgeState, Progress
from thidua.badges.texts import blocks, lead
from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.names import ShownName, shown_names
from thidua.web.badge_pictures import Asked, picture_address
from thidua.web.language import Language
from thidua.web.subjects import shown_name
from thidua.web.wording import say

# Below 128 a picture is drawn without words: the page says them.
_SMALL, _LARGE = 96, 512
_FOLDERS = {SubjectKind.TEAM: "teams", SubjectKind.UNIT: "units"}


def badge_shown(badge: Badge, language: Language) -> dict[str, Any]:
    """The badge itself, given to nobody."""
    return {
        "slug": badge.slug,
        "name": badge.names[language],
        "family": badge.family.value,
        "level": badge.level,
        "subject": badge.subject.word,
        "state": badge.state.value,
        "window": badge.window.value,
        "valid_for": badge.valid_for,
        "kind": badge.criterion.kind.value,
        "version": badge.version,
        "lead": lead(badge.criteria[language]),
        "criteria": blocks(badge.criteria[language])[1:],
        "small": picture_address(badge, Asked(size=_SMALL), ending="svg"),
        "large": picture_address(badge, Asked(size=_LARGE, lang=language), ending="svg"),
        "is_given": badge.state is BadgeState.ACTIVE,
    }


def award_shown(award: Award, language: Language, *, at: datetime) -> dict[str, Any] | None:
    """One award; None when its badge's folder is gone."""
    badge = catalogue().badges.get(award.badge)
    if badge is None:
        return None
    status, year = award.status(at), local_day(award.earned_at).year
    large = Asked(size=_LARGE, year=year, status=status, lang=language)
    return {
        "id": str(award.id),
        "slug": badge.slug,
        "name": badge.names[language],
        "level": badge.level,
        "family": badge.family.value,
        "small": picture_address(badge, Asked(size=_SMALL, year=year, status=status), ending="svg"),
        "large": picture_address(badge, large, ending="svg"),
        "status": status.value,
        "earned_on": local_day(award.earned_at),
        "awarded_on": local_day(award.awarded_at),
        "expires_on": last_day(award),
        "revoked_on": None if award.revoked_at is None else local_day(award.revoked_at),
        "reason": _reason(award, language),
        "year": year,
        "window": award.window,
    }


def _reason(award: Award, language: Language) -> str:
    """Why it was revoked: the words of who did so, or of the rule."""
    return say(award.reason, language) if award.revoked_by == RULE else award.reason


def last_day(award: Award) -> object:
    """The last day it holds, None where it does not expire."""
    return None if award.expires_at is None else local_day(award.expires_at - timedelta(microseconds=1))


def awards_shown(awards: Iterable[Award], language: Language, *, at: datetime) -> list[dict[str, Any]]:
    """Awards in the order given; those whose badge's folder is gone are left out."""
    return [one for award in awards if (one := award_shown(award, language, at=at)) is not None]


def progress_shown(found: Iterable[tuple[Badge, Progress]], language: Language) -> list[dict[str, Any]]:
    """What can still be earned, each badge with how far it is."""
    return [
        badge_shown(badge, language) | {"have": min(told.have, told.need), "need": told.need}
        for badge, told in found
    ]


async def receivers(
    connection: Connection, awards: Collection[Award], language: Language, *, at: datetime
) -> dict[UUID, dict[str, Any]]:
    """Who holds each of the awards, by the names that everybody may see, with their pages."""
    names = await shown_names(connection, {one.subject for one in awards}, at)
    return {subject: receiver(subject, name, language) for subject, name in names.items()}


def receiver(subject: UUID, name: ShownName, language: Language) -> dict[str, Any]:
    """A subject by its public name."""
    folder = _FOLDERS.get(name.kind, "people")
    return {
        "name": shown_name(name, language),
        "is_alias": name.is_alias,
        "kind": name.kind.word,
        "href": f"/{folder}/{name.code if name.kind is SubjectKind.UNIT else subject}",
    }
