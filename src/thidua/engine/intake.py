"""Checks a report whole before it joins a group, and stores with it all that scoring will ever read (2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from unicodedata import normalize
from uuid import UUID

import msgspec

from thidua.activities import queries as activities
from thidua.activities.catalogue import ActivityType, catalogue, check_attributes
from thidua.activities.model import HELPED_ROLES, Activity, ActivityReport, Context, State
from thidua.engine.changes import fact_of
from thidua.engine.rulebooks import Shelf
from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError
from thidua.kernel.period import local_day
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.directory import Cards, SubjectCard, directory
from thidua.scoring.model import Fact, Reason
from thidua.scoring.registry import version_at

FRAUD_REVERSAL = "FRAUD_REVERSAL"
_MENTEE = "mentee"


class Prepared(msgspec.Struct, gc=False):
    """A report that may be recorded: the activity as it will be stored, and what scoring reads of it.

    `named` are the activities that it finds to be fraud, `lifted` those that what it replaces had found so.
    """

    report: ActivityReport
    activity: Activity
    fact: Fact
    reasons: tuple[Reason, ...] = ()
    replaced: Activity | None = None
    named: tuple[UUID, ...] = ()
    lifted: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the checks read: the subjects and units that reports name, and the activities they refer to."""

    cards: Cards
    earlier: Mapping[UUID, Activity]
    shelf: Shelf


async def known_to(connection: Connection, reports: Sequence[ActivityReport], shelf: Shelf) -> Known:
    """Read, in few statements, all that checking these reports needs."""
    return Known(await _cards(connection, reports), await _earlier(connection, reports), shelf)


def prepare(
    reports: Sequence[ActivityReport], known: Known, *, at: datetime
) -> tuple[list[Prepared], list[FieldError]]:
    """Return the reports that may be recorded and every fault of the others."""
    prepared: list[Prepared] = []
    faults: list[FieldError] = []
    for report in reports:
        day = local_day(report.occurred_at)
        found = _faults(report, day, known.cards, known.earlier)
        if found:
            faults.extend(found)
        else:
            prepared.append(_prepared(report, day, known, at))
    return prepared, faults


async def _cards(connection: Connection, reports: Sequence[ActivityReport]) -> Cards:
    await directory().refresh(connection)
    ids = {report.actor for report in reports}
    units: set[str] = set()
    for report in reports:
        ids.update(one.subject for one in report.participants)
        if report.team is not None:
            ids.add(report.team)
        if report.unit is not None:
            units.add(str(report.unit))
    return await directory().load(connection, ids, units=units)


async def _earlier(connection: Connection, reports: Iterable[ActivityReport]) -> Mapping[UUID, Activity]:
    """Return the recorded activities that reports name: those replaced, and those found to be fraud."""
    named: set[UUID] = set()
    for report in reports:
        if report.replaces is not None:
            named.add(report.replaces)
        if report.type == FRAUD_REVERSAL:
            named.update(named_in(report.attributes))
    return await activities.by_id(connection, named) if named else {}


def named_in(attributes: Mapping[str, object]) -> tuple[UUID, ...]:
    """Return the activities that a finding of fraud names, in ascending order."""
    named = attributes.get("activities")
    if not isinstance(named, list):
        return ()
    try:
        return tuple(sorted({UUID(str(one)) for one in named}))
    except ValueError:
        return ()


def _faults(
    report: ActivityReport, day: date, cards: Cards, earlier: Mapping[UUID, Activity]
) -> list[FieldError]:
    kind = catalogue().types.get(report.type)
    if kind is None or kind.is_derived:
        code = "unknown_type" if kind is None else "derived_type"
        return [FieldError("type", code, report.index)]
    faults = _actor_faults(report, day, kind, cards)
    if report.participants:
        faults += _participant_faults(report, cards)
    for fault in check_attributes(kind, report.attributes):
        faults.append(FieldError(fault.field, fault.code, report.index, fault.facts))
    if report.unit is not None and cards.unit(report.unit) is None:
        faults.append(FieldError("unit", "unknown_unit", report.index))
    if report.replaces is not None or report.type == FRAUD_REVERSAL:
        faults += _earlier_faults(report, earlier)
    return faults


def _actor_faults(report: ActivityReport, day: date, kind: ActivityType, cards: Cards) -> list[FieldError]:
    card = cards.subject(report.actor)
    if card is None:
        return [FieldError("actor", "unknown_subject", report.index)]
    if card.kind not in kind.kinds:
        facts = {"kinds": sorted(one.word for one in kind.kinds)}
        return [FieldError("actor", "wrong_kind", report.index, facts)]
    faults: list[FieldError] = []
    if report.unit is None and card.unit_on(day) is None:
        faults.append(FieldError("unit", "no_home_unit", report.index))
    if report.team is None:
        return faults
    team = cards.subject(report.team)
    if team is None or team.kind is not SubjectKind.TEAM:
        faults.append(FieldError("team", "unknown_team", report.index))
    elif not _in_team(card, report.team, day):
        faults.append(FieldError("team", "not_in_team", report.index))
    return faults


