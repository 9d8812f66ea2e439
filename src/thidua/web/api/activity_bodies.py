"""The shapes of activities on the wire, and what they become inside."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from thidua.activities.model import ActivityReport, Participant
from thidua.web.json_tree import INTEGER_MAX

BATCH_MAX = 1000
_WHOLE = Annotated[int, Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]
_TEXT = Annotated[str, Meta(max_length=2000)]
Scalar: TypeAlias = _TEXT | _WHOLE | float | bool | None
Attributes: TypeAlias = Annotated[
    dict[str, Scalar | Annotated[list[Scalar], Meta(max_length=1000)]], Meta(max_length=50)
]
Evidence: TypeAlias = Annotated[dict[str, Scalar], Meta(max_length=20)]


class ParticipantBody(Participant, frozen=True, gc=False, forbid_unknown_fields=True):
    """Somebody who took part; who was helped is mentee, learner or helped."""

    role: Literal["mentee", "learner", "helped", "witness", "co_actor"]


class ActivityBody(Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """One activity as it is reported; everything below `actor` may be left out."""

    id: UUID
    type: Annotated[str, Meta(max_length=64)]
    occurred_at: Annotated[datetime, Meta(tz=True)]
    actor: UUID
    participants: Annotated[tuple[ParticipantBody, ...], Meta(max_length=1000)] | UnsetType = UNSET
    team: UUID | UnsetType | None = UNSET
    unit: Annotated[str, Meta(max_length=64)] | UnsetType | None = UNSET
    quantity: Annotated[int, Meta(ge=1, le=10_000)] | UnsetType = UNSET
    attributes: Attributes | UnsetType = UNSET
    evidence: Annotated[tuple[Evidence, ...], Meta(max_length=50)] | UnsetType = UNSET
    verified: bool | UnsetType = UNSET
    replaces: UUID | UnsetType | None = UNSET


class BatchBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Up to 1,000 activities, taken all or none unless asked otherwise."""

    activities: Annotated[list[ActivityBody], Meta(max_length=BATCH_MAX)]


class ReasonBody(Struct, frozen=True):
    """Why an activity brought what it did."""

    code: str
    message: str


class ResultBody(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one activity."""

    id: str | None
    status: Literal["recorded", "duplicate", "rejected"]
    state: Literal["submitted", "verified", "rejected", "withdrawn"] | None
    points: int
    reasons: list[ReasonBody]
    errors: list[dict[str, Any]] = []


class ResultsBody(Struct, frozen=True):
    """What became of each activity, in the order in which they were sent."""

    results: list[ResultBody]


class ActBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Why an activity is verified, rejected or withdrawn."""

    reason: Annotated[str, Meta(max_length=2000)] = ""


def keys_of(body: ActivityBody) -> int:
    """How many keys a JSON object with exactly this content holds."""
    participants, attributes, evidence = body.participants, body.attributes, body.evidence
    count = 4 + (body.team is not UNSET) + (body.unit is not UNSET) + (body.quantity is not UNSET)
    count += (body.verified is not UNSET) + (body.replaces is not UNSET)
    if participants is not UNSET:
        count += 1 + 2 * len(participants)
    if attributes is not UNSET:
        count += 1 + len(attributes)
    if evidence is not UNSET:
        count += 1 + sum(map(len, evidence))
    return count


def keys_of_batch(body: BatchBody) -> int:
    """How many keys a batch with exactly this content holds."""
    return 1 + sum(map(keys_of, body.activities))


def reports_of(
    bodies: Sequence[tuple[int, ActivityBody]], *, source: str, units: Mapping[str, UUID | None]
) -> list[ActivityReport]:
    """The bodies as reports; `units` gives the id for whatever names a unit."""
    return [_report_of(index, body, source, units) for index, body in bodies]


_canonical: Callable[[object], bytes] = msgspec.json.Encoder(order="deterministic").encode


def _report_of(
    index: int, body: ActivityBody, source: str, units: Mapping[str, UUID | None]
) -> ActivityReport:
    report = ActivityReport(
        id=body.id,
        type=body.type,
        occurred_at=body.occurred_at.astimezone(UTC),
        actor=body.actor,
        source=source,
        fingerprint=b"",
        participants=body.participants or (),
        team=body.team or None,
        unit=units[body.unit] if body.unit else None,
        quantity=body.quantity or 1,
        attributes=body.attributes or {},
        evidence=body.evidence or (),
        verified=body.verified or False,
        replaces=body.replaces or None,
        index=0,
    )
    # Left out, at its default, in any order of keys, with any offset: the same content, the same fingerprint.
    report.fingerprint = hashlib.blake2b(_canonical(report), digest_size=16).digest()
    report.index = index
    return report
