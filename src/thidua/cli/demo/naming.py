"""Names of people who do not exist, as they are given in each group of each region."""

from collections.abc import Mapping
from dataclasses import dataclass

from thidua.cli.demo.dice import Dice
from thidua.cli.demo.told import told

Mix = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Named:
    """A name, and whether whoever bears it belongs to an ethnic minority."""

    name: str
    surname: str
    is_minority: bool


def groups_of(commune: str, province: str, area_group: str | None) -> Mix:
    """Which groups live in a commune, and how many of each."""
    places = told("places")
    by_area = places["area_groups"].get(province, {}).get(area_group)
    found: Mix = places["groups"].get(commune) or by_area or places["province"][province]["groups"]
    return found


def name_in(dice: Dice, groups: Mix) -> Named:
    """A name by chance."""
    parts = told("names")[dice.weighted(groups)]
    sex = "female" if dice.happens(52) else "male"
    surname = dice.choose(parts["surnames"])
    middle = dice.choose(parts[f"{sex}_middles"])
    given = dice.choose([one for one in parts[f"{sex}_givens"] if one != middle])
    return Named(f"{surname} {middle} {given}", surname, parts["minority"])
