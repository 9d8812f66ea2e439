"""Badges given and taken back by people: who may, to whom, for what; never to oneself."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from thidua.accounts.model import Appointer
from thidua.accounts.permissions import Permission, carrying
from thidua.accounts.queries import covers, hands_behind
from thidua.badges import actions, queries
from thidua.badges.actions import NewAward
from thidua.badges.catalogue import catalogue
from thidua.badges.definitions import Badge
from thidua.badges.earning import Due, is_followed, judge
from thidua.badges.errors import (
    AlreadyHeldError,
    AlreadyRevokedError,
    BadgeNotGivenError,
    FestivalNeededError,
    NotForThisKindError,
    OwnBadgeError,
)
from thidua.badges.model import Award, BadgeState, Window
from thidua.badges.progress import window_at
from thidua.infra import audit
from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError, InputError, NotFoundError
from thidua.kernel.period import local_day
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.finding import true_names

WORDS_MAX = 500
_FESTIVAL = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
# A leader's own collective is not theirs to praise: the team they are in, the unit of their home or office.
_OWN_TEAMS = """
SELECT DISTINCT team AS place FROM membership WHERE person = ANY($1::uuid[]) AND team = ANY($2::uuid[])
    AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
"""
_OWN_UNITS = """
SELECT DISTINCT unit AS place FROM person_home WHERE person = ANY($1::uuid[]) AND unit = ANY($2::uuid[])
    AND (valid_from IS NULL OR valid_from <= $3) AND (valid_to IS NULL OR valid_to > $3)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A badge that somebody wants to give: to whom, when it was earned, why; for which festival if any."""

    badge: Badge
    subject: UUID
    note: str
    earned_at: datetime
    festival: str | None = None


async def give(connection: Connection, gift: Gift, *, by: Appointer, at: datetime) -> Award:
    """Give the badge and note it; a DomainError says why it cannot be."""
    await demand_giveable(connection, gift, by=by, at=at)
    given = await actions.give(connection, [new_award_of(gift, by=by)], at=at)
    if not given:
        raise AlreadyHeldError
    [award] = given
    await note(connection, "badge_given", award, by=by, at=at)
    return award


async def take_back(
    connection: Connection, award_id: UUID, *, reason: str, by: Appointer, at: datetime
) -> Award:
    """Revoke the award for a reason that everybody can read; nobody does so with one of their own."""
    reason = words("reason", reason)
    award = await queries.award(connection, award_id)
    await demand_over(connection, award.subject, award.subject_kind, by=by, at=at)
    if not await actions.revoke(connection, [award.id], reason=reason, by=source(by), at=at):
        raise AlreadyRevokedError
    await note(connection, "badge_revoked", award, by=by, at=at)
    await judge_again(connection, [award], at=at)
    return await queries.award(connection, award_id)


async def demand_giveable(connection: Connection, gift: Gift, *, by: Appointer, at: datetime) -> None:
    """Go on only if the giver may give this badge to this subject now."""
    words("note", gift.note)
    if gift.earned_at > at:
        raise InputError([FieldError("earned_on", "badge_in_future")])
    if gift.badge.state is not BadgeState.ACTIVE:
        raise BadgeNotGivenError(badge=gift.badge.slug)
    window_of(gift)
    known = await true_names(connection, [gift.subject], at=at)
    if gift.subject not in known:
        raise NotFoundError
    kind = known[gift.subject].kind
    await demand_over(connection, gift.subject, kind, by=by, at=at)
    # Who leaves a team today gives it no badge for a day on which they were in it.
    is_earlier = local_day(gift.earned_at) != local_day(at)
    if is_earlier and await is_own(connection, gift.subject, kind, by=by, at=gift.earned_at):
        raise OwnBadgeError
    if kind is not gift.badge.subject:
        raise NotForThisKindError(badge=gift.badge.slug)


async def demand_over(
    connection: Connection, subject: UUID, kind: SubjectKind, *, by: Appointer, at: datetime
) -> None:
    """Go on only if they may give badges to the subject: beyond their scope nobody is there."""
    held = carrying(by.grants, Permission.AWARD_BADGES)
    if await is_own(connection, subject, kind, by=by, at=at):
        raise OwnBadgeError
    named = {
        SubjectKind.TEAM: {"team": subject},
        SubjectKind.UNIT: {"unit": subject},
    }.get(kind, {"person": subject})
    if not held or not await covers(connection, held, **named, at=at):
        raise NotFoundError


async def may_over(
    connection: Connection, subject: UUID, kind: SubjectKind, *, by: Appointer, at: datetime
) -> bool:
    """Whether `demand_over` lets them."""
    try:
        await demand_over(connection, subject, kind, by=by, at=at)
    except (NotFoundError, OwnBadgeError):
        return False
    return True


async def is_own(
    connection: Connection, subject: UUID, kind: SubjectKind, *, by: Appointer, at: datetime
) -> bool:
    """Whether the subject is the giver, or a collective that the giver is in or leads."""
    return subject in await own_among(connection, [subject], kind, by=by, at=at)


async def own_among(
    connection: Connection, subjects: Collection[UUID], kind: SubjectKind, *, by: Appointer, at: datetime
) -> set[UUID]:
    """Those of the subjects, all of one kind, that are the giver, or a collective they are in or lead.

    A second account changes nothing: of one that may be in the hands of others they are the giver too.
    """
    behind = await hands_behind(connection, by.account, is_nobodys=by.person is None)
    givers = behind | ({by.person} if by.person else set())
    own = {one for one in subjects if one in givers or any(one in grant.places for grant in by.grants)}
    others = [one for one in subjects if one not in own]
    if not givers or not others or kind not in {SubjectKind.TEAM, SubjectKind.UNIT}:
        return own
    query = _OWN_TEAMS if kind is SubjectKind.TEAM else _OWN_UNITS
    rows = await connection.fetch(query, list(givers), others, local_day(at))
    return own | {row["place"] for row in rows}


def window_of(gift: Gift) -> str:
    """The window that the gift counts for: by the day it was earned, or by the festival named."""
    festival = gift.festival
    if gift.badge.window is Window.FESTIVAL:
        if festival is None:
            raise FestivalNeededError
        if not _FESTIVAL.fullmatch(festival):
            raise InputError([FieldError("festival", "badge_festival_code")])
    window = window_at(gift.badge.window, gift.earned_at, festival)
    assert window is not None, "a festival is named where it must be"
    return window


def new_award_of(gift: Gift, *, by: Appointer, batch: UUID | None = None) -> NewAward:
    """The award that the gift becomes; what it is for stands in its note, no deeds are counted."""
    return NewAward(
        badge=gift.badge.slug,
        version=gift.badge.version,
        fingerprint=gift.badge.fingerprint,
        subject=gift.subject,
        subject_kind=gift.badge.subject,
        window=window_of(gift),
        earned_at=gift.earned_at,
        expires_at=gift.badge.expires_at(gift.earned_at),
        have=0,
        need=0,
        by=source(by),
        note=words("note", gift.note),
        batch=batch,
    )


def words(field: str, text: str) -> str:
    """The words given, without blanks around; none, too many, or signs that nobody sees are a fault."""
    said = unicodedata.normalize("NFC", " ".join(text.split()))
    if not said:
        raise InputError([FieldError(field, "missing_field")])
    if len(said) > WORDS_MAX:
        raise InputError([FieldError(field, "too_long", facts={"maximum": WORDS_MAX})])
    if any(unicodedata.category(sign)[0] == "C" for sign in said):
        raise InputError([FieldError(field, "character_not_allowed")])
    return said


def source(by: Appointer) -> str:
    """How awards name who gave them, or took them back, by hand."""
    return f"account:{by.account}"


async def judge_again(connection: Connection, taken: Collection[Award], *, at: datetime) -> None:
    """What was given by hand and is gone may have been earned besides; what the rule gave stays taken."""
    by_hand = [one for one in taken if one.by != actions.RULE]
    for slug in {one.badge for one in by_hand}:
        badge = catalogue().badges.get(slug)
        if badge is not None and is_followed(badge):
            subjects = {one.subject for one in by_hand if one.badge == slug}
            await judge(connection, [Due(badge, subjects)], at=at)


async def note(connection: Connection, doing: str, award: Award, *, by: Appointer, at: datetime) -> None:
    """Note who did so; the words stand with the award."""
    facts = {"badge": award.badge, "window": award.window}
    deed = audit.Deed(
        at=at, actor_id=by.account, doing=doing, thing_kind="badge_award", thing_id=award.id, facts=facts
    )
    await audit.note(connection, deed)
