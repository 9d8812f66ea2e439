"""What exactly was done: attributes, who took part, and how much, by type of activity."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from thidua.activities.model import Participant
from thidua.cli.demo.dice import Dice
from thidua.cli.demo.people import Somebody
from thidua.cli.demo.told import words


class Detail(NamedTuple):
    """The part of a report that its type decides."""

    attributes: dict[str, Any]
    participants: tuple[Participant, ...] = ()
    quantity: int = 1


@dataclass(slots=True)
class Neighbours:
    """Whom people help: those of their own commune, mentors always the same few."""

    dice: Dice
    of_commune: Mapping[UUID, Sequence[Somebody]]
    mentees: dict[UUID, list[UUID]] = field(default_factory=dict)

    def helped_by(self, one: Somebody, role: str) -> tuple[Participant, ...]:
        """Somebody of the commune, more often somebody old."""
        others = self.of_commune[one.commune.id]
        found = max((self.dice.choose(others) for _ in range(2)), key=lambda other: other.age)
        return () if found.id == one.id else (Participant(found.id, role),)

    def mentee_of(self, one: Somebody) -> tuple[Participant, ...]:
        """One of the mentor's own mentees."""
        own = self.mentees.get(one.id)
        if own is None:
            others = [other.id for other in self.of_commune[one.commune.id] if other.id != one.id]
            own = self.mentees[one.id] = self.dice.some(others, self.dice.between(2, 9))
        return (Participant(self.dice.choose(own), "mentee"),) if own else ()


def detail_of(kind: str, one: Somebody, day: date, near: Neighbours) -> Detail:
    """What exactly this person did on that day."""
    return _DETAILS[kind](near.dice, one, day, near)


_Maker = Callable[[Dice, Somebody, date, Neighbours], Detail]


_PATHS = {
    "Bình dân học vụ số": "digital_basics",
    "An toàn số": "online_safety",
    "AI": "artificial_intelligence",
}


def _mentor_session(dice: Dice, one: Somebody, _day: date, near: Neighbours) -> Detail:
    minutes = dice.choose((20, 30, 30, 40, 45, 45, 60, 60, 60, 75, 90, 120))
    return Detail({"minutes": minutes, "skill": dice.choose(words("skills"))}, near.mentee_of(one))


def _mentee_graduated(dice: Dice, one: Somebody, _day: date, near: Neighbours) -> Detail:
    return Detail({"skill": dice.choose(words("skills"))}, near.mentee_of(one))


def _family_guided(dice: Dice, _one: Somebody, _day: date, _near: Neighbours) -> Detail:
    return Detail({"skill": dice.choose(words("skills"))}, quantity=dice.between(1, 2))


def _person_guided(dice: Dice, one: Somebody, day: date, near: Neighbours) -> Detail:
    told = {"skill": dice.choose(words("skills")), "minutes": dice.between(2, 9) * 5}
    told["hamlet"] = f"Thôn {day.toordinal() % 8 + 1}, {one.commune.short_name}"
    return Detail(told, near.helped_by(one, "helped"), dice.choose((1, 1, 1, 2, 2, 3, 4, 6, 12)))


def _course_completed(dice: Dice, _one: Somebody, _day: date, _near: Neighbours) -> Detail:
    level = dice.choose((1, 1, 1, 2, 2, 3))
    score = dice.between(60, 100)
    course = dice.choose(words("courses"))
    told = {"course": course, "version": "2026", "level": level, "score_percent": score}
    path = next((one for head, one in _PATHS.items() if course.startswith(head)), None)
    return Detail(told if path is None else {**told, "path": path})


def _skill_confirmed(dice: Dice, _one: Somebody, _day: date, _near: Neighbours) -> Detail:
    return Detail({"framework_version": dice.choose(("2025", "2026", "2026"))})


def _weekly_quiz(dice: Dice, _one: Somebody, day: date, _near: Neighbours) -> Detail:
    year, week, _ = day.isocalendar()
    return Detail({"quiz": f"{year}-tuan-{week:02d}", "score_percent": dice.between(50, 100)})


def _meeting(dice: Dice, _one: Somebody, _day: date, _near: Neighbours) -> Detail:
    return Detail({"topic": dice.choose(words("topics")), "minutes": dice.choose((60, 75, 90, 120))})


