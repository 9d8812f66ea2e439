"""Takes back what an import wrote: activities are withdrawn, people and teams that nothing names removed.

What has been changed by others since, or is part of history, is left as it is, and said.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from thidua.activities.model import State
from thidua.engine.moderate import StateError, withdraw
from thidua.imports import actions, queries
from thidua.imports.actions import Came
from thidua.imports.model import Kind, Outcome
from thidua.imports.naming import named_by_history, states_of, units_named_by_history
from thidua.imports.state import ImportState, RowState
from thidua.infra.database import Connection
from thidua.kernel.errors import InputError
from thidua.kernel.period import local_day
from thidua.organisation.actions import put_people, put_teams
from thidua.organisation.removal import take_back_people, take_back_teams, take_back_units

_PEOPLE = """
SELECT f.person AS id, f.name, f.born_on, f.contact, f.target_group, f.priority, h.unit::text AS unit,
    ARRAY(SELECT m.team FROM membership m WHERE m.person = f.person) AS teams
FROM person_profile f LEFT JOIN person_home h ON h.person = f.person AND h.valid_to IS NULL
WHERE f.person = ANY($1::uuid[])
"""
_TEAMS = "SELECT id, name, kind, valid_from, unit::text AS unit FROM team WHERE id = ANY($1::uuid[])"
_WITH_MEMBERS = "SELECT DISTINCT team FROM membership WHERE team = ANY($1::uuid[])"
_ACTIVITIES_A_STEP = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoForetold:
    """What undoing would do."""

    taken_back: int
    given_back: int
    kept: int
    verified: int
    branches: int


async def undo_foretold(connection: Connection, state: ImportState) -> UndoForetold:
    """Say what undoing would take back, give back and leave, as things are now."""
    rows = await queries.rows_written(connection, state.id, 0, count_max=1_000_000)
    created = [row.thing for row in rows if row.outcome is Outcome.CREATED and row.thing is not None]
    updated = sum(row.outcome is Outcome.UPDATED for row in rows)
    if state.kind is Kind.ACTIVITIES:
        states = await states_of(connection, created)
        gone = states.get(State.REJECTED, 0) + states.get(State.WITHDRAWN, 0)
        verified = states.get(State.VERIFIED, 0)
        return UndoForetold(
            taken_back=len(created) - gone, given_back=0, kept=gone, verified=verified, branches=0
        )
    kept = await _touched(connection, state, rows)
    branches = await queries.branches_of(connection, state.id)
    return UndoForetold(
        taken_back=len(created) - len(kept & set(created)),
        given_back=updated,
        kept=len(kept),
        verified=0,
        branches=len(branches),
    )


async def undo_rows(
    connection: Connection, state: ImportState, *, at: datetime, count_max: int
) -> int | None:
    """Take back some more rows; return the last one, None when there are no more."""
    if state.kind is Kind.ACTIVITIES:
        count_max = _ACTIVITIES_A_STEP
    rows = await queries.rows_written(connection, state.id, state.reached, count_max=count_max)
    if not rows:
        await _undo_branches(connection, state)
        return None
    if state.kind is Kind.ACTIVITIES:
        came = [await _withdrawn(row, state, at) for row in rows]
    else:
        came = await _undone(connection, state, rows, at)
    await actions.come_of(connection, state.id, came)
    return rows[-1].number


async def _withdrawn(row: RowState, state: ImportState, at: datetime) -> Came:
    assert row.thing is not None, "what was recorded has an id"
    try:
        await withdraw(row.thing, by=state.undone_by or state.source, reason=state.undo_reason or "", at=at)
    except StateError:
        return Came(number=row.number, outcome=Outcome.KEPT)
    return Came(number=row.number, outcome=Outcome.TAKEN_BACK)


async def _undone(
    connection: Connection, state: ImportState, rows: Sequence[RowState], at: datetime
) -> list[Came]:
    kept = await _touched(connection, state, rows)
    created = [row.thing for row in rows if row.outcome is Outcome.CREATED and row.thing is not None]
    removable = [one for one in created if one not in kept]
    removed = await _removed(connection, state, removable)
    came = []
    for row in rows:
        if row.outcome is Outcome.CREATED:
            is_back = row.thing in removed
        else:
            is_back = row.thing not in kept and await _given_back(connection, state, row, at)
        outcome = Outcome.TAKEN_BACK if is_back else Outcome.KEPT
        came.append(Came(number=row.number, outcome=outcome, before={} if is_back else None))
    return came


async def _removed(connection: Connection, state: ImportState, things: Sequence[UUID]) -> set[UUID]:
    """Remove them; of people whom withdrawn activities name, all but the id."""
    if state.kind is Kind.TEAMS:
        return await take_back_teams(connection, things)
    assert state.confirmed_at is not None, "nothing is undone that was not confirmed"
    named = await named_by_history(connection, things, since=state.confirmed_at)
    return await take_back_people(connection, things, named=named)


async def _given_back(connection: Connection, state: ImportState, row: RowState, at: datetime) -> bool:
    """Give a person or team what they had before; whether anything was known of it."""
    had = dict(_part(row, "had"))
    if not had:
        return False
    given: dict[str, object] = {"id": row.thing, **had}
    if "unit" in had:
        given["unit_from"] = local_day(at)
    put = put_people if state.kind is Kind.PEOPLE else put_teams
    try:
        await put(connection, [given], at=at)
    except InputError:
        return False
    return True


async def _touched(connection: Connection, state: ImportState, rows: Sequence[RowState]) -> set[UUID]:
    """Whom or what others have changed or come to name since the import wrote them."""
    things = [row.thing for row in rows if row.thing is not None]
    sql = _PEOPLE if state.kind is Kind.PEOPLE else _TEAMS
    now = {row["id"]: row for row in await connection.fetch(sql, things)}
    changed = {
        row.thing
        for row in rows
        if row.thing is not None and not _is_as_given(now.get(row.thing), row, state.kind)
    }
    created = [row.thing for row in rows if row.outcome is Outcome.CREATED and row.thing is not None]
    assert state.confirmed_at is not None, "nothing is undone that was not confirmed"
    # Of people withdrawn activities need the id alone.
    spared = State.WITHDRAWN if state.kind is Kind.PEOPLE else None
    named = await named_by_history(connection, created, since=state.confirmed_at, spared=spared)
    if state.kind is Kind.TEAMS:
        named |= {row["team"] for row in await connection.fetch(_WITH_MEMBERS, created)}
    return changed | named


def _is_as_given(now: Any, row: RowState, kind: Kind) -> bool:  # noqa: ANN401 -- asyncpg's records carry no types
    if now is None or row.before is None:
        return False
    gave = _part(row, "gave")
    if any(_plain(now[name]) != _plain(value) for name, value in gave.items()):
        return False
    joined = (row.before or {}).get("joined")
    return kind is Kind.TEAMS or row.outcome is Outcome.UPDATED or _only(now["teams"], joined)


def _only(teams: Collection[UUID], joined: object) -> bool:
    return {str(team) for team in teams} <= {str(joined)}


def _part(row: RowState, name: str) -> Mapping[str, object]:
    part = (row.before or {}).get(name)
    return part if isinstance(part, Mapping) else {}


def _plain(value: object) -> object:
    """A value as it stands in JSON."""
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return None if value is None else str(value)


async def _undo_branches(connection: Connection, state: ImportState) -> None:
    branches = await queries.branches_of(connection, state.id)
    if not branches or state.confirmed_at is None:
        return
    named = await units_named_by_history(connection, branches, since=state.confirmed_at)
    await take_back_units(connection, [one for one in branches if one not in named])
