"""One group of checked reports, recorded and scored in one transaction (ARCHITECTURE.md, one activity)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from thidua.activities import actions as activity_actions
from thidua.activities import queries as activities
from thidua.activities.model import Act, Activity, ActivityReport, State
from thidua.engine.changes import Change, Effect, fact_of
from thidua.engine.idle import idle_teams
from thidua.engine.intake import FRAUD_REVERSAL, Prepared, named_in
from thidua.engine.locks import lock
from thidua.engine.results import Result
from thidua.engine.settle import outcomes_now, settle
from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError
from thidua.ledger import queries
from thidua.ledger.model import Posting
from thidua.scoring.model import Outcome, Reason
from thidua.scoring.registry import Registry

A_DAY_MAX = 200


class GroupFaultError(Exception):
    """Some reports cannot be recorded after all; nothing of the group was written."""

    def __init__(self, faults: Mapping[int, FieldError]) -> None:
        """Keep the fault of each report, by the report's place in the group."""
        super().__init__()
        self.faults = faults


@dataclass(slots=True)
class _Score:
    """What was found out about every new activity."""

    points: dict[UUID, int] = field(default_factory=dict)
    reasons: dict[UUID, list[Reason]] = field(default_factory=dict)

    def take(self, postings: Iterable[Posting], outcomes: Iterable[Outcome]) -> None:
        for posting in postings:
            self.points[posting.activity] = self.points.get(posting.activity, 0) + posting.points
        for outcome in outcomes:
            if outcome.reasons:
                self.reasons.setdefault(outcome.fact.id, []).extend(outcome.reasons)


async def record_group(
    connection: Connection,
    group: Sequence[Prepared],
    registry: Registry,
    *,
    at: datetime,
    is_optimistic: bool = False,
) -> list[Result]:
    """Record the reports inside the caller's transaction; answer each, in the order given.

    Raises GroupFaultError when some of them cannot be recorded: the caller then rolls back. With
    `is_optimistic`, teams that seem to have had their award of the week are locked shared, so that groups of
    one team do not queue; LockTooWeakError says that one of them was not idle after all.
    """
    reversals = await _named_activities(connection, group)
    coming, going = _coming(group), _going(group, reversals)
    idle = idle_teams().among(coming, registry) if is_optimistic and not going else ()
    locked = await lock(connection, [*coming, *going], registry, idle_teams=idle)
    fresh = await _fresh(connection, group)
    new = [group[place] for place in sorted(fresh)]
    replaced = await _replace(connection, group, fresh, at=at)
    await _refuse_too_many(connection, group, fresh)
    await activity_actions.insert(connection, [one.activity for one in new]) if new else None
    score = _Score()
    findings = [one for one in new if one.named or one.lifted]
    plain = [one for one in new if not one.named and not one.lifted]
    changes = [*_coming(plain), *_withdrawn(plain, replaced)]
    settled = await settle(connection, changes, registry, locked=locked, at=at)
    score.take(settled.postings, settled.outcomes)
    # Each finding is settled by itself, whole: one act changes an amount but once.
    for one in findings:
        more = one.named if one.activity.counts else ()
        turned = await suspend(connection, act=one.activity.id, more=more, fewer=one.lifted)
        changes = [*_coming([one]), *_withdrawn([one], replaced), *turned]
        locked = await lock(connection, changes, registry)  # all held already: claims are read again
        settled = await settle(connection, changes, registry, locked=locked, at=at)
        score.take(settled.postings, settled.outcomes)
    return await _answers(connection, group, fresh, score, registry)


async def suspend(
    connection: Connection, *, act: UUID, more: Sequence[UUID] = (), fewer: Sequence[UUID] = ()
) -> list[Change]:
    """Count a finding of fraud more or fewer against the activities; return which thereby go or come (13)."""
    before = await activities.by_id(connection, {*more, *fewer})
    for ids, by in ((more, 1), (fewer, -1)):
        await activity_actions.suspend(connection, sorted(before.keys() & set(ids)), by=by)
    changes: list[Change] = []
    for activity in before.values():
        after = activity.suspended + (activity.id in more) - (activity.id in fewer)
        if activity.state is State.VERIFIED and bool(activity.suspended) != bool(after):
            effect, cause = (Effect.GOES, "fraud") if after else (Effect.COMES, "fraud_withdrawn")
            changes.append(Change(fact_of(activity), act, effect, cause))
    return changes


def _coming(group: Iterable[Prepared]) -> list[Change]:
    return [
        Change(one.fact, one.fact.id, Effect.COMES, "recorded")
        for one in group
        if one.activity.state is State.VERIFIED
    ]


def _withdrawn(group: Iterable[Prepared], replaced: Mapping[UUID, Change]) -> list[Change]:
    return [replaced[one.activity.id] for one in group if one.activity.id in replaced]


def _going(group: Iterable[Prepared], named: Iterable[Activity]) -> list[Change]:
    gone = [one.replaced for one in group if one.replaced is not None]
    return [Change(fact_of(activity), activity.id, Effect.GOES, "named") for activity in (*gone, *named)]


async def _named_activities(connection: Connection, group: Sequence[Prepared]) -> list[Activity]:
    named = {activity for one in group for activity in (*one.named, *_named_by(one.replaced))}
    return list((await activities.by_id(connection, named)).values()) if named else []


def _named_by(finding: Activity | None) -> tuple[UUID, ...]:
    return named_in(finding.attributes) if finding is not None and finding.type == FRAUD_REVERSAL else ()


