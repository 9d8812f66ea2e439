"""Builders fill in what does not matter; a test writes down only what does."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid5

import msgspec

from thidua.activities.model import ActivityReport, Participant
from thidua.engine.record import Recorder
from thidua.engine.results import Result
from thidua.infra.database import transaction
from thidua.organisation import actions

PLAIN_COMMUNE = "C-00004"  # a ward of Hà Nội: no multiplier applies there
MOUNTAIN_COMMUNE = "C-03394"  # Sin Suối Hồ, Lai Châu
TENTH = datetime(2026, 10, 10, 2, 0, tzinfo=UTC)  # 9 o'clock of 10 October in Vietnam
_NAMES = ("Nguyễn Thị Lan", "Giàng A Páo", "Lò Văn Minh", "Trần Quốc Bảo", "Vàng Thị Mỷ", "Phạm Thu Hà")
_SPACE = UUID("11111111-2222-4333-8444-555555555555")


def an_id(name: object) -> UUID:
    """The same random-looking id for the same name."""
    return uuid5(_SPACE, str(name))


async def some_people(count: int, *, unit: str = PLAIN_COMMUNE, **more: object) -> list[UUID]:
    """Put so many people into the unit; return their ids."""
    ids = [an_id(f"{unit} {number}") for number in range(count)]
    given = [
        {
            "id": str(one),
            "name": _NAMES[number % len(_NAMES)],
            "born_on": "2000-03-04",
            "target_group": "resident",
            "unit": unit,
            "public_name": False,
            "priority": [],
        }
        | more
        for number, one in enumerate(ids)
    ]
    async with transaction() as connection:
        for start in range(0, count, 1000):
            await actions.put_people(connection, given[start : start + 1000], at=TENTH)
    return ids


async def a_team(members: Sequence[UUID], *, name: str = "Đội hình 1", unit: str = PLAIN_COMMUNE) -> UUID:
    """Put a team with these members, all since 2020, into the unit; return its id."""
    team = an_id(name)
    given = {"id": str(team), "kind": "youth_digital", "name": name, "unit": unit, "valid_from": "2020-01-01"}
    stays = [{"person": str(one), "team": str(team), "valid_from": "2020-01-01"} for one in members]
    async with transaction() as connection:
        await actions.put_teams(connection, [given], at=TENTH)
        await actions.put_memberships(connection, stays, at=TENTH)
    return team


async def left(person: UUID, team: UUID, *, on: str = "2020-02-01") -> None:
    """Let the person have left the team on that day."""
    stay = {"person": str(person), "team": str(team), "valid_from": "2020-01-01", "valid_to": on}
    async with transaction() as connection:
        await actions.put_memberships(connection, [stay], at=TENTH)


def reported(
    type_code: str,
    actor: UUID,
    *,
    at: datetime = TENTH,
    name: object = None,
    participants: Sequence[tuple[UUID, str]] = (),
    attributes: Mapping[str, Any] | None = None,
    **more: Any,  # noqa: ANN401 -- whatever else a report takes
) -> ActivityReport:
    """A verified report; its id is made from `name`, or from everything it says."""
    said = {"type": type_code, "actor": actor, "at": at, "who": participants, "what": attributes, **more}
    encoded = msgspec.json.encode(said, order="deterministic", enc_hook=str)
    return ActivityReport(
        id=an_id(name if name is not None else encoded),
        type=type_code,
        occurred_at=at,
        actor=actor,
        source=more.pop("source", "test"),
        fingerprint=blake2b(encoded, digest_size=16).digest(),
        participants=tuple(Participant(subject, role) for subject, role in participants),
        attributes=dict(attributes or {}),
        verified=more.pop("verified", True),
        **more,
    )


async def recorded(reports: Sequence[ActivityReport], *, partial: bool = False) -> list[Result]:
    """Record the reports through a recorder of their own."""
    recorder = Recorder()
    await recorder.start()
    try:
        return await recorder.record(
            [_placed(report, index) for index, report in enumerate(reports)], partial=partial
        )
    finally:
        await recorder.stop()


def _placed(report: ActivityReport, index: int) -> ActivityReport:
    return msgspec.structs.replace(report, index=index)
