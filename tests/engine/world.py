"""A small world for random histories: five people, two teams, two units, a household, all of its own.

Ids are made of the world's number and a place, so the same history in another world has the same order (3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import count
from random import Random  # noqa: TID251 -- histories are drawn from a seed, so that they can be repeated
from typing import Any
from uuid import UUID

from tests.builders import MOUNTAIN_COMMUNE, PLAIN_COMMUNE, TENTH
from thidua.activities.model import ActivityReport, Participant
from thidua.infra.database import transaction
from thidua.kernel.subjects import SubjectKind
from thidua.organisation import actions

Given = dict[str, Any]
_BITS = 96
_numbers = count(1)
# Days on both sides of 15 October 2026, when version 2 comes into force: a Thursday in mid-month.
_DAYS = (0, 0, 1, 1, 2, 4, 5, 6, 7, 8, 12, 18, 60, 95)
_STARTS_ON = datetime(2026, 10, 10, 2, 0, tzinfo=UTC)
_MEMBERSHIPS = (
    (0, 0, "2020-01-01", "2026-10-12"),
    (0, 1, "2026-10-12", None),
    (1, 0, "2020-01-01", None),
    (2, 0, "2020-01-01", None),
    (2, 1, "2020-01-01", None),
    (3, 1, "2026-10-11", "2026-10-16"),
)
_PERSONAL = (
    "MENTOR_SESSION", "MENTOR_SESSION", "MENTOR_SESSION", "MENTEE_GRADUATED", "MENTEE_GRADUATED",
    "MENTEE_GRADUATED", "FAMILY_GUIDED", "PERSON_GUIDED", "COURSE_COMPLETED", "COURSE_COMPLETED",
    "SKILL_CONFIRMED", "WEEKLY_QUIZ", "THEMATIC_MEETING", "CLASS_ATTENDED", "CLASS_TAUGHT",
    "CLASS_ASSISTED", "ACCESSIBLE_SESSION", "MATERIAL_PUBLISHED", "SAFETY_SESSION", "PUBLIC_SERVICE_CASE",
    "PUBLIC_SERVICE_CASE", "PUBLIC_SERVICE_CASE", "VNEID_SUPPORT", "MERCHANT_QR", "MERCHANT_QR",
    "MERCHANT_QR", "MERCHANT_4T", "OCOP_LISTED", "NEWS_APPROVED", "FEST_SHIFT", "RESOURCE_CONTRIBUTED",
)  # fmt: skip
_OF_ANYBODY = (
    "FEST_CHECKIN", "FEST_BOOTH", "FEST_BOOTH", "FEST_WORKSHOP", "FEST_QUIZ", "FEST_QUIZ", "MANUAL",
)  # fmt: skip
_OF_TEAMS = (
    "HERITAGE_DIGITISED", "INITIATIVE", "DAILY_REPORT", "FEST_PRIZE",
)  # fmt: skip
_OF_UNITS = (
    "REPORT_ON_TIME", "REPORT_LATE", "REPORT_LATE", "REPORT_MISSING", "REPORT_MISSING", "INSPECTION_OK",
    "INSPECTION_FINDING", "FEST_HOST",
)  # fmt: skip
_WITH_MENTEES = frozenset({"MENTOR_SESSION", "MENTEE_GRADUATED", "CLASS_TAUGHT", "PUBLIC_SERVICE_CASE"})
_ATTRIBUTES: Mapping[str, Mapping[str, Sequence[object]]] = {
    "MENTOR_SESSION": {"minutes": (10, 30, 45), "skill": ("vneid",)},
    "MENTEE_GRADUATED": {"skill": ("vneid", "qr", None)},
    "COURSE_COMPLETED": {"course": ("a", "b"), "version": (1, "1", None), "level": (1, 2, 3, None)},
    "SKILL_CONFIRMED": {"framework_version": (1, 2)},
    "WEEKLY_QUIZ": {"score_percent": (60, 70, None)},
    "CLASS_TAUGHT": {"minutes": (30, 90, 200, None)},
    "MERCHANT_QR": {"merchant": ("m1", "m2", None)},
    "MERCHANT_4T": {"merchant": ("m1", "m2")},
    "FEST_CHECKIN": {"festival": ("f1", "f2", None)},
    "FEST_BOOTH": {"festival": ("f1", "f2", None), "booth": (1, 2, 3, "3")},
    "FEST_WORKSHOP": {"festival": ("f1", "f2", None)},
    "FEST_QUIZ": {"festival": ("f1", None), "round": (1, 2), "score": (0, 7, 12, 20, None)},
    "FEST_PRIZE": {"contest": ("c1", "c2"), "place": (1, 2, 4)},
    "FEST_SHIFT": {"minutes": (100, 180, None), "festival": ("f1", None)},
    "FEST_HOST": {"festival": ("f1", "f2")},
    "INITIATIVE": {"initiative": ("i1", "i2"), "level": ("commune", "province", "national")},
    "REPORT_ON_TIME": {"slot": ("s1", "s2")},
    "REPORT_LATE": {"slot": ("s1", "s2")},
    "REPORT_MISSING": {"slot": ("s1", "s2", None)},
    "INSPECTION_FINDING": {"severity": (1, 2, 3, 4, None)},
    "MANUAL": {"points": (-40, 0, 35)},
}


@dataclass
class World:
    """One world: its number stands in every id, merchant and festival of its own."""

    number: int = field(default_factory=lambda: next(_numbers))

    def id(self, kind: int, place: int) -> UUID:
        """The id of the place-th thing of the kind."""
        return UUID(int=(self.number << _BITS) | (kind << 80) | (place << 8) | 1)

    @property
    def span(self) -> tuple[UUID, UUID]:
        """Every id of the world lies between these two."""
        return UUID(int=self.number << _BITS), UUID(int=(self.number + 1) << _BITS)

    @property
    def people(self) -> list[UUID]:
        """The five people."""
        return [self.id(1, place) for place in range(5)]

    @property
    def teams(self) -> list[UUID]:
        """The two teams."""
        return [self.id(2, place) for place in range(2)]

    @property
    def units(self) -> list[UUID]:
        """A unit in the plain and one in the mountains."""
        return [self.id(3, place) for place in range(2)]

    @property
    def household(self) -> UUID:
        """The household."""
        return self.id(4, 0)

    async def settle_down(self) -> None:
        """Put everybody into the organisation."""
        async with transaction() as connection:
            await actions.put_units(connection, [self._unit(0), self._unit(1)], at=TENTH)
            homes = [str(self.units[place % 2]) for place in range(5)]
            people = [
                {
                    "id": str(one),
                    "name": "Lan",
                    "unit": home,
                    "target_group": "resident",
                    "priority": ["disability"] if place in {2, 4} else [],
                }
                for place, (one, home) in enumerate(zip(self.people, homes, strict=True))
            ]
            await actions.put_people(connection, people, at=TENTH)
            teams = [
                {
                    "id": str(one),
                    "kind": "youth_digital",
                    "name": "Đội",
                    "unit": home,
                    "valid_from": "2020-01-01",
                }
                for one, home in zip(self.teams, homes, strict=False)
            ]
            await actions.put_teams(connection, teams, at=TENTH)
            stays = [
                {
                    "person": str(self.people[who]),
                    "team": str(self.teams[team]),
                    "valid_from": start,
                    "valid_to": end,
                }
                for who, team, start, end in _MEMBERSHIPS
            ]
            await actions.put_memberships(connection, stays, at=TENTH)
            await actions.put_households(
                connection, [{"id": str(self.household), "unit": homes[1]}], at=TENTH
            )

    def _unit(self, place: int) -> Given:
        return {
            "id": str(self.units[place]),
            "code": f"W{self.number}-{place}",
            "kind": "branch",
            "name": "Chi đoàn",
            "parent": (PLAIN_COMMUNE, MOUNTAIN_COMMUNE)[place],
            "area_group": ("plain", "mountain")[place],
        }

    def report(self, rng: Random, place: int, *, days_max: int | None = None) -> ActivityReport:
        """A random report, the place-th of its history, at most so many days after the first day."""
        kind = rng.choice(
            [SubjectKind.PERSON] * 8 + [SubjectKind.TEAM, SubjectKind.UNIT, SubjectKind.HOUSEHOLD]
        )
        actor, codes = self._actor(rng, kind)
        code = rng.choice(codes)
        at = _STARTS_ON + timedelta(
            days=rng.choice([one for one in _DAYS if days_max is None or one < days_max]),
            hours=rng.choice((0, 0, 5, 20)),
        )
        return self.made(
            place,
            type=code,
            occurred_at=at,
            actor=actor,
            participants=self._participants(rng, code, actor),
            unit=rng.choice([None, None, *self.units]),
            quantity=rng.choice((1, 1, 2, 3, 7, 15, 60)),
            attributes=self._attributes(rng, code),
            verified=rng.random() < 0.8,
        )

    def made(self, place: int, **told: Any) -> ActivityReport:  # noqa: ANN401 -- what a report says
        """The report under the place's own id; ids do not follow the order of making."""
        scattered = int.from_bytes(blake2b(str(place).encode(), digest_size=4).digest())
        said = blake2b(repr(sorted(told.items())).encode(), digest_size=16).digest()
        return ActivityReport(
            id=self.id(5, (scattered << 16) + place), source="test", fingerprint=said, **told
        )

    def _actor(self, rng: Random, kind: SubjectKind) -> tuple[UUID, list[str]]:
        if kind is SubjectKind.PERSON:
            return rng.choice(self.people), [*_PERSONAL, *_OF_ANYBODY, "INITIATIVE", "FEST_PRIZE"]
        if kind is SubjectKind.TEAM:
            return rng.choice(self.teams), [*_OF_TEAMS, *_OF_ANYBODY]
        if kind is SubjectKind.UNIT:
            return rng.choice(self.units), [*_OF_UNITS, *_OF_UNITS, *_OF_ANYBODY]
        return self.household, ["DIGITAL_FAMILY", "DIGITAL_FAMILY", *_OF_ANYBODY]

    def _participants(self, rng: Random, code: str, actor: UUID) -> tuple[Participant, ...]:
        if code not in _WITH_MENTEES:
            return ()
        others = [one for one in self.people if one != actor]
        return tuple(Participant(one, "mentee") for one in rng.sample(others, rng.randrange(4)))

    def _attributes(self, rng: Random, code: str) -> Given:
        chosen = {name: rng.choice(list(values)) for name, values in _ATTRIBUTES.get(code, {}).items()}
        own = {
            name: f"{value}-{self.number:09}"
            for name, value in chosen.items()
            if name == "merchant" and value
        }
        return {name: value for name, value in (chosen | own).items() if value is not None}
