"""The one door for reports: gathers what queued meanwhile and records it with one commit (group commit)."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

import asyncpg

from thidua.activities.model import ActivityReport
from thidua.activities.queries import keys_taken
from thidua.engine.figures import a_group
from thidua.engine.group import GroupFaultError, duplicates, record_group
from thidua.engine.intake import Known, Prepared, known_to, prepare
from thidua.engine.results import IdConflictError, Result
from thidua.engine.rulebooks import shelf
from thidua.engine.settle import LockTooWeakError
from thidua.infra.clock import now
from thidua.infra.database import begun, connection, quick_id
from thidua.kernel.errors import BusyError, FieldError, InputError

ROWS_MAX = 1000
LANES = 2
# What waits longer than its sender does is better sent again: about two seconds of work.
ROWS_WAITING_MAX = 20_000
# How long what waits lets the group before it run alone, and how much longer for each of its rows: groups
# grow meanwhile, two at once only get in each other's way (6 % more of the processor), and a group that
# itself waits for one subject's lock stalls nobody else for longer.
PATIENCE_SECONDS, PATIENCE_SECONDS_A_ROW = 0.05, 0.0004
# Others held what we need for too long, or stood in our way: nothing was written, the same call may succeed.
_BUSY = (
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.SerializationError,
)
# A statement planned while the tables were nearly empty is kept by the session: it would go on reading them
# whole long after they have grown.
_INDEXES_ONLY = "SET LOCAL enable_seqscan = off"
_CONFLICTS = frozenset({"id_reused", "id_taken"})


@dataclass(slots=True)
class _Request:
    """One caller's reports, and where the answer goes."""

    reports: Sequence[ActivityReport]
    partial: bool
    answer: asyncio.Future[list[Result]]
    prepared: list[Prepared] = field(default_factory=list)
    faults: dict[int, list[FieldError]] = field(default_factory=dict)
    repeats: dict[int, Result] = field(default_factory=dict)

    def fail(self, error: BaseException) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Recorder:
    """Takes reports from any number of callers and records them in groups, a few transactions at a time."""

    def __init__(self, *, lanes: int = LANES, rows_max: int = ROWS_MAX) -> None:
        """Make a recorder that is not yet started."""
        self._waiting: deque[_Request] = deque()
        self._arrived = asyncio.Event()
        self._turn = asyncio.Event()
        self._busy = 0
        self._patient_until = 0.0
        self._lanes_wanted, self._rows_max = lanes, rows_max
        self._lanes: list[asyncio.Task[None]] = []
        self._rows_waiting = 0

    async def start(self) -> None:
        """Begin to record."""
        self._lanes = [asyncio.create_task(self._lane()) for _ in range(self._lanes_wanted)]

    async def stop(self) -> None:
        """Record what is queued, then stop."""
        while self._waiting:
            await asyncio.wait([request.answer for request in self._waiting])
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)
        self._lanes = []

    async def record(self, reports: Sequence[ActivityReport], *, partial: bool = False) -> list[Result]:
        """Record the reports, all or (unless `partial`) none; answer each in the order given.

        Raises InputError or IdConflictError when nothing was written because of faults in the reports,
        BusyError when the same subjects were being written for too long, or too much waits already.
        """
        if self._waiting and self._rows_waiting + len(reports) > ROWS_WAITING_MAX:
            raise BusyError
        request = _Request(reports, partial, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        self._rows_waiting += len(reports)
        self._arrived.set()
        return await request.answer

    async def _lane(self) -> None:
        while True:
            await self._arrived.wait()
            if self._busy:
                await self._own_turn()
            group = self._take()
            if not self._waiting:
                self._arrived.clear()
            if group:
                await self._counted(group)

    async def _counted(self, group: list[_Request]) -> None:
        rows = sum(len(request.reports) for request in group)
        patience = PATIENCE_SECONDS + PATIENCE_SECONDS_A_ROW * rows
        self._patient_until = asyncio.get_running_loop().time() + patience
        self._busy += 1
        try:
            await self._run(group)
        finally:
            self._busy -= 1
            self._turn.set()

    async def _own_turn(self) -> None:
        """Wait until no lane runs, or what runs takes too long."""
        clock = asyncio.get_running_loop().time
        while self._busy:
            left = self._patient_until - clock()
            if left <= 0:
                return
            self._turn.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._turn.wait()

    def _take(self) -> list[_Request]:
        group: list[_Request] = []
        rows = 0
        while self._waiting and (not group or rows + len(self._waiting[0].reports) <= self._rows_max):
            request = self._waiting.popleft()
            self._rows_waiting -= len(request.reports)
            if not request.answer.done():
                rows += len(request.reports)
                group.append(request)
        return group

    async def _run(self, group: list[_Request]) -> None:
        try:
            async with connection() as acquired:
                with a_group(sum(len(request.reports) for request in group)):
                    await _record(acquired, group)
        except asyncio.CancelledError:
            for request in group:
                request.fail(BusyError())
            raise
        except Exception as error:  # noqa: BLE001 -- each caller gets the error, and the lane goes on
            for request in group:
                request.fail(error)


async def _record(acquired: asyncpg.pool.PoolConnectionProxy, group: Sequence[_Request]) -> None:
    at = now()
    reports = [report for request in group for report in request.reports]
    for report in reports:
        report.id, report.actor = quick_id(report.id), quick_id(report.actor)
    known = await known_to(acquired, reports, await shelf(acquired, at=at))
    for request in group:
        _check(request, known, at)
    await _recognise(acquired, group, known)
    joined = [request for request in group if _may_join(request)]
    try:
        await _attempt(acquired, joined, known, at=at, is_optimistic=True)
    except LockTooWeakError:
        await _together(acquired, joined, known, at=at)
    except (GroupFaultError, asyncpg.PostgresError):
        await _one_by_one(acquired, joined, known, at=at)


async def _together(
    acquired: asyncpg.pool.PoolConnectionProxy, joined: Sequence[_Request], known: Known, *, at: datetime
) -> None:
    try:
        await _attempt(acquired, joined, known, at=at)
    except (GroupFaultError, asyncpg.PostgresError):
        await _one_by_one(acquired, joined, known, at=at)


async def _one_by_one(
    acquired: asyncpg.pool.PoolConnectionProxy, joined: Sequence[_Request], known: Known, *, at: datetime
) -> None:
    for request in joined:
        try:
            await _alone(acquired, request, known, at=at)
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            request.fail(error)  # the others are not to blame


async def _alone(
    acquired: asyncpg.pool.PoolConnectionProxy, request: _Request, known: Known, *, at: datetime
) -> None:
    """Record one request by itself: leave out what cannot be recorded if a part is welcome, else refuse."""
    while True:
        try:
            await _attempt(acquired, [request], known, at=at)
        except GroupFaultError as error:
            for place, fault in error.faults.items():
                request.faults[request.prepared[place].report.index] = [fault]
            if not request.partial:
                request.fail(_refusal(request))
                return
            request.prepared = [one for one in request.prepared if one.report.index not in request.faults]
        except _BUSY:
            request.fail(BusyError())
            return
        else:
            return


def _check(request: _Request, known: Known, at: datetime) -> None:
    request.prepared, faults = prepare(request.reports, known, at=at)
    for fault in faults:
        request.faults.setdefault(fault.index or 0, []).append(fault)


async def _recognise(
    acquired: asyncpg.pool.PoolConnectionProxy, group: Sequence[_Request], known: Known
) -> None:
    """Answer as duplicates those recorded before, though today they could not be (members leave)."""
    faulty = {
        report.id: (request, report)
        for request in group
        for report in request.reports
        if report.index in request.faults
    }
    taken = await keys_taken(acquired, faulty) if faulty else {}
    again = [
        faulty[one]
        for one, key in taken.items()
        if key == (faulty[one][1].source, faulty[one][1].fingerprint)
    ]
    results = await duplicates(acquired, [report for _, report in again], known.shelf.registry)
    for (request, report), result in zip(again, results, strict=True):
        del request.faults[report.index]
        request.repeats[report.index] = result


def _may_join(request: _Request) -> bool:
    if request.faults and not request.partial:
        request.fail(_refusal(request))
        return False
    return True


def _refusal(request: _Request) -> Exception:
    faults = [fault for index in sorted(request.faults) for fault in request.faults[index]]
    conflicts = [fault for fault in faults if fault.code in _CONFLICTS]
    return IdConflictError(conflicts) if conflicts else InputError(faults)


async def _attempt(
    acquired: asyncpg.pool.PoolConnectionProxy,
    requests: Sequence[_Request],
    known: Known,
    *,
    at: datetime,
    is_optimistic: bool = False,
) -> None:
    group = [one for request in requests for one in request.prepared]
    results: list[Result] = []
    if group:
        async with begun(acquired, _INDEXES_ONLY):
            results = await record_group(
                acquired, group, known.shelf.registry, at=at, is_optimistic=is_optimistic
            )
    answers = iter(results)
    for request in requests:
        own = {one.report.index: next(answers) for one in request.prepared}
        if not request.answer.done():
            request.answer.set_result([_answer(request, report.index, own) for report in request.reports])


def _answer(request: _Request, index: int, own: dict[int, Result]) -> Result:
    return (
        own.get(index)
        or request.repeats.get(index)
        or Result(index, "rejected", errors=tuple(request.faults[index]))
    )


@cache
def recorder() -> Recorder:
    """The one recorder of this process."""
    return Recorder()
