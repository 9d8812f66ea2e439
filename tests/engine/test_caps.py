"""The caps a person reads are the caps the next activity meets."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from tests.builders import TENTH, recorded, reported, some_people
from thidua.activities.model import ActivityReport
from thidua.engine.caps import outlook
from thidua.infra.database import Connection, connection
from thidua.scoring.evaluate import State

_SPREAD: tuple[tuple[str, dict[str, int] | None], ...] = (
    ("PUBLIC_SERVICE_CASE", {}),
    ("WEEKLY_QUIZ", {"score_percent": 80}),
    ("MENTOR_SESSION", None),
)


async def test_what_is_shown_as_used_is_what_the_kept_states_hold(bootstrapped_database: str) -> None:
    lan, pao = await some_people(2)
    reports = [_some(number, lan, pao) for number in range(60)]
    await recorded(reports)
    at = max(one.occurred_at for one in reports)

    async with connection() as reading:
        shown = (await outlook(reading, lan, at=at)).caps
        held = await _held(reading, lan)

    assert len(shown) > 3
    for one in shown:
        bucket, units, points = held[one.rule.name].use[str(one.cap.window)]
        assert (bucket, units, points) == (str(one.period.starts_on), one.units, one.points)


async def test_four_mentees_make_the_fifth_worth_fifty_more(bootstrapped_database: str) -> None:
    people = await some_people(6)
    mentor, mentees = people[0], people[1:5]
    await recorded([_session(mentor, one, TENTH + timedelta(days=day)) for day, one in enumerate(mentees)])

    async with connection() as reading:
        seen = await outlook(reading, mentor, at=TENTH + timedelta(days=9))

    [progress] = seen.progress
    assert (progress.have, progress.need) == (4, 5)
    assert [(one.type, one.points, one.extra) for one in seen.advice][:1] == [("MENTOR_SESSION", 55, 50)]


async def test_who_is_new_has_used_nothing_and_is_shown_a_first_step(bootstrapped_database: str) -> None:
    [lan] = await some_people(1)

    async with connection() as reading:
        seen = await outlook(reading, lan, at=TENTH)

    assert seen.caps == []
    assert seen.advice[0].type == "MENTOR_SESSION"


async def _held(reading: Connection, person: UUID) -> dict[str, State]:
    rows = await reading.fetch(
        "SELECT rule, state FROM rule_state WHERE subject = $1 AND bucket = ''", person
    )
    capped = [row for row in rows if not row["state"].startswith("[[")]
    return {row["rule"]: msgspec.json.decode(row["state"], type=State) for row in capped}


def _some(number: int, lan: UUID, pao: UUID) -> ActivityReport:
    at = TENTH + timedelta(hours=number * 89 % 216)
    code, attributes = _SPREAD[number % 3]
    if attributes is None:
        return _session(lan, pao, at, name=number)
    quantity = number % 9 + 1 if code == "PUBLIC_SERVICE_CASE" else 1
    return reported(code, lan, at=at, name=number, attributes=attributes, quantity=quantity)


def _session(mentor: UUID, mentee: UUID, at: datetime, name: object = None) -> ActivityReport:
    told = {"minutes": 45, "skill": "vneid"}
    return reported(
        "MENTOR_SESSION", mentor, at=at, name=name, participants=[(mentee, "mentee")], attributes=told
    )