def _class(dice: Dice, one: Somebody, day: date, _near: Neighbours) -> Detail:
    named = f"{one.commune.short_name} {day.isocalendar().week:02d}"
    topic = dice.choose(words("topics"))
    return Detail({"class": named, "topic": topic, "minutes": dice.choose((60, 90, 90, 120))})


def _accessible(dice: Dice, one: Somebody, day: date, near: Neighbours) -> Detail:
    told = dict(_class(dice, one, day, near).attributes)
    told["access"] = "minority_language" if one.commune.area_group == "mountain" else "disability"
    return Detail(told, near.helped_by(one, "learner"))


def _safety(dice: Dice, one: Somebody, day: date, near: Neighbours) -> Detail:
    return Detail(_meeting(dice, one, day, near).attributes, near.helped_by(one, "learner"))


def _material(dice: Dice, _one: Somebody, _day: date, _near: Neighbours) -> Detail:
    return Detail({"title": dice.choose(words("materials"))})


def _case(dice: Dice, one: Somebody, _day: date, near: Neighbours) -> Detail:
    told = {"service": dice.choose(words("services")), "minutes": dice.between(2, 8) * 5}
    return Detail(told, near.helped_by(one, "helped"), dice.choose((1, 1, 1, 2, 2, 3, 4, 5, 8, 22)))


def _vneid(dice: Dice, one: Somebody, _day: date, near: Neighbours) -> Detail:
    told = {"level": dice.choose((1, 2, 2)), "minutes": dice.between(2, 6) * 5}
    return Detail(told, near.helped_by(one, "helped"), dice.choose((1, 1, 2, 2, 3, 5, 11)))


def _merchant(dice: Dice, one: Somebody, _day: date, _near: Neighbours) -> Detail:
    named = f"{dice.choose(words('merchants'))} số {dice.between(1, 60)}, {one.commune.short_name}"
    return Detail({"merchant": named})


def _ocop(dice: Dice, one: Somebody, _day: date, _near: Neighbours) -> Detail:
    named = f"{dice.choose(words('products'))} {one.commune.short_name}"
    return Detail({"product": named, "marketplace": dice.choose(words("marketplaces"))})


def _news(dice: Dice, _one: Somebody, _day: date, _near: Neighbours) -> Detail:
    return Detail({"title": dice.choose(words("news"))})


def _initiative(dice: Dice, one: Somebody, _day: date, _near: Neighbours) -> Detail:
    named = f"{dice.choose(words('initiatives'))}, {one.commune.short_name}"
    level = dice.choose(("commune", "commune", "commune", "province"))
    return Detail({"initiative": named, "level": level, "decision": f"{dice.between(3, 90)}/QĐ-MẪU"})


def _resource(dice: Dice, _one: Somebody, _day: date, _near: Neighbours) -> Detail:
    return Detail({"title": dice.choose(words("resources")), "amount": dice.between(2, 80) * 100_000})


_DETAILS: Mapping[str, _Maker] = {
    "MENTOR_SESSION": _mentor_session,
    "MENTEE_GRADUATED": _mentee_graduated,
    "FAMILY_GUIDED": _family_guided,
    "PERSON_GUIDED": _person_guided,
    "COURSE_COMPLETED": _course_completed,
    "SKILL_CONFIRMED": _skill_confirmed,
    "WEEKLY_QUIZ": _weekly_quiz,
    "THEMATIC_MEETING": _meeting,
    "CLASS_ATTENDED": _class,
    "CLASS_TAUGHT": _class,
    "CLASS_ASSISTED": _class,
    "ACCESSIBLE_SESSION": _accessible,
    "MATERIAL_PUBLISHED": _material,
    "SAFETY_SESSION": _safety,
    "PUBLIC_SERVICE_CASE": _case,
    "VNEID_SUPPORT": _vneid,
    "MERCHANT_QR": _merchant,
    "MERCHANT_4T": _merchant,
    "OCOP_LISTED": _ocop,
    "NEWS_APPROVED": _news,
    "INITIATIVE": _initiative,
    "RESOURCE_CONTRIBUTED": _resource,
}
