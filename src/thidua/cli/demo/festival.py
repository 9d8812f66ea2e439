"""The festivals: a day on which a good part of everybody comes, tries the booths and joins the quiz."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from thidua.cli.demo.history import History
from thidua.cli.demo.people import Folk, Somebody
from thidua.cli.demo.places import Commune, Places
from thidua.cli.demo.told import told, words

_SITE_PERCENT = 55


def festivals(history: History, places: Places, folk: Folk) -> None:
    """Tell of every festival; the smaller ones take place in the first province only."""
    for nth, one in enumerate(told("habits")["festivals"]):
        day = history.calendar.saturday_near(one["days_ago"])
        province = places.communes[0].province
        communes = [place for place in places.communes if nth == 0 or place.province == province]
        _festival(history, communes, folk, f"{one['slug']}-{day.year}", day)


def _festival(history: History, communes: Sequence[Commune], folk: Folk, slug: str, day: date) -> None:
    dice = history.dice
    hosts = [one for one in communes if dice.happens(_SITE_PERCENT)] or list(communes[:1])
    for host in hosts:
        at = history.calendar.moment(day, "FEST_HOST")
        history.tell("FEST_HOST", host.id, at, {"festival": slug, "site": host.name})
    there = {host.id for host in hosts}
    guests = [one for one in folk.people if one.commune.id in there and dice.happens(30)]
    for one in guests:
        _visit(history, one, slug, day)
    for one, contest in zip(dice.some(guests, 12), words("contests") * 3, strict=False):
        at = history.calendar.moment(day, "FEST_PRIZE")
        attributes = {"festival": slug, "contest": f"{slug}: {contest}", "place": dice.between(1, 4)}
        history.tell("FEST_PRIZE", one.id, at, attributes, team=one.team_on(day))


def _visit(history: History, one: Somebody, slug: str, day: date) -> None:
    dice, team = history.dice, one.team_on(day)
    at_site: dict[str, Any] = {"festival": slug, "site": one.commune.name}

    def tell(kind: str, attributes: dict[str, Any]) -> None:
        history.tell(kind, one.id, history.calendar.moment(day, kind), attributes, team=team)

    tell("FEST_CHECKIN", dict(at_site))
    for booth in dice.some(words("booths"), dice.below(6)):
        tell("FEST_BOOTH", at_site | {"booth": booth})
    if dice.happens(25):
        tell("FEST_WORKSHOP", at_site | {"session": dice.choose(words("sessions")), "minutes": 60})
    for _ in range(dice.below(3)):
        tell("FEST_QUIZ", {"festival": slug, "round": f"{slug}-vong-1", "score": dice.between(4, 20)})
    if one.zeal > 3 and dice.happens(40):  # noqa: PLR2004 -- the zealous lend a hand
        tell("FEST_SHIFT", at_site | {"minutes": dice.choose((150, 180, 240))})
