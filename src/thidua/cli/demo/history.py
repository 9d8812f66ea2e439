"""The whole made-up history: what was reported when, and what became of it."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import chain
from typing import Any, Literal
from uuid import UUID

from thidua.activities.model import ActivityReport, Participant
from thidua.cli.demo.calendar import Calendar
from thidua.cli.demo.dice import Dice
from thidua.infra.database import quick_id
from thidua.kernel.period import VIETNAM, local_day

SOURCE = "demo"
DeedKind = Literal["verify", "reject", "withdraw"]
_EVENING = time(20, 30)


@dataclass(slots=True)
class Happening:
    """One report and when it comes in."""

    told_at: datetime
    report: ActivityReport


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does about an activity reported earlier."""

    at: datetime
    kind: DeedKind
    activity: UUID
    reason: str


@dataclass(slots=True)
class History:
    """All of it; only what makes it draws from the dice."""

    dice: Dice
    calendar: Calendar
    happenings: list[Happening] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)

    def tell(  # noqa: PLR0913 -- a report has all of these
        self,
        kind: str,
        actor: UUID,
        occurred_at: datetime,
        attributes: dict[str, Any],
        *,
        participants: tuple[Participant, ...] = (),
        quantity: int = 1,
        team: UUID | None = None,
        told_at: datetime | None = None,
    ) -> Happening:
        """Let it be reported, and confirmed at once."""
        told_at = told_at or self.calendar.told_at(occurred_at)
        one = self.dice.id_at(told_at)
        report = ActivityReport(
            id=quick_id(one),
            type=kind,
            occurred_at=occurred_at,
            actor=actor,
            source=SOURCE,
            fingerprint=hashlib.sha256(one.bytes).digest(),
            participants=participants,
            team=team,
            quantity=quantity,
            attributes=attributes,
            verified=True,
        )
        happening = Happening(told_at, report)
        self.happenings.append(happening)
        return happening

    def evening_after(self, told_at: datetime, days: int) -> datetime | None:
        """The evening some days later, when leaders go through what waits; None when that is yet to come."""
        found = datetime.combine(local_day(told_at) + timedelta(days=days), _EVENING, tzinfo=VIETNAM)
        return found if found < self.calendar.ends_at else None

    def by_evening(self) -> Iterator[tuple[datetime, list[Happening], list[Deed]]]:
        """What comes in between one evening and the next, and the deeds of that evening."""
        happenings = sorted(self.happenings, key=lambda one: (one.told_at, one.report.id))
        deeds = sorted(self.deeds, key=lambda one: (one.at, one.activity))
        place, done = 0, 0
        for evening in chain(self._evenings(), [self.calendar.ends_at]):
            start, begun = place, done
            while place < len(happenings) and happenings[place].told_at <= evening:
                place += 1
            while done < len(deeds) and deeds[done].at <= evening:
                done += 1
            yield evening, happenings[start:place], deeds[begun:done]

    def _evenings(self) -> Iterable[datetime]:
        return (datetime.combine(day, _EVENING, tzinfo=VIETNAM) for day in self.calendar.days[:-1])
