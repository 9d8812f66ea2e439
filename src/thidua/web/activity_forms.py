"""What was typed into the form of an activity, as the report that the API would take; or its faults."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from thidua.activities.attributes import AttributeKind
from thidua.activities.catalogue import ActivityType
from thidua.activities.model import ActivityReport
from thidua.kernel.errors import FieldError
from thidua.kernel.period import VIETNAM
from thidua.organisation.fields import as_id
from thidua.organisation.vietnamese import fold
from thidua.web.activity_fields import OTHER, FormOf
from thidua.web.api.activity_bodies import ActivityBody, ParticipantBody, reports_of
from thidua.web.organisation_forms import Typed

EVIDENCE_CHARACTERS_MAX = 500
_PEOPLE_MAX = 100
_QUANTITY_MAX = 10_000
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
_AHEAD_MAX = timedelta(minutes=5)
_NATIVE = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?", re.ASCII)
_BY_HAND = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ ,]+(\d{1,2})[:hg](\d{2}))?", re.ASCII)
_WHOLE = re.compile(r"-?(?:\d{1,3}(?:[., ]\d{3})+|\d{1,15})", re.ASCII)
_NOON = ("12", "00")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
# Where the engine's names for fields differ from the form's.
_PLACES = {"occurred_at": "at", "participants": "helped"}
# Words for programs that people should not read in a form.
_IN_FORMS = {"unknown_choice": "nothing_chosen", "not_a_list": "empty", "not_text": "malformed"}


@dataclass(slots=True)
class Reading:
    """The report as far as it can be read, and what is wrong with it by field of the form."""

    report: ActivityReport | None
    faults: list[FieldError] = field(default_factory=list)


def read_report(
    typed: Typed, kind: ActivityType, form: FormOf, *, actor: UUID, source: str, at: datetime
) -> Reading:
    """Return the report that the form tells of; its faults are named by the form's own fields."""
    faults: list[FieldError] = []
    occurred_at = _moment(typed, faults, at)
    helped = _helped(typed, faults) if form.role else []
    quantity = _quantity(typed, form, helped, faults)
    team = _chosen(typed, "team", faults)
    unit = _chosen(typed, "unit", faults)
    evidence = _evidence(typed, faults)
    activity = typed.an_id("id")
    if occurred_at is None or faults:
        return Reading(None, faults)
    body = ActivityBody(
        id=activity,
        type=kind.code,
        occurred_at=occurred_at,
        actor=actor,
        participants=tuple(ParticipantBody(subject=one, role=form.role or "helped") for one in helped),  # type: ignore[arg-type]  # roles_of gives one of the known roles
        team=team,
        unit=None if unit is None else str(unit),
        quantity=quantity,
        attributes=attributes_of(typed, kind),
        evidence=evidence,
    )
    [report] = reports_of([(0, body)], source=source, units={str(unit): unit})
    return Reading(report, faults)


def attributes_of(typed: Typed, kind: ActivityType) -> dict[str, Any]:
    """Return what was told of each attribute; what was left empty is left out."""
    told: dict[str, Any] = {}
    for one in kind.attributes.values():
        line = one_of(typed, f"a_{one.name}")
        if line:
            told[one.name] = _value(one.kind, line)
    return told


def one_of(typed: Typed, name: str) -> str:
    """Return what was chosen, or typed beside the choices where that was chosen."""
    line, other = typed.line(name).strip(), typed.line(f"{name}_other").strip()
    return other if line in {OTHER, ""} else line


def place_of(fault: FieldError) -> str:
    """Return the form's name of the field at fault."""
    name = fault.field.partition("[")[0]
    return (
        f"a_{name.removeprefix('attributes.')}" if name.startswith("attributes.") else _PLACES.get(name, name)
    )


def code_of(fault: FieldError) -> str:
    """Return the code whose words fit a form."""
    return _IN_FORMS.get(fault.code, fault.code)


def native(at: datetime) -> str:
    """A moment as the browser's own field for dates and times writes it."""
    return f"{at.astimezone(VIETNAM):%Y-%m-%dT%H:%M}"


def _value(kind: AttributeKind, line: str) -> object:
    if kind is AttributeKind.WHOLE:
        return int(re.sub(r"[^\d-]", "", line)) if _WHOLE.fullmatch(line) else line
    if kind is AttributeKind.IDS:
        return [one.lower() for one in re.split(r"[\s,;]+", line) if one]
    return re.sub(r"[^a-z0-9]+", "-", fold(line)).strip("-") if kind is AttributeKind.SLUG else line


def _moment(typed: Typed, faults: list[FieldError], at: datetime) -> datetime | None:
    line = typed.line("at").strip()
    found = _parsed(line)
    if found is None:
        faults.append(FieldError("at", "not_a_typed_date" if line else "empty"))
    elif found > at + _AHEAD_MAX:
        faults.append(FieldError("at", "in_the_future"))
    elif found < _EARLIEST:
        faults.append(FieldError("at", "too_early"))
    return found


def _parsed(line: str) -> datetime | None:
    browser, by_hand = _NATIVE.fullmatch(line), _BY_HAND.fullmatch(line)
    if browser is not None:
        parts: Sequence[str] = browser.groups()
    elif by_hand is not None:
        day, month, year, hour, minute = by_hand.groups()
        parts = (year, month, day, *((hour, minute) if hour else _NOON))
    else:
        return None
    try:
        return datetime(*(int(one) for one in parts), tzinfo=VIETNAM).astimezone(UTC)  # type: ignore[arg-type,misc]  # five numbers
    except (ValueError, OverflowError):
        return None


def _helped(typed: Typed, faults: list[FieldError]) -> list[UUID]:
    told = dict.fromkeys(typed.several("helped"))
    ids = [one for line in told if (one := as_id(line)) is not None]
    if len(ids) < len(told):
        faults.append(FieldError("helped", "unknown_subject"))
    if len(ids) > _PEOPLE_MAX:
        faults.append(FieldError("helped", "too_many", facts={"maximum": _PEOPLE_MAX}))
    return ids


def _quantity(typed: Typed, form: FormOf, helped: Sequence[UUID], faults: list[FieldError]) -> int:
    if not form.counts_people:
        return _count(typed, "quantity", 1, 1, faults)
    return max(1, len(helped) + _count(typed, "others", 0, 0, faults))


def _count(typed: Typed, name: str, default: int, lowest: int, faults: list[FieldError]) -> int:
    told = typed.count(name)
    if told is None:
        return default
    if isinstance(told, str):
        faults.append(FieldError(name, "not_whole"))
        return default
    if not lowest <= told <= _QUANTITY_MAX - _PEOPLE_MAX:
        facts = {"lowest": lowest, "highest": _QUANTITY_MAX - _PEOPLE_MAX}
        faults.append(FieldError(name, "out_of_range", facts=facts))
    return told


def _chosen(typed: Typed, name: str, faults: list[FieldError]) -> UUID | None:
    line = typed.maybe(name)
    found = as_id(line) if line else None
    if line and found is None:
        faults.append(FieldError(name, "nothing_chosen"))
    return found


def _evidence(typed: Typed, faults: list[FieldError]) -> tuple[dict[str, Any], ...]:
    line = _CONTROLS.sub(" ", typed.line("evidence")).strip()
    if len(line) > EVIDENCE_CHARACTERS_MAX:
        faults.append(FieldError("evidence", "too_long", facts={"maximum": EVIDENCE_CHARACTERS_MAX}))
    if not line:
        return ()
    is_link = line.startswith(("https://", "http://")) and not re.search(r"\s", line)
    return ({"kind": "link", "url": line} if is_link else {"kind": "note", "text": line},)
