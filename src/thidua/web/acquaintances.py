"""Whom somebody may find and read by true name: those near them, and those in their charge."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from thidua.accounts.permissions import Permission
from thidua.activities.model import Activity
from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.directory import SubjectCard, directory
from thidua.organisation.finding import Found, Within, households_within, people_within, true_names
from thidua.organisation.names import shown_names
from thidua.web.activity_fields import capital
from thidua.web.language import Language
from thidua.web.visitors import Visitor, scope_of, teams_of


async def card_of(connection: Connection, subject: UUID | None) -> SubjectCard | None:
    """Return where the subject belongs; None when there is none."""
    if subject is None:
        return None
    await directory().refresh(connection)
    return (await directory().load(connection, [subject])).subject(subject)


async def near(connection: Connection, visitor: Visitor, *, at: datetime) -> Within:
    """Return where the visitor may find people: their own home and teams, and where they may read names."""
    card, day = await card_of(connection, visitor.person), local_day(at)
    home = card.unit_on(day) if card else None
    return Within(
        homes=[home] if home else [],
        units=await scope_of(connection, visitor, Permission.SEE_NAMES),
        teams=[*(card.teams_on(day) if card else ()), *teams_of(visitor, Permission.SEE_NAMES)],
    )


async def in_charge(connection: Connection, visitor: Visitor) -> Within:
    """Return whom the visitor may record for."""
    return Within(
        units=await scope_of(connection, visitor, Permission.RECORD_FOR_OTHERS),
        teams=teams_of(visitor, Permission.RECORD_FOR_OTHERS),
    )


async def strangers(
    connection: Connection, people: Collection[UUID], within: Within, *, at: datetime
) -> set[UUID]:
    """Return those of the people whom the visitor has no way of finding."""
    return set(people) - await people_within(connection, people, within, at=at) if people else set()


async def names_for(
    connection: Connection,
    subjects: Iterable[UUID],
    within: Within,
    language: Language,
    *,
    own: Collection[UUID | None],
    at: datetime,
) -> dict[UUID, Found]:
    """Return each subject's name for the visitor: the true one of whom they may find, else the public one.

    `own` are people whose names are known to the visitor anyway: themselves, and whom they named themselves.
    """
    asked = set(subjects)
    known = await true_names(connection, asked, at=at)
    of_kind = {
        kind: {one for one in asked if one in known and known[one].kind is kind} - set(own)
        for kind in (SubjectKind.PERSON, SubjectKind.HOUSEHOLD)
    }
    hidden = await strangers(connection, of_kind[SubjectKind.PERSON], within, at=at)
    if households := of_kind[SubjectKind.HOUSEHOLD]:
        hidden |= households - await households_within(connection, households, within)
    public = await shown_names(connection, hidden | (asked - known.keys()), at)
    told = {one: _found(one, known[one], known[one].name) for one in known.keys() - hidden}
    for one, name in public.items():
        shown = name.name_vi if language == "vi" else name.name_en
        told[one] = Found(one, name.kind, shown, "", "")
    return told


def participants_of(found: Iterable[Activity]) -> set[UUID]:
    """Return everybody whom the activities name."""
    return {one.subject for activity in found for one in activity.participants}


def _found(subject: UUID, found: Found, name: str) -> Found:
    return Found(subject, found.kind, name or capital(found.kind.word), found.unit_vi, found.unit_en)
