"""Fills an instance without people with the demo, once; a start that was cut short is taken up again."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from thidua.accounts.roles import Role
from thidua.cli.demo.calendar import Calendar, end_of
from thidua.cli.demo.cast import open_accounts, players
from thidua.cli.demo.dice import Dice
from thidua.cli.demo.history import History
from thidua.cli.demo.people import Folk, Somebody, folk_in
from thidua.cli.demo.places import Places, places_in
from thidua.cli.demo.recording import play
from thidua.cli.demo.story import World, tell_story
from thidua.cli.demo.told import told
from thidua.infra.audit import Deed, note
from thidua.infra.database import Connection, connection, owner_connection, transaction
from thidua.infra.errors import StartError
from thidua.kernel.period import VIETNAM
from thidua.organisation import actions as organisation
from thidua.organisation.model import Put

_ROWS_MAX = 1000
_NOTED = "SELECT doing, facts FROM audit_record WHERE doing IN ('demo.begun', 'demo.finished') ORDER BY id"
_HAS_PEOPLE = "SELECT EXISTS (SELECT FROM person)"

Put_ = Callable[..., Awaitable[list[Put]]]


class Plan(msgspec.Struct, frozen=True):
    """What a demo is made from; the same plan makes the same demo."""

    ends_at: datetime
    seed: int = 1
    people: int = 6000
    activities: int = 60_000
    communes_max: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there of a demo: nothing, a beginning, or all."""

    plan: Plan | None
    is_finished: bool
    has_people: bool


@dataclass(frozen=True, slots=True)
class Made:
    """What was made up of a plan, and the dice as they lie afterwards."""

    dice: Dice
    calendar: Calendar
    places: Places
    folk: Folk
    cast: dict[Role, Somebody]


def plan_at(at: datetime, *, seed: int) -> Plan:
    """The demo of the day."""
    return Plan(ends_at=end_of(at), seed=seed, activities=told("habits")["activities"])


async def standing() -> Standing:
    """How far a demo has come here."""
    async with connection() as acquired:
        noted = {row["doing"]: row["facts"] for row in await acquired.fetch(_NOTED)}
        has_people = await acquired.fetchval(_HAS_PEOPLE)
    begun = noted.get("demo.begun")
    plan = None if begun is None else msgspec.json.decode(begun, type=Plan)
    return Standing(plan, "demo.finished" in noted, has_people)


async def load(plan: Plan) -> int:
    """Make the demo, or finish one that was begun; return how many activities it has."""
    found = await standing()
    if found.plan is None and found.has_people:
        raise StartError("There are people here already: the demo goes into an instance without any.")
    plan = found.plan or plan
    made = await make(plan)
    if found.plan is None:
        await _write(plan, made)
    history = History(made.dice, made.calendar)
    tell_story(history, World(made.places, made.folk), activities=plan.activities)
    count = await play(history)
    await _finish(plan)
    return count


async def make(plan: Plan) -> Made:
    """Make up the places and people of the plan, without writing them."""
    dice = Dice(plan.seed)
    calendar = Calendar(dice, plan.ends_at.astimezone(VIETNAM))
    last_day = calendar.last_day
    async with connection() as acquired:
        places = await places_in(acquired, dice, last_day=last_day, communes_max=plan.communes_max)
    cast = players(dice, places, last_day)
    folk = folk_in(dice, places, count=plan.people, last_day=last_day, known=list(cast.values()))
    return Made(dice, calendar, places, folk, cast)


async def _write(plan: Plan, made: Made) -> None:
    """Write units, teams, people and accounts in one step, with a note that the demo has begun."""
    at, places, folk = plan.ends_at, made.places, made.folk
    async with transaction() as writing:
        await writing.execute("SET LOCAL statement_timeout = '60s'")
        await _put(writing, organisation.put_units, places.units, at)
        await _put(writing, organisation.put_teams, places.teams, at)
        await _put(writing, organisation.put_clusters, places.clusters, at)
        await _put(writing, organisation.put_people, [one.row for one in folk.people], at)
        await _put(writing, organisation.put_households, folk.households, at)
        await _put(writing, organisation.put_memberships, list(folk.memberships()), at)
        await _put(writing, organisation.put_units, _denominators(places, folk), at)
        await open_accounts(writing, places, made.cast, at)
        await _note(writing, "demo.begun", plan)


async def _put(writing: Connection, put: Put_, rows: Sequence[dict[str, Any]], at: datetime) -> None:
    for start in range(0, len(rows), _ROWS_MAX):
        await put(writing, rows[start : start + _ROWS_MAX], at=at)


def _denominators(places: Places, folk: Folk) -> list[dict[str, Any]]:
    """How many members and adults units declare: a little more than we know by name."""
    members: dict[str, int] = {}
    codes = {str(one.id): one.code for one in places.communes} | {
        str(row["id"]): row["code"] for row in places.units
    }
    for one in folk.people:
        for code in {codes[one.row["unit"]], one.commune.code, one.commune.province}:
            members[code] = members.get(code, 0) + 1
    return [
        {"code": code, "members": count + count // 9, "adults": count * 83 + 517}
        for code, count in sorted(members.items())
    ]


async def _finish(plan: Plan) -> None:
    async with transaction() as writing:
        await _note(writing, "demo.finished", plan)
    owner = await owner_connection()
    try:
        await owner.execute("ANALYZE")  # what was planned for empty tables would read the full ones whole
    finally:
        await owner.close()


async def _note(writing: Connection, doing: str, plan: Plan) -> None:
    facts = msgspec.to_builtins(plan)
    await note(
        writing,
        Deed(at=plan.ends_at, actor_id=None, doing=doing, thing_kind="demo", thing_id="demo", facts=facts),
    )
