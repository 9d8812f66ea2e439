"""What-if: what the ledger would be if another rulebook judged a span, computed in memory; never writes."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from thidua.activities import ranges
from thidua.engine.replay import Holders, Nets, nets_of, replay
from thidua.engine.rulebooks import next_after, shelf_of
from thidua.engine.verify_totals import counting, suspended_now
from thidua.infra.clock import now
from thidua.infra.database import Connection, owner_connection
from thidua.kernel.errors import NotFoundError
from thidua.ledger import queries, standing
from thidua.ledger.queries import PublishedRulebook
from thidua.scoring.model import Fact
from thidua.scoring.registry import Registry

_SUBJECTS_AT_ONCE = 500
_NOTHING = (0, 0)
Rejudged = Callable[[Fact], Fact]


@dataclass(frozen=True, slots=True)
class Shift:
    """One award that would bring something else: the points before and after."""

    activity: UUID
    rule: str
    subject: UUID
    team: UUID | None
    unit: UUID
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class SubjectShift:
    """What all shifts mean for one subject."""

    subject: UUID
    awards: int
    points: int


async def preview(toml: str, *, starts_at: datetime, ends_at: datetime) -> list[Shift]:
    """Return every award that would change if this rulebook judged the activities of the half-open span.

    Raises RulebookError or VersionTakenError where the rulebook could not be published next.
    """
    async with _snapshot() as (connection, published):
        book = next_after(published, toml, at=now())
        books = shelf_of(published, at=now()).registry.rulebooks.values()
        span = _judged_by(book.version, starts_at, ends_at)
        return await _shifts(connection, Registry([*books, book]), span, (starts_at, ends_at))


async def preview_version(version: int, *, starts_at: datetime, ends_at: datetime) -> list[Shift]:
    """Return every award that would change if this published version judged the activities of the span."""
    async with _snapshot() as (connection, published):
        registry = shelf_of(published, at=now()).registry
        if version not in registry.rulebooks:
            raise NotFoundError(version=version)
        span = _judged_by(version, starts_at, ends_at)
        return await _shifts(connection, registry, span, (starts_at, ends_at))


def by_subject(shifts: Iterable[Shift]) -> list[SubjectShift]:
    """Return what each subject would gain or lose, those who lose most first."""
    awards: dict[UUID, int] = {}
    points: dict[UUID, int] = {}
    for shift in shifts:
        awards[shift.subject] = awards.get(shift.subject, 0) + 1
        points[shift.subject] = points.get(shift.subject, 0) + shift.after - shift.before
    found = [SubjectShift(subject, awards[subject], points[subject]) for subject in awards]
    return sorted(found, key=lambda one: (one.points, str(one.subject)))


def _judged_by(version: int, starts_at: datetime, ends_at: datetime) -> Rejudged:
    def rejudged(fact: Fact) -> Fact:
        return replace(fact, version=version) if starts_at <= fact.occurred_at < ends_at else fact

    return rejudged


async def _shifts(
    connection: Connection, registry: Registry, rejudged: Rejudged, span: tuple[datetime, datetime]
) -> list[Shift]:
    suspended = await suspended_now(connection)
    before, after = Holders(registry), Holders(registry)
    async for found in ranges.of_types(connection, before.types):
        for fact in counting(found, suspended):
            before.note(fact)
            after.note(rejudged(fact))
    subjects = {*await ranges.concerned(connection, *span), *_passed_on(before, after)}
    shifts: list[Shift] = []
    for part in _parts(sorted(subjects)):
        facts = counting(await ranges.of_subjects(connection, part), suspended)
        outcomes = replay(map(rejudged, facts), registry, holders=after)
        due = nets_of(outcome for outcome in outcomes if outcome.subject in part)
        shifts += _between(await standing.nets_of(connection, part), due)
    return shifts


def _passed_on(before: Holders, after: Holders) -> Iterable[UUID]:
    """The subjects that would lose or gain a key which counts once across all."""
    for key in before.first.keys() | after.first.keys():
        old, new = before.first.get(key), after.first.get(key)
        if old != new:
            yield from (one[1] for one in (old, new) if one is not None)


def _parts(subjects: Sequence[UUID]) -> Iterable[frozenset[UUID]]:
    for start in range(0, len(subjects), _SUBJECTS_AT_ONCE):
        yield frozenset(subjects[start : start + _SUBJECTS_AT_ONCE])


def _between(stand: Nets, due: Nets) -> Iterable[Shift]:
    for place in sorted(stand.keys() | due.keys(), key=lambda one: tuple(map(str, one))):
        before, after = stand.get(place, _NOTHING), due.get(place, _NOTHING)
        if before != after:
            yield Shift(*place, before[0], after[0])


@asynccontextmanager
async def _snapshot() -> AsyncIterator[tuple[Connection, Sequence[PublishedRulebook]]]:
    connection = await owner_connection()
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection, await queries.rulebooks(connection)
    finally:
        await connection.close()