async def _fresh(connection: Connection, group: Sequence[Prepared]) -> set[int]:
    """Return the places of the reports with unused ids; an id used for something else is a fault."""
    first: dict[UUID, int] = {}
    for place, one in enumerate(group):
        first.setdefault(one.report.id, place)
    taken = await activity_actions.claim_ids(connection, [group[place].report for place in first.values()])
    fresh = {place for activity, place in first.items() if activity in taken}
    repeats = [place for place in range(len(group)) if place not in fresh]
    if not repeats:
        return fresh
    known = await activities.keys_taken(connection, {group[place].report.id for place in repeats})
    faults = {
        place: fault
        for place in repeats
        if (fault := _conflict(group[place].report, *known[group[place].report.id])) is not None
    }
    if faults:
        raise GroupFaultError(faults)
    return fresh


def _conflict(report: ActivityReport, source: str, fingerprint: bytes) -> FieldError | None:
    if source != report.source:
        return FieldError("id", "id_taken", report.index)
    return None if fingerprint == report.fingerprint else FieldError("id", "id_reused", report.index)


async def _refuse_too_many(connection: Connection, group: Sequence[Prepared], fresh: Iterable[int]) -> None:
    places: dict[tuple[UUID, date, str], list[int]] = {}
    for place in fresh:
        one = group[place]
        if one.activity.state is State.VERIFIED:
            places.setdefault((one.fact.actor, one.fact.day, one.fact.type), []).append(place)
    faults: dict[int, FieldError] = {}
    counts = await activities.verified_a_day(connection, places)
    for found, asked in zip(counts, places.values(), strict=True):
        for place in sorted(asked)[max(0, A_DAY_MAX - found) :]:
            report = group[place].report
            faults[place] = FieldError(
                "occurred_at", "too_many_a_day", report.index, {"a_day_max": A_DAY_MAX}
            )
    if faults:
        raise GroupFaultError(faults)


async def _replace(
    connection: Connection, group: Sequence[Prepared], fresh: Iterable[int], *, at: datetime
) -> dict[UUID, Change]:
    """Withdraw what the new reports replace, each in the same act as its replacement (4)."""
    going: dict[UUID, Change] = {}
    for place in sorted(fresh):
        one = group[place]
        if one.replaced is None:
            continue
        old = (await activities.by_id(connection, [one.replaced.id]))[one.replaced.id]
        if not old.state.may_become(State.WITHDRAWN):
            raise GroupFaultError({place: FieldError("replaces", "already_final", one.report.index)})
        act = Act(one.activity.id, old.id, "replace", old.state, State.WITHDRAWN, one.report.source, "", at)
        await activity_actions.change_state(connection, act)
        one.lifted = _named_by(old) if old.counts else ()
        if old.counts:
            going[one.activity.id] = Change(fact_of(old), one.activity.id, Effect.GOES, "replaced")
    return going


async def _answers(
    connection: Connection, group: Sequence[Prepared], fresh: set[int], score: _Score, registry: Registry
) -> list[Result]:
    repeats = [group[place].report for place in range(len(group)) if place not in fresh]
    answers = iter(await duplicates(connection, repeats, registry))
    return [
        _recorded(one, score, registry) if place in fresh else next(answers)
        for place, one in enumerate(group)
    ]


async def duplicates(
    connection: Connection, repeats: Sequence[ActivityReport], registry: Registry
) -> list[Result]:
    """Answer reports that are recorded already, each with today's state and points."""
    ids = {report.id for report in repeats}
    known = await activities.by_id(connection, ids) if ids else {}
    points = await queries.points_of(connection, ids) if ids else {}
    why = await reasons_now(connection, [one for one in known.values() if not points.get(one.id)], registry)
    return [
        Result(
            report.index,
            "duplicate",
            known[report.id].state,
            points.get(report.id, 0),
            why.get(report.id, ()),
        )
        for report in repeats
    ]


async def reasons_now(
    connection: Connection, known: Sequence[Activity], registry: Registry
) -> dict[UUID, tuple[Reason, ...]]:
    """Return why each of the activities brings nothing, or less than it might, at present."""
    if not known:
        return {}
    found: dict[UUID, list[Reason]] = {activity.id: [] for activity in known}
    for activity in known:
        if activity.state is not State.VERIFIED:
            found[activity.id].append(Reason("not_verified", {"state": activity.state.word}))
        elif activity.suspended:
            found[activity.id].append(Reason("suspended", {}))
        elif not registry.scores(activity.rulebook_version, activity.type):
            found[activity.id].append(Reason("no_rule", {}))
    counting = [fact_of(activity) for activity in known if activity.counts]
    for outcome in await outcomes_now(connection, counting, registry):
        if outcome.fact.id in found:
            found[outcome.fact.id].extend(outcome.reasons)
    return {activity: tuple(reasons) for activity, reasons in found.items()}


def _recorded(one: Prepared, score: _Score, registry: Registry) -> Result:
    activity = one.activity
    reasons = (*one.reasons, *score.reasons.get(activity.id, ()))
    if activity.state is not State.VERIFIED:
        reasons = (*reasons, Reason("not_verified", {"state": activity.state.word}))
    elif not registry.scores(activity.rulebook_version, activity.type):
        reasons = (*reasons, Reason("no_rule", {}))
    return Result(one.report.index, "recorded", activity.state, score.points.get(activity.id, 0), reasons)
