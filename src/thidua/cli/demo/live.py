"""Keeps activities coming, so that boards move: the made-up people go on living."""

import asyncio
import hashlib
from uuid import UUID

from thidua.activities.model import ActivityReport
from thidua.cli.demo.details import Neighbours, detail_of
from thidua.cli.demo.dice import Dice, Wheel
from thidua.cli.demo.history import SOURCE
from thidua.cli.demo.load import make, standing
from thidua.cli.demo.people import Somebody
from thidua.cli.demo.story import by_commune
from thidua.cli.demo.told import told
from thidua.engine.record import recorder
from thidua.infra.clock import now
from thidua.infra.errors import StartError
from thidua.kernel.ids import new_id
from thidua.kernel.period import local_day


class Going:
    """Reports of people who are drawn anew each time; unlike the history, never the same twice."""

    def __init__(self, people: list[Somebody]) -> None:
        """Take the people of the demo, the zealous more often."""
        self._dice = Dice(new_id(now()).int)
        self._near = Neighbours(self._dice, by_commune(people))
        self._wheel = Wheel(people, [one.zeal for one in people])
        bents = told("habits")["bent"].items()
        self._bents = {name: Wheel(list(one["does"]), list(one["does"].values())) for name, one in bents}

    def report(self) -> ActivityReport:
        """What somebody did just now."""
        at, one = now(), self._wheel.turn(self._dice)
        kind = self._bents[one.bent].turn(self._dice)
        detail = detail_of(kind, one, local_day(at), self._near)
        named: UUID = new_id(at)
        return ActivityReport(
            id=named,
            type=kind,
            occurred_at=at,
            actor=one.id,
            source=SOURCE,
            fingerprint=hashlib.sha256(named.bytes).digest(),
            participants=detail.participants,
            team=one.team_on(local_day(at)),
            quantity=detail.quantity,
            attributes=detail.attributes,
            verified=True,
        )


async def go_on(stopping: asyncio.Event, *, per_second: float) -> int:
    """Let so many activities be reported each second until told to stop; return how many there were."""
    found = await standing()
    if found.plan is None:
        raise StartError("There is no demo here: run `thidua demo` first.")
    going = Going((await make(found.plan)).folk.people)
    await recorder().start()
    count = 0
    try:
        while not stopping.is_set():
            await recorder().record([going.report()])
            count += 1
            await _pause(stopping, 1 / per_second)
    finally:
        await recorder().stop()
    return count


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
