"""Random histories: acts arrive in any order, repeated, in groups of any size, and are corrected late."""

from collections.abc import Sequence
from random import Random  # noqa: TID251 -- histories are drawn from a seed, so that they can be repeated
from uuid import UUID

from msgspec.structs import replace

from tests.engine.world import World
from thidua.activities.model import ActivityReport, State
from thidua.engine.moderate import reject, verify, withdraw
from thidua.engine.record import Recorder
from thidua.engine.results import Result
from thidua.infra.clock import now
from thidua.infra.database import connection

_REASON = "checked again"
_STANDING = "SELECT activity, sum(points)::int FROM ledger_entry WHERE activity = ANY($1) GROUP BY 1"


class History:
    """What happens in one world, act by act."""

    def __init__(self, world: World, rng: Random, recorder: Recorder, *, days_max: int | None = None) -> None:
        """Begin with nothing recorded; all happens within so many days."""
        self.world, self.rng, self.recorder, self.days_max = world, rng, recorder, days_max
        self.reports: dict[UUID, ActivityReport] = {}
        self.states: dict[UUID, State] = {}

    async def run(self, acts: int) -> None:
        """Do so many acts, each drawn by chance; a group of reports is one act."""
        for _ in range(acts):
            act = self.rng.choice(
                [self._record] * 6 + [self._again, self._moderate, self._moderate, self._correct]
            )
            await act()
            if self.rng.random() < 0.04:
                await self._find_fraud()

    async def record(self, reports: Sequence[ActivityReport]) -> None:
        """Record the reports as one request."""
        placed = [replace(report, index=index) for index, report in enumerate(reports)]
        results = await self.recorder.record(placed, partial=True)
        for report, result in zip(reports, results, strict=True):
            if result.status == "recorded":
                assert result.state is not None
                self.reports[report.id], self.states[report.id] = report, result.state
                if report.replaces is not None:
                    self.states[report.replaces] = State.WITHDRAWN
        await _assert_told(results, reports)

    async def _record(self) -> None:
        size = self.rng.choice((1, 1, 1, 2, 5))
        start = len(self.reports)
        await self.record([self._report(start + number) for number in range(size)])

    def _report(self, place: int) -> ActivityReport:
        return self.world.report(self.rng, place, days_max=self.days_max)

    async def _again(self) -> None:
        """Repeat what was recorded: nothing may come of it."""
        if known := list(self.reports.values()):
            await self.record([self.rng.choice(known) for _ in range(2)])

    async def _moderate(self) -> None:
        act, wanted = self.rng.choice(
            [
                (verify, {State.SUBMITTED}),
                (reject, {State.SUBMITTED, State.VERIFIED}),
                (withdraw, {State.SUBMITTED, State.VERIFIED}),
            ]
        )
        if (found := self._one_in(wanted)) is not None:
            activity = await act(found, by="tester", reason=_REASON, at=now())
            self.states[found] = activity.state

    async def _correct(self) -> None:
        found = self._one_in({State.SUBMITTED, State.VERIFIED})
        if found is None:
            return
        old = self.reports[found]
        fresh = self._report(len(self.reports))
        told = {"actor": old.actor, "type": old.type, "replaces": found, "attributes": old.attributes}
        changed = self.rng.choice([told, told | {"participants": old.participants, "unit": None}])
        if old.type == "FRAUD_REVERSAL":
            changed |= {
                "attributes": {"activities": self._some_of(old.actor) or old.attributes["activities"]}
            }
        await self.record([replace(fresh, **changed)])

    async def _find_fraud(self) -> None:
        if (found := self._one_in({State.VERIFIED})) is None:
            return
        actor = self.reports[found].actor
        if named := self._some_of(actor):
            more = {"type": "FRAUD_REVERSAL", "occurred_at": self.reports[found].occurred_at, "actor": actor}
            verified = self.rng.random() < 0.7
            await self.record(
                [
                    self.world.made(
                        len(self.reports), **more, attributes={"activities": named}, verified=verified
                    )
                ]
            )

    def _some_of(self, actor: UUID) -> list[str]:
        own = [one.id for one in self.reports.values() if one.actor == actor and one.type != "FRAUD_REVERSAL"]
        return [str(one) for one in self.rng.sample(own, min(len(own), self.rng.choice((1, 2, 3))))]

    def _one_in(self, wanted: set[State]) -> UUID | None:
        found = [one for one, state in self.states.items() if state in wanted]
        return self.rng.choice(found) if found else None


async def _assert_told(results: Sequence[Result], reports: Sequence[ActivityReport]) -> None:
    """Assert that each was answered what stands in the ledger now, and why where that is nothing."""
    async with connection() as acquired:
        standing = dict(await acquired.fetch(_STANDING, [report.id for report in reports]))
    for result, report in zip(results, reports, strict=True):
        if result.status != "rejected":
            assert result.points == standing.get(report.id, 0), f"{report.id} was told {result.points}"
            assert result.points or result.reasons, f"{report.id} was not told why it brings nothing"
