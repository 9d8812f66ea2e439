"""What a row of a log means: an activity to be reported, one already recorded, or a doubt.

What is imported is a proposal: submitted, for others to verify.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from uuid import UUID

import msgspec

from thidua.activities.attributes import Attribute, AttributeKind
from thidua.activities.catalogue import ActivityType, catalogue
from thidua.activities.model import Activity, ActivityReport
from thidua.engine.intake import known_to, prepare
from thidua.engine.rulebooks import shelf
from thidua.imports.evidence import evidence_of
from thidua.imports.fields import ATTRIBUTE
from thidua.imports.ground import Ground, unit_meant
from thidua.imports.model import Choice, Verdict, Weight
from thidua.imports.near import Named, Names
from thidua.imports.people import Known, described, people_like
from thidua.imports.queries import worst
from thidua.imports.reading import ActivityRow, Reader, RowReader, read_activity
from thidua.imports.recorded import remark_differences, settle_ids
from thidua.imports.state import RowState
from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError
from thidua.kernel.period import VIETNAM
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.vietnamese import fold

_EARLIEST_YEAR = 2020
_AHEAD_MAX = timedelta(minutes=5)
_UNKNOWN_HOUR = time(12)
# Points by decision, reports and inspections are given by others, never claimed in a list.
_NOT_IMPORTED = "organisation"
_FIELDS = {"actor": "person", "occurred_at": "day"}
_canonical = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPlan:
    """What writing a row would do: the report, if there is one to make; what the same row became before."""

    number: int
    verdict: Verdict
    report: ActivityReport | None = None
    recorded: UUID | None = None

    @property
    def activity(self) -> UUID | None:
        """What the row becomes or became."""
        return self.recorded if self.report is None else self.report.id


async def judge_activities(
    connection: Connection,
    rows: Sequence[RowState],
    reader: Reader,
    ground: Ground,
    *,
    source: str,
    at: datetime,
) -> list[tuple[ActivityPlan, RowReader]]:
    """Return what each row would report, with the remarks on it."""
    readers = [reader.row(row.number, row.cells) for row in rows]
    stated = [name.removeprefix(ATTRIBUTE) for name in _attributes_stated(reader)]
    said = [read_activity(one, stated) for one in readers]
    known = await people_like(connection, (one.person for one in said), ground)
    found = {
        row.number: _report(one, log, known.get(fold(log.person), []), ground, source)
        for row, one, log in zip(rows, readers, said, strict=True)
    }
    by_number = dict(zip([row.number for row in rows], readers, strict=True))
    reports = {number: report for number, report in found.items() if report is not None}
    there = await settle_ids(connection, reports.values(), ground.secret)
    new = {number: report for number, report in reports.items() if report.id not in there}
    _fault_times(new, by_number, at)
    await _fault_as_engine_would(connection, new, by_number, at)
    for report in reports.values():
        report.fingerprint = hashlib.blake2b(_canonical(report), digest_size=16).digest()
    return [
        (_plan(row.number, found[row.number], one, there), one)
        for row, one in zip(rows, readers, strict=True)
    ]


@cache
def importable_types() -> Mapping[str, ActivityType]:
    """The types that a person's or team's log may state."""
    kinds = {SubjectKind.PERSON, SubjectKind.TEAM}
    return {
        code: one
        for code, one in catalogue().types.items()
        if one.kinds & kinds and not one.is_derived and one.category != _NOT_IMPORTED
    }


@cache
def _types() -> tuple[Names, Mapping[UUID, str]]:
    ids = {UUID(int=at): code for at, code in enumerate(importable_types())}
    names = [Named(one, name) for one, code in ids.items() for name in _names_of(importable_types()[code])]
    return Names(names), ids


def _names_of(one: ActivityType) -> set[str]:
    return {one.code, one.name.vi, one.name.en}


def _attributes_stated(reader: Reader) -> list[str]:
    return [name for name in {*reader.columns, *reader.defaults} if name.startswith(ATTRIBUTE)]


def _report(
    row: RowReader, said: ActivityRow, known: Sequence[Known], ground: Ground, source: str
) -> ActivityReport | None:
    unit = unit_meant(row, said.unit, ground, is_needed=False) if said.unit else None
    actor = _actor(row, said, known, unit, ground)
    team = _team(row, said, ground)
    kind = _type(row, said.type)
    if kind is None or actor is None or said.day is None:
        return None
    if said.hour is None and not row.text("hour"):
        row.remark("hour", "no_hour", Weight.NOTE, right=_UNKNOWN_HOUR.isoformat("minutes"))
    at = datetime.combine(said.day, said.hour or _UNKNOWN_HOUR, VIETNAM).astimezone(UTC)
    return ActivityReport(
        id=UUID(int=0),
        type=kind.code,
        occurred_at=at,
        actor=actor,
        source=source,
        fingerprint=b"",
        team=team,
        unit=unit,
        quantity=said.quantity,
        attributes=_attributes(row, kind, said.attributes),
        evidence=(evidence_of(said.evidence, today=ground.today),) if said.evidence else (),
    )


def _type(row: RowReader, text: str) -> ActivityType | None:
    if not text:
        return None
    names, ids = _types()
    found = names.find(text)
    if found.sure is not None:
        return importable_types()[ids[found.sure.id]]
    likely = dict.fromkeys(ids[one.id] for one in found.possible)
    choices = tuple(Choice(value=code, label=importable_types()[code].name.vi) for code in likely)
    if choices:
        row.remark("type", "near_type", Weight.DOUBT, right=choices[0].label, choices=choices)
    else:
        row.remark("type", "no_such_type", Weight.BAD)
    return None


def _actor(
    row: RowReader, said: ActivityRow, known: Sequence[Known], unit: UUID | None, ground: Ground
) -> UUID | None:
    if not said.person or row.text("person") == "":
        return None
    if row.answer.who:
        return next((one.id for one in known if str(one.id) == row.answer.who), None)
    named = [one for one in known if one.name.lower() == said.person.lower()]
    if said.born_on is not None:
        named = [one for one in named if one.born_on in {None, said.born_on}]
    if len(named) == 1:
        return named[0].id
    team = ground.teams_in(None).find(said.person).sure
    if not known and team is not None:
        return team.id
    possible = sorted(named or known, key=lambda one: ground.commune_of(one.unit) != unit)
    if not possible:
        row.remark("person", "no_such_person", Weight.BAD)
        return None
    choices = tuple(Choice(value=str(one.id), label=described(one, ground)) for one in possible)
    code = "which_person" if named else "spelled_otherwise"
    row.remark("person", code, Weight.DOUBT, right=choices[0].label, choices=choices)
    return None


def _team(row: RowReader, said: ActivityRow, ground: Ground) -> UUID | None:
    if not said.team:
        return None
    found = ground.teams_in(None).find(said.team)
    if found.sure is not None:
        return found.sure.id
    choices = tuple(Choice(value=one.name, label=one.name) for one in found.possible)
    row.remark("team", "no_such_team", Weight.DOUBT if choices else Weight.BAD, choices=choices)
    return None


def _attributes(row: RowReader, kind: ActivityType, said: Mapping[str, str]) -> dict[str, object]:
    """The attributes that this type knows; a column may be meant for other rows.

    A common value is for rows whose type asks for it; what others may leave out stays out.
    """
    return {
        name: _typed(kind.attributes[name], text, row)
        for name, text in sorted(said.items())
        if name in kind.attributes and (name in kind.required or row.is_stated(ATTRIBUTE + name))
    }


def _typed(attribute: Attribute, text: str, row: RowReader) -> object:
    if attribute.kind is not AttributeKind.WHOLE:
        return text
    digits = text.split(maxsplit=1)[0].removesuffix(".0")
    if not digits.isdecimal():
        row.remark(ATTRIBUTE + attribute.name, "not_a_whole_number", Weight.BAD)
        return attribute.lowest
    return int(digits)


def _fault_times(
    reports: Mapping[int, ActivityReport], readers: Mapping[int, RowReader], at: datetime
) -> None:
    for number, report in reports.items():
        if report.occurred_at > at + _AHEAD_MAX:
            readers[number].remark("day", "in_the_future", Weight.BAD)
        elif report.occurred_at.astimezone(VIETNAM).year < _EARLIEST_YEAR:
            readers[number].remark("day", "too_early", Weight.BAD)


async def _fault_as_engine_would(
    connection: Connection,
    reports: Mapping[int, ActivityReport],
    readers: Mapping[int, RowReader],
    at: datetime,
) -> None:
    """Say now what recording would refuse."""
    known = await known_to(connection, list(reports.values()), await shelf(connection, at=at))
    for index, report in enumerate(reports.values()):
        report.index = index
    _, faults = prepare(list(reports.values()), known, at=at)
    numbers = list(reports)
    for fault in faults:
        readers[numbers[fault.index or 0]].remark(_field(fault), fault.code, Weight.BAD, facts=fault.facts)
    for report in reports.values():
        report.index = 0


def _field(fault: FieldError) -> str:
    name = fault.field.split("[")[0]
    return name.replace("attributes.", ATTRIBUTE) if "." in name else _FIELDS.get(name, name)


def _plan(
    number: int, report: ActivityReport | None, row: RowReader, there: Mapping[UUID, Activity]
) -> ActivityPlan:
    known = None if report is None else there.get(report.id)
    if report is not None and known is not None:
        remark_differences(row, report, known)
    weight = worst(row.remarks)
    if weight is Weight.DOUBT:
        return ActivityPlan(number=number, verdict=Verdict.DOUBTFUL, report=report)
    if weight is Weight.BAD or report is None:
        return ActivityPlan(number=number, verdict=Verdict.BAD)
    return ActivityPlan(number=number, verdict=Verdict.NEW if known is None else Verdict.SAME, report=report)
