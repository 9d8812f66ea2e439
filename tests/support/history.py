"""What clients sent and what they were told, checked against what the database holds in the end."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
import httpx

from tests.support.callers import ACTIVITIES, Given
from tests.support.waiting import eventually_async

POINTS_EACH, UNITS_A_DAY_MAX = 2, 20
_UNSURE = {502, 503, 504}
_BATCH = 500

_PAID_TWICE = """
SELECT activity, rule, subject FROM ledger_entry WHERE kind = 1 AND subject = ANY($1::uuid[])
GROUP BY 1, 2, 3 HAVING count(*) > 1
"""
_PRESENT = "SELECT id::text FROM activity WHERE actor = ANY($1::uuid[])"
_POINTS = (
    "SELECT subject::text, sum(points)::int FROM ledger_entry WHERE subject = ANY($1::uuid[]) GROUP BY 1"
)


@dataclass
class History:
    """Every activity sent, all verified PUBLIC_SERVICE_CASEs of one day, and those acknowledged."""

    sent: dict[str, Given] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    unsure: int = 0
    refused: list[str] = field(default_factory=list)

    async def send(self, api: httpx.AsyncClient, bodies: Sequence[Given]) -> bool:
        """Send a batch once; True when it was acknowledged. A lost answer leaves it open."""
        self.sent |= {body["id"]: body for body in bodies}
        try:
            answer = await api.post(ACTIVITIES, json={"activities": list(bodies)})
        except httpx.TransportError:
            self.unsure += 1
            return False
        if answer.status_code != 200:
            self.unsure += 1
            if answer.status_code not in _UNSURE:
                self.refused.append(f"{answer.status_code} {answer.text}")
            return False
        self.acknowledged |= {body["id"] for body in bodies}
        return True

    async def settle(self, api: httpx.AsyncClient) -> None:
        """Send what is open again, until all is acknowledged."""

        async def all_acknowledged() -> bool:
            still_open = [body for one, body in self.sent.items() if one not in self.acknowledged]
            return not still_open or (await self.send(api, still_open[:_BATCH]) and len(still_open) <= _BATCH)

        await eventually_async(all_acknowledged, seconds=30)

    async def wait_for_more(self, count: int, *, seconds: float = 30) -> None:
        """Wait until so many more are acknowledged."""
        goal = len(self.acknowledged) + count

        async def enough() -> bool:
            return len(self.acknowledged) >= goal

        await eventually_async(enough, seconds=seconds)

    async def faults(self, dsn: str) -> list[str]:
        """Whatever was lost, invented, paid twice or paid wrongly, to anybody we reported."""
        actors = list({body["actor"] for body in self.sent.values()})
        direct = await asyncpg.connect(dsn)
        try:
            present = {row[0] for row in await direct.fetch(_PRESENT, actors)}
            twice = await direct.fetch(_PAID_TWICE, actors)
            points = {row[0]: row[1] for row in await direct.fetch(_POINTS, actors)}
        finally:
            await direct.close()
        due = points_due([self.sent[one] for one in present & self.sent.keys()])
        return [
            *(f"lost {one}" for one in sorted(self.acknowledged - present)),
            *(f"invented {one}" for one in sorted(present - self.sent.keys())),
            *(f"paid twice {tuple(row)}" for row in twice),
            *(
                f"{one} has {points.get(one, 0)}, is due {due.get(one, 0)}"
                for one in points.keys() | due.keys()
                if points.get(one, 0) != due.get(one, 0)
            ),
            *self.refused,
        ]


def points_due(bodies: Sequence[Given]) -> dict[str, int]:
    """What each actor is due for such activities of one day or many, by the rule's own words."""
    units: dict[str, Counter[str]] = defaultdict(Counter)
    for body in bodies:
        units[body["actor"]][body["occurred_at"][:10]] += body["quantity"]
    return {
        actor: sum(POINTS_EACH * min(count, UNITS_A_DAY_MAX) for count in days.values())
        for actor, days in units.items()
    }
