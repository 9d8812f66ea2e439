"""Writes the rows of a confirmed import, each judged once more as things are at that moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from thidua.engine.record import recorder
from thidua.engine.results import IdConflictError, Result
from thidua.imports import actions, queries
from thidua.imports.actions import Came
from thidua.imports.activities import ActivityPlan
from thidua.imports.checking import plans_of, thing_of
from thidua.imports.ground import NewBranch
from thidua.imports.model import Kind, Outcome, Remark, Verdict, Weight
from thidua.imports.people import PersonPlan
from thidua.imports.reading import RowReader
from thidua.imports.state import ImportState
from thidua.imports.teams import TeamPlan
from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError, InputError
from thidua.organisation.actions import put_memberships, put_people, put_teams, put_units
from thidua.organisation.model import Change, Put

_OUTCOMES = {
    Change.CREATED: Outcome.CREATED,
    Change.UPDATED: Outcome.UPDATED,
    Change.UNCHANGED: Outcome.UNCHANGED,
}


class Putting(Protocol):
    """An action of the organisation that takes a list of things."""

    async def __call__(
        self, connection: Connection, given: Sequence[Mapping[str, object]], *, at: datetime
    ) -> list[Put]:
        """Put all of them, or refuse them with every fault."""
        ...


@dataclass(slots=True)
class _Written:
    """What came of rows, and of those that were refused what is to be said."""

    came: list[Came] = field(default_factory=list)

    def refuse(self, number: int, faults: Sequence[FieldError]) -> None:
        said = [Remark(field=one.field, read="", code=one.code, weight=Weight.BAD) for one in faults]
        self.came.append(Came(number=number, outcome=Outcome.REFUSED, remarks=said))


async def write_rows(
    connection: Connection, state: ImportState, *, secret: bytes, at: datetime, count_max: int
) -> int | None:
    """Write some more rows; return the last one, None when there are no more."""
    rows = await queries.rows_to_write(connection, state.id, state.reached, count_max=count_max)
    if not rows:
        return None
    planned = await plans_of(connection, state, rows, secret=secret, at=at)
    written = _Written([_not_written(plan, row) for plan, row in planned if not plan.verdict.is_written])
    plans = [plan for plan, _ in planned if plan.verdict.is_written]
    if state.kind is Kind.PEOPLE:
        await _write_people(
            connection, state, [one for one in plans if isinstance(one, PersonPlan)], written, at
        )
    elif state.kind is Kind.TEAMS:
        await _write_teams(connection, [one for one in plans if isinstance(one, TeamPlan)], written, at)
    else:
        await _write_activities([one for one in plans if isinstance(one, ActivityPlan)], written)
    await actions.come_of(connection, state.id, written.came)
    return rows[-1].number


def _not_written(plan: PersonPlan | TeamPlan | ActivityPlan, row: RowReader) -> Came:
    """A row that says nothing new; or one that has become doubtful since it was shown."""
    if plan.verdict is Verdict.SAME:
        return Came(number=plan.number, outcome=Outcome.UNCHANGED, thing=thing_of(plan))
    return Came(number=plan.number, outcome=Outcome.REFUSED, remarks=row.remarks)


async def _write_people(
    connection: Connection, state: ImportState, plans: Sequence[PersonPlan], written: _Written, at: datetime
) -> None:
    await _create_branches(connection, state, [one.branch for one in plans if one.branch is not None], at)
    changing = [plan for plan in plans if plan.given]
    puts, refused = await _put(put_people, connection, [plan.given for plan in changing], at)
    for index, faults in refused.items():
        written.refuse(changing[index].number, faults)
    lost = {changing[index].number for index in refused}
    statuses = {changing[index].number: put.status for index, put in puts.items()}
    kept = [plan for plan in plans if plan.number not in lost]
    joined = await _join(connection, [plan for plan in kept if plan.team is not None], at)
    for plan in kept:
        status = _OUTCOMES[statuses.get(plan.number, Change.UNCHANGED)]
        if status is Outcome.UNCHANGED and plan.number in joined:
            status = Outcome.UPDATED
        before = {"had": plan.before or {}, "gave": _gave(plan.given), "joined": joined.get(plan.number)}
        written.came.append(Came(number=plan.number, outcome=status, thing=plan.person, before=before))


async def _create_branches(
    connection: Connection, state: ImportState, branches: Sequence[NewBranch], at: datetime
) -> None:
    new = {one.id: one for one in branches}
    if not new:
        return
    given = [
        {"id": one.id, "code": one.code, "kind": "branch", "name": one.name, "parent": str(one.parent)}
        for one in new.values()
    ]
    puts = await put_units(connection, given, at=at)
    created = [put.id for put in puts if put.status is Change.CREATED and put.id is not None]
    await actions.keep_branches(connection, state.id, created)


async def _join(connection: Connection, plans: Sequence[PersonPlan], at: datetime) -> dict[int, UUID]:
    given = [{"person": one.person, "team": one.team, "valid_from": one.joined_on} for one in plans]
    puts, _ = await _put(put_memberships, connection, given, at)
    return {plans[index].number: team for index in puts if (team := plans[index].team) is not None}


async def _write_teams(
    connection: Connection, plans: Sequence[TeamPlan], written: _Written, at: datetime
) -> None:
    puts, refused = await _put(put_teams, connection, [plan.given for plan in plans], at)
    for index, faults in refused.items():
        written.refuse(plans[index].number, faults)
    for index, put in puts.items():
        plan = plans[index]
        before = {"had": plan.before or {}, "gave": _gave(plan.given)}
        came = Came(number=plan.number, outcome=_OUTCOMES[put.status], thing=plan.team, before=before)
        written.came.append(came)


async def _put(
    put: Putting, connection: Connection, given: Sequence[Mapping[str, object]], at: datetime
) -> tuple[dict[int, Put], dict[int, list[FieldError]]]:
    """Put what can be put; return the answers, and the faults of the rest, by their places."""
    places = list(range(len(given)))
    refused: dict[int, list[FieldError]] = {}
    while places:
        try:
            puts = await put(connection, [given[place] for place in places], at=at)
        except InputError as error:
            for fault in error.errors:
                refused.setdefault(places[fault.index or 0], []).append(fault)
            places = [place for place in places if place not in refused]
        else:
            return dict(zip(places, puts, strict=True)), refused
    return {}, refused


async def _write_activities(plans: Sequence[ActivityPlan], written: _Written) -> None:
    reports = [plan.report for plan in plans if plan.report is not None]
    if not reports:
        return
    for index, report in enumerate(reports):
        report.index = index
    try:
        results = await recorder().record(reports, partial=True)
    except (InputError, IdConflictError) as error:
        results = [Result(index, "rejected", errors=tuple(error.errors)) for index in range(len(reports))]
    for plan, report, result in zip(plans, reports, results, strict=True):
        if result.status == "rejected":
            written.refuse(plan.number, result.errors)
        else:
            outcome = Outcome.CREATED if result.status == "recorded" else Outcome.UNCHANGED
            written.came.append(Came(number=plan.number, outcome=outcome, thing=report.id))


def _gave(given: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in given.items() if name not in {"id", "unit_from"}}
