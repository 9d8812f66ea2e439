"""Who did what: habits of people, festivals, campaigns, reports of communes, and the rare things."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from thidua.activities.catalogue import Step, catalogue
from thidua.activities.model import ActivityReport, Participant
from thidua.cli.demo.details import Neighbours, detail_of
from thidua.cli.demo.dice import Dice, Wheel
from thidua.cli.demo.festival import festivals
from thidua.cli.demo.history import Deed, DeedKind, Happening, History
from thidua.cli.demo.people import Folk, Somebody
from thidua.cli.demo.places import Commune, Places
from thidua.cli.demo.told import told, words
from thidua.kernel.period import local_day, midnight_of

_PENDING_DAYS = 9
_FRAUDS = 4


@dataclass(frozen=True, slots=True)
class World:
    """Where and among whom it all happens."""

    places: Places
    folk: Folk


def tell_story(history: History, world: World, *, activities: int) -> None:
    """Fill the history with about so many activities."""
    festivals(history, world.places, world.folk)
    _daily_reports(history, world.places)
    _commune_reports(history, world.places.communes)
    _rare(history, world)
    _ambassadors(history, world.folk.people)
    _habits(history, world.folk.people, activities - len(history.happenings))
    _fates(history, world)
    _frauds(history)


def _habits(history: History, people: Sequence[Somebody], count: int) -> None:
    dice = history.dice
    near = Neighbours(dice, by_commune(people))
    bents = {
        name: Wheel(list(one["does"]), list(one["does"].values()))
        for name, one in told("habits")["bent"].items()
    }
    wheel = Wheel(people, [one.zeal for one in people])
    for _ in range(count):
        one = wheel.turn(dice)
        kind = bents[one.bent].turn(dice)
        occurred_at = history.calendar.when(kind)
        day = local_day(occurred_at)
        detail = detail_of(kind, one, day, near)
        history.tell(
            kind,
            one.id,
            occurred_at,
            detail.attributes,
            participants=detail.participants,
            quantity=detail.quantity,
            team=one.team_on(day),
        )


def by_commune(people: Sequence[Somebody]) -> Mapping[UUID, Sequence[Somebody]]:
    """The people of each commune."""
    found: dict[UUID, list[Somebody]] = {}
    for one in people:
        found.setdefault(one.commune.id, []).append(one)
    return found


def _daily_reports(history: History, places: Places) -> None:
    """Teams report daily while the last campaign runs, most of them on most days."""
    campaign = told("habits")["campaigns"][-1]
    days = [day for day in history.calendar.days[:-1] if history.calendar.in_campaign(day, campaign)]
    for team in places.teams:
        diligence = history.dice.between(25, 95)
        for day in days:
            if history.dice.happens(diligence):
                at = history.calendar.moment(day, "DAILY_REPORT")
                history.tell("DAILY_REPORT", team["id"], at, {"slot": day.isoformat()})


def _commune_reports(history: History, communes: Sequence[Commune]) -> None:
    """Communes report weekly: on time, late, or first missing and then late."""
    mondays = [day for day in history.calendar.days if day.weekday() == 0]
    for commune in communes:
        diligence = history.dice.between(70, 99)
        for monday in mondays:
            slot = {"slot": "{}-W{:02d}".format(*monday.isocalendar()[:2])}
            at = history.calendar.moment(monday, "REPORT_ON_TIME")
            if history.dice.happens(diligence):
                history.tell("REPORT_ON_TIME", commune.id, at, slot)
                continue
            history.tell("REPORT_MISSING", commune.id, at, slot)
            later = history.calendar.moment(monday + timedelta(days=2), "REPORT_LATE")
            if later > at and history.dice.happens(70):
                history.tell("REPORT_LATE", commune.id, later, slot)


def _rare(history: History, world: World) -> None:
    dice = history.dice
    for commune in world.places.communes:
        _inspections(history, dice, commune)
    for team in dice.some(world.places.teams, len(world.places.teams) // 5 + 1):
        title = {"place_name": dice.choose(words("heritage")), "title": "Bản số hóa"}
        history.tell("HERITAGE_DIGITISED", team["id"], history.calendar.when("HERITAGE_DIGITISED"), title)
    for team in dice.some(world.places.teams, len(world.places.teams) // 12 + 1):
        level = {"initiative": f"{dice.choose(words('initiatives'))}, {team['name']}", "level": "commune"}
        history.tell("INITIATIVE", team["id"], history.calendar.when("INITIATIVE"), level)
    for house in dice.some(world.folk.households, len(world.folk.households) * 2 // 5 + 1):
        number = {"decision": f"{dice.between(3, 90)}/QĐ-MẪU"}
        history.tell("DIGITAL_FAMILY", house["id"], history.calendar.when("DIGITAL_FAMILY"), number)
    for one in dice.some(world.folk.people, len(world.folk.people) // 500 + 1):
        award = {"points": dice.between(1, 6) * 5, "decision": f"{dice.between(3, 90)}/QĐ-MẪU"}
        history.tell("MANUAL", one.id, history.calendar.when("MANUAL"), award)


def _ambassadors(history: History, people: Sequence[Somebody]) -> None:
    """A few mentors see all whom they mentor to the end: five, fifteen, fifty are badges of their own."""
    dice, neighbours = history.dice, by_commune(people)
    mentors = [one for one in people if one.bent == "mentor"]
    for one in dice.some(mentors, len(mentors) // 25 + 1):
        others = [other.id for other in neighbours[one.commune.id] if other.id != one.id]
        for mentee in dice.some(others, dice.choose(told("habits")["graduates"])):
            at = history.calendar.when("MENTEE_GRADUATED")
            told_by = (Participant(mentee, "mentee"),)
            skill = {"skill": dice.choose(words("skills"))}
            team = one.team_on(local_day(at))
            history.tell("MENTEE_GRADUATED", one.id, at, skill, participants=told_by, team=team)


def _inspections(history: History, dice: Dice, commune: Commune) -> None:
    if not dice.happens(60):
        return
    number = {"decision": f"{dice.between(3, 90)}/KL-MẪU"}
    if dice.happens(80):
        history.tell("INSPECTION_OK", commune.id, history.calendar.when("INSPECTION_OK"), number)
    else:
        found = number | {"severity": dice.choose((1, 1, 2, 3))}
        history.tell("INSPECTION_FINDING", commune.id, history.calendar.when("INSPECTION_FINDING"), found)


def _fates(history: History, world: World) -> None:
    """Some wait to be confirmed, some were confirmed later, refused or taken back."""
    waiting = _waiting(history, world)
    for one in waiting:
        one.report.verified = False
    still = {one.report.id for one in waiting}
    fate, dice = told("habits")["fate"], history.dice
    for one in history.happenings:
        if one.report.id in still or not _needs_people(one.report):
            continue
        throw = dice.below(100)
        if throw < fate["confirmed_later_percent"]:
            _later(history, one, "verify", dice.choose(words("verified")))
        elif throw < fate["confirmed_later_percent"] + fate["rejected_percent"]:
            _later(history, one, "reject", dice.choose(words("rejected")))
        elif dice.happens(fate["withdrawn_percent"]):
            _later(history, one, "withdraw", dice.choose(words("withdrawn")))


def _later(history: History, one: Happening, kind: DeedKind, reason: str) -> None:
    at = history.evening_after(one.told_at, history.dice.between(1, 5))
    if at is None:
        return
    one.report.verified = kind == "withdraw"
    history.deeds.append(Deed(at, kind, one.report.id, reason))


def _needs_people(report: ActivityReport) -> bool:
    return all(Step.MACHINE not in step for step in catalogue().types[report.type].steps)


def _waiting(history: History, world: World) -> list[Happening]:
    """The claims that wait: many before the leaders of the heart, the others wherever they are."""
    since = history.calendar.ends_at - timedelta(days=_PENDING_DAYS)
    heart, dice = world.places.heart, history.dice
    homes = {one.id: one for one in world.folk.people}
    fresh = [one for one in history.happenings if one.told_at >= since and _needs_people(one.report)]
    own = [one for one in fresh if (who := homes.get(one.report.actor)) and who.commune.id == heart.id]
    mine = {one.report.id for one in own}
    others = [one for one in fresh if one.report.id not in mine]
    count: int = told("habits")["fate"]["pending"]
    chosen = dice.some(own, min(count // 3, len(own) * 2 // 3))
    return chosen + dice.some(others, min(count - len(chosen), len(others) // 3))


def _frauds(history: History) -> None:
    """A few were found out: what they claimed no longer counts, and it costs them more."""
    calendar, dice = history.calendar, history.dice
    early = calendar.ends_at - timedelta(days=40)
    of_actor: dict[UUID, list[ActivityReport]] = {}
    moved = {deed.activity for deed in history.deeds}
    for one in history.happenings:
        if one.report.type == "PERSON_GUIDED" and one.told_at < early and one.report.id not in moved:
            of_actor.setdefault(one.report.actor, []).append(one.report)
    many = [reports for reports in of_actor.values() if len(reports) > 2]  # noqa: PLR2004 -- enough to be caught
    for reports in dice.some(many, _FRAUDS):
        named = {"activities": [str(one.id) for one in reports[:3]], "decision": "07/KL-MẪU"}
        at = _office_hour(calendar.last_day - timedelta(days=dice.between(5, 30)))
        history.tell("FRAUD_REVERSAL", reports[0].actor, at, named, told_at=at + timedelta(hours=1))


def _office_hour(day: date) -> datetime:
    return midnight_of(day) + timedelta(hours=9)
