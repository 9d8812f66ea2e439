"""What the people of the bench report: activities of many types, as requests."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from thidua.cli.bench.chance import Chance
from thidua.cli.bench.running import Running
from thidua.kernel.period import VIETNAM

_SPAN = timedelta(days=21)
_SKILLS = ("e-services", "vneid", "payments", "safety", "ai")
_COURSES = ("binh-dan-hoc-vu-so-1", "an-toan-so", "dich-vu-cong", "ai-co-ban")
# How often each is reported, in percent; together 100.
_TYPES = (
    ("MENTOR_SESSION", 26),
    ("PUBLIC_SERVICE_CASE", 24),
    ("VNEID_SUPPORT", 12),
    ("PERSON_GUIDED", 11),
    ("CLASS_ATTENDED", 10),
    ("COURSE_COMPLETED", 8),
    ("SAFETY_SESSION", 5),
    ("FEST_CHECKIN", 4),
)
_DEALT = tuple(code for code, percent in _TYPES for _ in range(percent))
_HELPED = {"MENTOR_SESSION": "mentee", "PUBLIC_SERVICE_CASE": "helped", "PERSON_GUIDED": "helped"}
_COUNTED = frozenset({"PUBLIC_SERVICE_CASE", "VNEID_SUPPORT", "PERSON_GUIDED"})
_PATH = "/api/v1/activities"

_encode = msgspec.json.Encoder().encode


def reported(
    people: Sequence[UUID], *, count: int, seed: int, at: datetime, span: timedelta = _SPAN
) -> Iterator[dict[str, Any]]:
    """Reports in the order in which they happened, the last of them now."""
    chance = Chance(seed)
    for nth in range(count):
        yield _report(chance, people, at - span * (count - nth) / count)


def from_sources(
    sources: Sequence[Sequence[UUID]], *, size: int, count: int, seed: int, at: datetime
) -> Iterator[dict[str, Any]]:
    """The reports of several systems that take turns, `size` at a time, each for members of its own."""
    each = count // len(sources) // size * size
    own = [reported(people, count=each, seed=seed + nth, at=at) for nth, people in enumerate(sources)]
    while held := [list(islice(reports, size)) for reports in own]:
        if not any(held):
            return
        for batch in held:
            yield from batch


def batches(running: Running, reports: Iterator[dict[str, Any]], size: int) -> Iterator[bytes]:
    """Requests that carry `size` reports each."""
    while held := [report for _, report in zip(range(size), reports, strict=False)]:
        body = _encode({"activities": held})
        yield running.head("POST", _PATH, body_bytes=len(body)) + body


def singles(running: Running, reports: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """Requests that carry one report each."""
    for report in reports:
        body = _encode(report)
        yield running.head("POST", _PATH, body_bytes=len(body)) + body


def _report(chance: Chance, people: Sequence[UUID], occurred_at: datetime) -> dict[str, Any]:
    """A report with the id that a device gives it when it happens (RFC 9562, version 7)."""
    code = _DEALT[chance.below(len(_DEALT))]
    actor = chance.often_low(len(people))
    return {
        "id": chance.id_at(occurred_at),
        "type": code,
        "occurred_at": occurred_at.astimezone(VIETNAM).replace(microsecond=0),
        "actor": people[actor],
        "participants": _participants(chance, people, code, actor),
        "quantity": 1 + chance.below(3) if code in _COUNTED else 1,
        "attributes": _attributes(chance, code),
        "verified": True,
    }


def _participants(chance: Chance, people: Sequence[UUID], code: str, actor: int) -> list[dict[str, Any]]:
    role = _HELPED.get(code)
    another = (actor + 1 + chance.below(len(people) - 1)) % len(people)  # nobody mentors themselves
    return [] if role is None else [{"subject": people[another], "role": role}]


def _attributes(chance: Chance, code: str) -> dict[str, Any]:
    if code == "MENTOR_SESSION":
        return {"minutes": 20 + chance.below(70), "skill": _SKILLS[chance.below(len(_SKILLS))]}
    if code == "COURSE_COMPLETED":
        course = _COURSES[chance.below(len(_COURSES))]
        return {"course": course, "version": f"{1 + chance.below(5)}", "level": 1 + chance.below(3)}
    if code == "FEST_CHECKIN":
        return {"festival": f"ngay-hoi-{chance.below(20)}"}
    return {}
