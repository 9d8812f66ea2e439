"""Badges by rule: one process, the leader, follows what was recorded and gives what it earned.

In between, and never in its way, it sweeps: badges that are new, and each hour what no single deed decides.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import asyncpg
import structlog

from thidua.badges.catalogue import catalogue
from thidua.badges.definitions import Badge
from thidua.badges.earning import Outcome
from thidua.badges.following import Behind, Follower, here, keep, kept
from thidua.badges.sweeping import is_swept_hourly, sweep
from thidua.badges.versions import demand_unchanged, forget_sweeps, note_swept, swept_at, unswept
from thidua.engine.leading import lead_in_turn, pause
from thidua.infra.clock import now
from thidua.infra.database import connection as pooled

# "badges" in ASCII: the lock that only the leader holds, for as long as its connection lives.
LEADER_LOCK = 0x62_6164_6765_73
# Busy or not, whoever earned a badge has it within so long and the time of judging.
TICK_SECONDS = 0.3
SWEEP_EVERY_SECONDS = 3_600.0
_SWEEP_AGAIN_SECONDS = 20.0
# A long history takes long to sweep: of all time at most one part in so many goes into it.
_REST = 50
_MUCH = 5_000
# Plans made for any position, or while tables are nearly empty, read whole tables: 60 us an activity, not 15.
_PLANS = "SET plan_cache_mode = force_custom_plan; SET enable_seqscan = off"
_log = structlog.get_logger()


async def demand_same_criteria() -> None:
    """Go on only if no badge's criteria changed under a version that was given: CriteriaChangedError else."""
    async with pooled() as connection:
        await demand_unchanged(connection, catalogue().badges.values())


async def award(stopping: asyncio.Event) -> None:
    """Lead, or wait to lead, until told to stop; what goes away is waited for."""

    async def leading(connection: asyncpg.Connection) -> None:
        await lead(connection, list(catalogue().badges.values()), stopping)

    await lead_in_turn(stopping, leading, lock=LEADER_LOCK, settings=_PLANS, what="badges")


async def lead(connection: asyncpg.Connection, badges: Sequence[Badge], stopping: asyncio.Event) -> None:
    """Follow and sweep until told to stop."""
    while not stopping.is_set():
        follower = await _follower(connection, badges)
        try:
            waited = await _seconds_since_swept(connection, badges)
            await _Leader(connection, badges, follower, waited=waited).work(stopping)
        except Behind:
            await forget_sweeps(connection)
            await keep(connection, await here(connection), at=now())


@dataclass(slots=True, kw_only=True)
class Sweep:
    """The latest sweep: when it began, how long it took, how much had come before; seconds only rise."""

    began_at: float
    took_seconds: float = 0.0
    came_before: int = 0

    def is_long_ago(self, *, came: int, is_new: bool, at: float) -> bool:
        """Whether the next is due: each hour; sooner when much came, as by an import, and it is quiet."""
        waited = at - self.began_at
        much = came - self.came_before >= _MUCH
        rested = waited >= max(_SWEEP_AGAIN_SECONDS, _REST * self.took_seconds)
        return waited >= SWEEP_EVERY_SECONDS or (much and not is_new and rested)


class _Leader:
    """Follows at every tick; after each it goes on with a sweep, if one is due: slowly while much comes."""

    def __init__(
        self, connection: asyncpg.Connection, badges: Sequence[Badge], follower: Follower, *, waited: float
    ) -> None:
        self._connection, self._badges, self._follower = connection, badges, follower
        self._sweeping: AsyncIterator[Outcome] | None = None
        self._latest = Sweep(began_at=time.monotonic() - waited)

    async def work(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            is_new = await self._follower.step(self._connection, at=now())
            came, at = self._follower.came, time.monotonic()
            if self._sweeping is None and self._latest.is_long_ago(came=came, is_new=is_new, at=at):
                self._sweeping = _sweep(self._connection, self._badges)
                self._latest = Sweep(began_at=at, came_before=came)
            if self._sweeping is not None:
                await self._sweep_on(self._sweeping)
            await pause(stopping, TICK_SECONDS if is_new or self._sweeping is None else 0)

    async def _sweep_on(self, sweeping: AsyncIterator[Outcome]) -> None:
        began = time.monotonic()
        if await anext(sweeping, None) is None:
            self._sweeping = None
        self._latest.took_seconds += time.monotonic() - began


async def _sweep(connection: asyncpg.Connection, badges: Sequence[Badge]) -> AsyncIterator[Outcome]:
    """What is new, and then what each hour is gone through."""
    began = time.monotonic()
    fresh = await unswept(connection, badges)
    swept = [*fresh, *(badge for badge in badges if is_swept_hourly(badge) and badge not in fresh)]
    given = revoked = 0
    async for outcome in sweep(connection, swept, at=now()):
        given, revoked = given + len(outcome.given), revoked + len(outcome.revoked)
        yield outcome
    await note_swept(connection, swept, at=now())
    if fresh or given or revoked:
        _log.info(
            "badges swept",
            new=[badge.slug for badge in fresh],
            given=given,
            revoked=revoked,
            seconds=round(time.monotonic() - began, 3),
        )


async def _seconds_since_swept(connection: asyncpg.Connection, badges: Sequence[Badge]) -> float:
    """How long ago all was swept that is swept each hour; endless where a badge is new."""
    if await unswept(connection, badges):
        return float("inf")
    last = await swept_at(connection, [badge for badge in badges if is_swept_hourly(badge)])
    return float("inf") if last is None else (now() - last).total_seconds()


async def _follower(connection: asyncpg.Connection, badges: Sequence[Badge]) -> Follower:
    """A follower from where the last one stood; where that cannot be told, everything is swept."""
    position, current = await kept(connection), await here(connection)
    if position is None or not position.can_be_read_on_at(current):
        async with connection.transaction():
            await forget_sweeps(connection)
            await keep(connection, current, at=now())
        position = current
    return Follower(badges, position)
