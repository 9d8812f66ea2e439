"""What was earned within a unit, kept in this process for as long as the ledger says nothing new about it.

The sum over the whole country is a large one; it is computed once however many ask, and again only when
there is news from within the unit.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import asyncpg

from thidua.infra.cursor import POSITION_SQL, Position
from thidua.infra.database import Connection, connection, pool, transaction
from thidua.kernel.period import local_day
from thidua.ledger.shown import Earned, Total, totals_of
from thidua.ledger.weeks import parts_by_week, weeks_up_to, whole_by_week

_KEPT_MAX = 500
_NEWS_MAX = 2_000
# What is dear to compute serves this long before anybody looks for news again.
_DEAR_SECONDS = 0.05
_SERVES_SECONDS = 5.0
_NEWS = f"""
WITH t AS MATERIALIZED (
    (SELECT e.unit FROM ledger_entry e WHERE e.tx >= $1 ORDER BY e.tx LIMIT {_NEWS_MAX})
    UNION ALL (SELECT e.unit FROM ledger_entry e WHERE e.tx = ANY($2::bigint[]) LIMIT {_NEWS_MAX})
)
SELECT {POSITION_SQL} AS position, statement_timestamp() AS as_of,
    (SELECT mark::text FROM organisation_version) AS organisation,
    (SELECT count(*) FROM t) >= {_NEWS_MAX} OR EXISTS (
        SELECT FROM t WHERE unit IN (SELECT unit FROM unit_within WHERE ancestor = $3)) AS is_touched
"""  # noqa: S608 -- made of this module's own words
_BEGUN = f"""
SELECT {POSITION_SQL} AS position, statement_timestamp() AS as_of,
    (SELECT mark::text FROM organisation_version) AS organisation
"""  # noqa: S608 -- as above


@dataclass(frozen=True, slots=True)
class Within:
    """A unit's totals by period, and its points by week: the whole, and each unit right below."""

    totals: list[Total]
    weeks: list[date]
    whole: list[int]
    parts: Mapping[UUID, list[int]]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class _Kept:
    within: Within
    today: date
    position: Position
    organisation: str
    seconds: float
    checked: float


class Earnings:
    """What this process holds of units; the longest unread goes first."""

    def __init__(self) -> None:
        """Begin empty."""
        self._kept: OrderedDict[UUID, _Kept] = OrderedDict()
        self._locks: dict[UUID, asyncio.Lock] = {}

    async def within(self, unit: UUID, *, at: datetime) -> Within:
        """The earnings within the unit as the ledger has them (dear ones: as it had them seconds ago)."""
        async with self._locks.setdefault(unit, asyncio.Lock()):
            kept = self._kept.get(unit)
            if kept is not None and kept.today == local_day(at):
                kept = await _checked(unit, kept)
            else:
                kept = None
            found = kept or await _computed(unit, at)
            self._keep(unit, found)
            return found.within

    def _keep(self, unit: UUID, found: _Kept) -> None:
        self._kept[unit] = found
        self._kept.move_to_end(unit)
        while len(self._kept) > _KEPT_MAX:
            dropped, _ = self._kept.popitem(last=False)
            self._locks.pop(dropped, None)


@dataclass(slots=True)
class _Here:
    pool: asyncpg.Pool | None = None
    earnings: Earnings | None = None


_here = _Here()


def earnings() -> Earnings:
    """What this process holds, for the database its pool is open on."""
    if _here.earnings is None or _here.pool is not pool():
        _here.pool, _here.earnings = pool(), Earnings()
    return _here.earnings


async def _checked(unit: UUID, kept: _Kept) -> _Kept | None:
    """The same, complete up to now; None when something new may concern it."""
    if kept.seconds >= _DEAR_SECONDS and time.monotonic() - kept.checked < _SERVES_SECONDS:
        return kept
    async with connection() as reading:
        row = await reading.fetchrow(_NEWS, kept.position.xmax, list(kept.position.open), unit)
    now = Position.parse(row["position"])
    is_same = (now.cluster, now.started) == (kept.position.cluster, kept.position.started)
    if not is_same or row["is_touched"] or row["organisation"] != kept.organisation:
        return None
    within = replace(kept.within, as_of=row["as_of"])
    return replace(kept, within=within, position=now, checked=time.monotonic())


async def _computed(unit: UUID, at: datetime) -> _Kept:
    began = time.monotonic()
    async with transaction(isolation="repeatable_read", readonly=True) as reading:
        begun = await reading.fetchrow(_BEGUN)
        within = await _read(reading, unit, at, begun["as_of"])
    ended = time.monotonic()
    return _Kept(
        within, local_day(at), Position.parse(begun["position"]), begun["organisation"], ended - began, ended
    )


async def _read(reading: Connection, unit: UUID, at: datetime, as_of: datetime) -> Within:
    today = local_day(at)
    weeks = weeks_up_to(today)
    return Within(
        totals=await totals_of(reading, unit, Earned.WITHIN_UNIT, today=today),
        weeks=weeks,
        whole=await whole_by_week(reading, Earned.WITHIN_UNIT, unit, weeks),
        parts=await parts_by_week(reading, unit, weeks),
        as_of=as_of,
    )
