"""Joining, leaving and changing teams, and ending one: dated, so that points stay where they were earned."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from thidua.infra import audit
from thidua.infra.audit import Deed
from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError, InputError, NotFoundError
from thidua.organisation import editing, storing
from thidua.organisation.actions import put_memberships
from thidua.organisation.batch import ITEMS_MAX
from thidua.organisation.editing import Changed, Editor, Facts, StaleError
from thidua.organisation.model import Change

_ONE = "SELECT valid_to FROM membership WHERE person = $1 AND team = $2 AND valid_from = $3"
_TEAM_UNTIL = "SELECT valid_from, valid_to FROM team WHERE id = $1"
_OPEN = """
SELECT person, valid_from FROM membership WHERE team = $1 AND (valid_to IS NULL OR valid_to > $2)
ORDER BY valid_from, person
"""


@dataclass(frozen=True, slots=True)
class Joined:
    """What a membership is known by: who, which team, from which day on."""

    person: UUID
    team: UUID
    since: date


async def join(connection: Connection, joined: Joined, *, editor: Editor) -> None:
    """Let the person be in the team from that day on."""
    await _refuse_outside(connection, joined)
    (put,) = await put_memberships(connection, [_given(joined)], at=editor.at)
    if put.status is not Change.UNCHANGED:
        await _note(connection, "membership_begun", joined, joined.since, editor)


async def leave(connection: Connection, joined: Joined, *, last_on: date, editor: Editor) -> None:
    """Let the stay end with that day; what was earned in it stays where it is."""
    await storing.lock(connection)
    stay = await connection.fetchrow(_ONE, joined.person, joined.team, joined.since)
    if stay is None:
        raise NotFoundError
    ends_on = last_on + timedelta(days=1)
    if stay["valid_to"] not in {None, ends_on}:
        now = {"last_on": (stay["valid_to"] - timedelta(days=1)).isoformat()}
        raise StaleError((Changed("last_on", None, now["last_on"]),), now)
    (put,) = await put_memberships(connection, [_given(joined) | {"valid_to": ends_on}], at=editor.at)
    if put.status is not Change.UNCHANGED:
        await _note(connection, "membership_ended", joined, last_on, editor)


async def move(connection: Connection, joined: Joined, *, to: UUID, first_on: date, editor: Editor) -> None:
    """Let the person be in another team from that day on, and in this one up to the day before."""
    if to == joined.team:
        raise InputError([FieldError("to", "itself")])
    await leave(connection, joined, last_on=first_on - timedelta(days=1), editor=editor)
    await join(connection, Joined(joined.person, to, first_on), editor=editor)


async def end_team(connection: Connection, team: UUID, last_on: date, *, seen: Facts, editor: Editor) -> None:
    """Let that be the last day of the team and of everybody's stay in it."""
    ends_on = last_on + timedelta(days=1)
    await editing.change(
        connection, editing.TEAM, {"id": team, "valid_to": ends_on}, seen=seen, editor=editor
    )
    stays = await connection.fetch(_OPEN, team, ends_on)
    later = sum(stay["valid_from"] >= ends_on for stay in stays)
    if later:
        raise InputError([FieldError("last_on", "members_join_later", facts={"count": later})])
    given = [{"person": one["person"], "team": team, "valid_from": one["valid_from"]} for one in stays]
    for start in range(0, len(given), ITEMS_MAX):
        chunk = [one | {"valid_to": ends_on} for one in given[start : start + ITEMS_MAX]]
        await put_memberships(connection, chunk, at=editor.at)


def _given(joined: Joined) -> dict[str, object]:
    return {"person": joined.person, "team": joined.team, "valid_from": joined.since}


async def _refuse_outside(connection: Connection, joined: Joined) -> None:
    span = await connection.fetchrow(_TEAM_UNTIL, joined.team)
    if span is None:
        raise NotFoundError
    if joined.since < span["valid_from"]:
        fault = FieldError("valid_from", "before_the_team", facts={"since": span["valid_from"]})
        raise InputError([fault])
    if span["valid_to"] is not None and joined.since >= span["valid_to"]:
        last_on = span["valid_to"] - timedelta(days=1)
        raise InputError([FieldError("valid_from", "team_has_ended", facts={"last_on": last_on})])


async def _note(connection: Connection, doing: str, joined: Joined, day: date, editor: Editor) -> None:
    facts = {"team": str(joined.team), "on": day.isoformat()}
    deed = Deed(
        at=editor.at,
        actor_id=editor.account,
        doing=doing,
        thing_kind="person",
        thing_id=joined.person,
        facts=facts,
    )
    await audit.note(connection, deed)