def _in_team(card: SubjectCard, team: UUID, day: date) -> bool:
    if card.kind is SubjectKind.PERSON:
        return team in card.teams_on(day)
    return card.kind is not SubjectKind.TEAM or card.id == team


def _participant_faults(report: ActivityReport, cards: Cards) -> Iterator[FieldError]:
    for number, participant in enumerate(report.participants):
        if cards.subject(participant.subject) is None:
            yield FieldError(f"participants[{number}].subject", "unknown_subject", report.index)
        elif participant.role == _MENTEE and participant.subject == report.actor:
            yield FieldError(f"participants[{number}].subject", "own_mentee", report.index)


def _earlier_faults(report: ActivityReport, earlier: Mapping[UUID, Activity]) -> Iterator[FieldError]:
    if report.replaces is not None:
        old = earlier.get(report.replaces)
        if old is None or old.source != report.source:
            yield FieldError("replaces", "unknown_activity", report.index)
        elif old.actor != report.actor:
            yield FieldError("replaces", "other_actor", report.index)
    if report.type != FRAUD_REVERSAL:
        return
    for one in named_in(report.attributes):
        named = earlier.get(one)
        if named is None or named.actor != report.actor:
            yield FieldError(
                "attributes.activities", "unknown_activity", report.index, {"activity": str(one)}
            )
        elif named.type == FRAUD_REVERSAL:
            yield FieldError(
                "attributes.activities", "names_a_reversal", report.index, {"activity": str(one)}
            )


def _prepared(report: ActivityReport, day: date, known: Known, at: datetime) -> Prepared:
    card = known.cards.subject(report.actor)
    assert card is not None, "reports with faults do not come here"
    old = known.earlier.get(report.replaces) if report.replaces is not None else None
    team, reasons = _team_of(report, day, card, old)
    unit = report.unit or (old.unit if old else card.unit_on(day))
    assert unit is not None, "a report without a unit was refused"
    festival = report.attributes.get("festival")
    activity = Activity(
        id=report.id,
        type=report.type,
        occurred_at=report.occurred_at,
        recorded_at=at,
        actor=report.actor,
        actor_kind=int(card.kind),
        team=team,
        unit=unit,
        festival=festival if isinstance(festival, str) else None,
        quantity=report.quantity,
        attributes=_composed(report.attributes),
        participants=report.participants,
        evidence=report.evidence,
        context=_context(report, known.cards, card, team=team, unit=unit, old=old),
        source=report.source,
        state=State.VERIFIED if report.verified else State.SUBMITTED,
        rulebook_version=version_at(report.occurred_at, known.shelf.in_force),
        replaces=report.replaces,
    )
    named = named_in(report.attributes) if report.type == FRAUD_REVERSAL else ()
    return Prepared(report, activity, fact_of(activity), reasons, old, named)


def _composed(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes with every text in NFC: one word typed on two keyboards is one key."""
    if all(not isinstance(value, str) or value.isascii() for value in attributes.values()):
        return attributes
    return {
        name: normalize("NFC", value) if isinstance(value, str) else value
        for name, value in attributes.items()
    }


def _team_of(
    report: ActivityReport, day: date, card: SubjectCard, old: Activity | None
) -> tuple[UUID | None, tuple[Reason, ...]]:
    if report.team is not None:
        return report.team, ()
    if old is not None:
        return old.team, ()
    if card.kind is SubjectKind.TEAM:
        return card.id, ()
    teams = card.teams_on(day)
    if len(teams) > 1:
        return None, (Reason("team_not_named", {}),)
    return (teams[0] if teams else None), ()


def _context(
    report: ActivityReport,
    cards: Cards,
    card: SubjectCard,
    *,
    team: UUID | None,
    unit: UUID,
    old: Activity | None,
) -> Context:
    """A correction keeps what was stored with the activity it replaces, but for what it names itself (4)."""
    place = cards.unit(unit)
    own = cards.subject(team) if team is not None else None
    kept = old.context if old is not None else None
    same_unit = old is not None and old.unit == unit
    same_team = old is not None and old.team == team
    return Context(
        team_unit=kept.team_unit if kept and same_team else own.homes[0].value if own else None,
        area_group=kept.area_group if kept and same_unit else place.area_group if place else None,
        flags=kept.flags if kept and same_unit else tuple(sorted(place.flags)) if place else (),
        target_group=kept.target_group if kept else card.target_group,
        helped=kept.helped
        if kept and old and old.participants == report.participants
        else _priority_of_helped(report, cards),
    )


def _priority_of_helped(report: ActivityReport, cards: Cards) -> tuple[str, ...]:
    helped: set[str] = set()
    for one in report.participants:
        if one.role in HELPED_ROLES and (card := cards.subject(one.subject)) is not None:
            helped |= card.priority
    return tuple(sorted(helped)) if helped else ()
