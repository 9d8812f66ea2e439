"""When made-up people do things: on which days, at which hours, and how long afterwards they say so."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from thidua.cli.demo.dice import Dice, Wheel
from thidua.cli.demo.told import Table, told
from thidua.kernel.period import VIETNAM, local_day

# The demo of a day ends at this hour of it, so that it is the same whenever that day it is made.
_ENDS_AT_HOUR = 8
_SATURDAY = 5
# The last day is cut off in the morning: so many are out early, lest it look empty.
_EARLY_PERCENT = 25


def end_of(at: datetime) -> datetime:
    """The moment at which the demo made at `at` ends: eight in the morning, today or else yesterday."""
    local = at.astimezone(VIETNAM)
    day = local.date() if local.hour >= _ENDS_AT_HOUR else local.date() - timedelta(days=1)
    return datetime(day.year, day.month, day.day, _ENDS_AT_HOUR, tzinfo=VIETNAM)


@dataclass(slots=True)
class Calendar:
    """The days up to the end of the demo."""

    dice: Dice
    ends_at: datetime
    days: list[date] = field(default_factory=list)
    _wheel: Wheel[date] = field(init=False)

    def __post_init__(self) -> None:
        """Weigh the days."""
        count = told("habits")["days"]
        self.days = [self.last_day - timedelta(days=ago) for ago in reversed(range(count))]
        self._wheel = Wheel(self.days, [self._weight(day, nth / count) for nth, day in enumerate(self.days)])

    @property
    def last_day(self) -> date:
        """The day on which it ends."""
        return local_day(self.ends_at)

    def _weight(self, day: date, progress: float) -> float:
        weight = told("habits")["weekdays"][day.weekday()] * (0.6 + 0.6 * progress)
        for campaign in told("habits")["campaigns"]:
            if self.in_campaign(day, campaign):
                weight *= campaign["times"]
        return float(weight)

    def in_campaign(self, day: date, campaign: Table) -> bool:
        """Whether the campaign runs on that day."""
        ago = (self.last_day - day).days
        return bool(campaign["days_ago"] - campaign["days"] < ago <= campaign["days_ago"])

    def saturday_near(self, days_ago: int) -> date:
        """The Saturday of that week."""
        day = self.last_day - timedelta(days=days_ago)
        return day + timedelta(days=_SATURDAY - day.weekday())

    def when(self, kind: str) -> datetime:
        """A moment at which something of that kind is done."""
        return self.moment(self._wheel.turn(self.dice), kind)

    def moment(self, day: date, kind: str) -> datetime:
        """A moment of the day; what would lie beyond the end is moved to the days before."""
        hours = told("habits")["hours"][told("habits")["type"][kind]]
        hour, minute = self.dice.choose(hours), self.dice.below(60)
        if day == self.last_day and self.dice.happens(_EARLY_PERCENT):
            hour = self.dice.between(5, _ENDS_AT_HOUR - 1)
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=VIETNAM)
        while at >= self.ends_at - timedelta(minutes=15):
            at -= timedelta(days=self.dice.between(1, 3))
        return at

    def told_at(self, occurred_at: datetime) -> datetime:
        """When it is reported: mostly the same evening, now and then much later."""
        fate = told("habits")["fate"]
        if self.dice.happens(fate["late_percent"]):
            delay = timedelta(days=self.dice.between(4, 25), minutes=self.dice.below(600))
        elif self.dice.happens(20):
            delay = timedelta(minutes=self.dice.between(300, 3000))
        else:
            delay = timedelta(minutes=self.dice.between(2, 240))
        latest = self.ends_at - timedelta(minutes=1 + self.dice.below(12))
        return min(occurred_at + delay, max(latest, occurred_at + timedelta(minutes=1)))
