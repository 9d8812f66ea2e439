"""The made-up people: name, age, home, team, and how much of what they do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from thidua.cli.demo.dice import Dice
from thidua.cli.demo.naming import Mix, name_in
from thidua.cli.demo.places import HEART, Commune, Places
from thidua.cli.demo.told import told
from thidua.kernel.period import midnight_of
from thidua.organisation.model import Span

Row = dict[str, Any]

_ADULT, _ELDER = 18, 60
_PUBLIC_PERCENT = 70
_IN_TEAM_PERCENT = 88
_MOVED_PERCENT = 4
_HOUSEHOLD_EVERY = 7


@dataclass(slots=True)
class Somebody:
    """One made-up person, with what the history needs to know."""

    row: Row
    commune: Commune
    age: int
    zeal: float
    bent: str
    teams: list[Span] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        """Who it is."""
        found: UUID = self.row["id"]
        return found

    def team_on(self, day: date) -> UUID | None:
        """The team of that day."""
        return next((span.value for span in self.teams if span.covers(day)), None)


@dataclass(frozen=True, slots=True)
class Folk:
    """Everybody, and the households."""

    people: list[Somebody]
    households: list[Row]

    def memberships(self) -> Iterator[Row]:
        """The rows of who was in which team and when."""
        for one in self.people:
            for span in one.teams:
                yield {
                    "person": one.id,
                    "team": span.value,
                    "valid_from": span.valid_from,
                    "valid_to": span.valid_to,
                }


def folk_in(
    dice: Dice, places: Places, *, count: int, last_day: date, known: Sequence[Somebody] = ()
) -> Folk:
    """People in all communes, some more than others, after those already known; households among them."""
    planned = {code: plan["people"] for code, plan in told("places")["province"].items()}
    present = {one.province for one in places.communes}
    total = sum(planned[code] for code in present)
    count -= len(known)
    people: list[Somebody] = list(known)
    for code in sorted(present):
        own = [one for one in places.communes if one.province == code]
        for commune, number in zip(own, _shares(dice, own, count * planned[code] // total), strict=True):
            people += [somebody(dice, commune, last_day) for _ in range(number)]
    return Folk(people, [_household(dice, one, last_day) for one in people if _keeps_house(one, dice)])


def _shares(dice: Dice, communes: Sequence[Commune], count: int) -> list[int]:
    weights = [(7 if one.code == HEART else 2) + 2 * dice.fraction() for one in communes]
    shares = [int(count * weight / sum(weights)) for weight in weights]
    shares[0] += count - sum(shares)
    return shares


def somebody(dice: Dice, commune: Commune, last_day: date, *, age: int | None = None) -> Somebody:
    """Somebody of the commune, of any age unless it is given."""
    age = _age(dice) if age is None else age
    named = name_in(dice, commune.groups)
    born_on = last_day - timedelta(days=age * 365 + dice.between(30, 330))
    bent = dice.weighted(_bents())
    row = {
        "id": dice.id_at(midnight_of(last_day - timedelta(days=dice.between(140, 430)))),
        "name": named.name,
        "born_on": born_on,
        "target_group": _target_group(dice, age, bent),
        "public_name": age >= _ADULT and dice.happens(_PUBLIC_PERCENT),
        "priority": _priority(dice, age, commune, is_minority=named.is_minority),
        "unit": str(_home(dice, commune, age)),
    }
    one = Somebody(row, commune, age, _zeal(dice, age), bent)
    if commune.code == HEART:
        one.zeal *= 2
    one.teams += _teams(dice, one, last_day)
    return one


def _age(dice: Dice) -> int:
    if dice.happens(8):
        return dice.between(14, 17)
    if dice.happens(66):
        return dice.between(18, 30)
    return dice.between(31, 54) if dice.happens(62) else dice.between(55, 82)


def _bents() -> Mix:
    return {name: one["share"] for name, one in told("habits")["bent"].items()}


def _target_group(dice: Dice, age: int, bent: str) -> str:
    if age < 23:  # noqa: PLR2004 -- who is still at school or university
        return "student"
    if bent == "server" and dice.happens(45):
        return "official"
    return "worker" if dice.happens(30) else "resident"


def _priority(dice: Dice, age: int, commune: Commune, *, is_minority: bool) -> list[str]:
    far = commune.area_group == "mountain"
    likely = {
        "elderly": 100 if age >= _ELDER else 0,
        "disability": 3,
        "minority": 60 if is_minority and far else 0,
        "poor": 16 if far else 6,
        "remote": 18 if far else 0,
    }
    return [flag for flag, percent in likely.items() if dice.happens(percent)]


def _home(dice: Dice, commune: Commune, age: int) -> UUID:
    if age < 18 and commune.schools:  # noqa: PLR2004 -- of school age
        return dice.choose(commune.schools)
    if age > 30 and commune.offices and dice.happens(40):  # noqa: PLR2004 -- past the youth union's age
        return dice.choose(commune.offices)
    return dice.choose(commune.branches) if commune.branches and dice.happens(70) else commune.id


def _zeal(dice: Dice, age: int) -> float:
    zeal = dice.zeal()
    return zeal if age < _ELDER else min(zeal, 2.0) / 4


def _teams(dice: Dice, one: Somebody, last_day: date) -> Iterator[Span]:
    teams = one.commune.teams
    if not teams or one.age >= _ELDER or not dice.happens(_IN_TEAM_PERCENT):
        return
    joined_on = last_day - timedelta(days=dice.between(128, 400))
    first = dice.choose(teams)
    others = [team for team in teams if team != first]
    if others and dice.happens(_MOVED_PERCENT):
        moved_on = last_day - timedelta(days=dice.between(20, 100))
        yield Span(first, joined_on, moved_on)
        yield Span(dice.choose(others), moved_on, None)
    else:
        yield Span(first, joined_on, None)


def _keeps_house(one: Somebody, dice: Dice) -> bool:
    return one.age > 30 and dice.below(_HOUSEHOLD_EVERY) < 3  # noqa: PLR2004 -- three of seven


def _household(dice: Dice, one: Somebody, last_day: date) -> Row:
    return {
        "id": dice.id_at(midnight_of(last_day - timedelta(days=200))),
        "name": f"Gia đình {one.row['name']}",
        "unit": str(one.commune.id),
    }
