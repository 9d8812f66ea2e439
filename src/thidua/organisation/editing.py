"""Changes that people make by hand: nobody's change is overwritten unseen, and each is noted in the audit.

A form remembers what it showed (`seen`); whatever has become different since then is named instead.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from thidua.infra import audit
from thidua.infra.audit import Deed
from thidua.infra.database import Connection
from thidua.kernel.errors import ConflictError, FieldError, InputError, NotFoundError
from thidua.kernel.period import local_day
from thidua.organisation import actions, storing
from thidua.organisation.model import Change, Put

Facts = Mapping[str, Any]
Faults = Sequence[FieldError]

_UNIT = """
SELECT jsonb_build_object('code', u.code, 'kind', u.kind, 'name', u.name, 'name_en', u.name_en,
    'parent', p.code, 'area_group', u.area_group, 'flags', u.flags, 'members', u.members, 'adults', u.adults,
    'valid_from', u.valid_from, 'valid_to', u.valid_to)
FROM unit u LEFT JOIN unit p ON p.id = u.parent WHERE u.id = $1 AND $2::date IS NOT NULL
"""
_TEAM = """
SELECT jsonb_build_object('kind', t.kind, 'name', t.name, 'unit', u.code, 'valid_from', t.valid_from,
    'valid_to', t.valid_to)
FROM team t JOIN unit u ON u.id = t.unit WHERE t.id = $1 AND $2::date IS NOT NULL
"""
_HOUSEHOLD = """
SELECT jsonb_build_object('name', h.name, 'unit', u.code)
FROM household h JOIN unit u ON u.id = h.unit WHERE h.id = $1 AND $2::date IS NOT NULL
"""
_PERSON = """
SELECT jsonb_build_object('name', f.name, 'born_on', f.born_on, 'contact', f.contact,
    'target_group', f.target_group, 'public_name', f.public_name, 'priority', f.priority, 'unit', u.code)
FROM person_profile f
LEFT JOIN person_home h ON h.person = f.person
    AND (h.valid_from IS NULL OR h.valid_from <= $2) AND (h.valid_to IS NULL OR h.valid_to > $2)
LEFT JOIN unit u ON u.id = h.unit WHERE f.person = $1
"""
# What counts from a day that is stated beside it.
_DATED = {"members_from": "members", "unit_from": "unit"}


@dataclass(frozen=True, slots=True)
class Thing:
    """One kind of thing that people edit: its word, how it is written, and its facts as JSON."""

    word: str
    put: Callable[..., Awaitable[list[Put]]]
    facts: str
    is_personal: bool = False


UNIT = Thing("unit", actions.put_units, _UNIT)
TEAM = Thing("team", actions.put_teams, _TEAM)
HOUSEHOLD = Thing("household", actions.put_households, _HOUSEHOLD)
PERSON = Thing("person", actions.put_people, _PERSON, is_personal=True)


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes something, and when."""

    account: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """A field that is no longer what the form had shown."""

    field: str
    seen: object
    now: object


class StaleError(ConflictError):
    """Somebody else changed the same thing while the form was open."""

    code = "changed_meanwhile"

    def __init__(self, changes: tuple[Changed, ...], now: Facts) -> None:
        """Keep what has changed, and all that stands now."""
        super().__init__()
        self.changes, self.now = changes, now


class AlreadyThereError(ConflictError):
    """A form for something new was sent again, saying something else."""

    code = "already_there"


async def facts_of(connection: Connection, thing: Thing, one: UUID, *, at: datetime) -> dict[str, Any] | None:
    """Return what is recorded of this thing now, as JSON values; None when there is none."""
    found = await connection.fetchval(thing.facts, one, local_day(at))
    return None if found is None else msgspec.json.decode(found)


async def facts_known(connection: Connection, thing: Thing, one: UUID, *, at: datetime) -> dict[str, Any]:
    """Return what is recorded of this thing now; it is not there when nothing is."""
    found = await facts_of(connection, thing, one, at=at)
    if found is None:
        raise NotFoundError
    return found


async def create(
    connection: Connection, thing: Thing, stated: Facts, *, editor: Editor, faults: Faults = ()
) -> Put:
    """Write something new under its own id; the same again changes nothing, something else is refused.

    Faults found before are told together with those found here.
    """
    put = await _put(connection, thing, stated, editor, faults)
    if put.status is Change.UPDATED:
        raise AlreadyThereError
    if put.status is Change.CREATED:
        await _note(connection, thing, put.id, "created", stated, editor)
    return put


async def change(
    connection: Connection, thing: Thing, stated: Facts, *, seen: Facts, editor: Editor, faults: Faults = ()
) -> Put:
    """Write what is stated of a known thing, unless it is no longer what the editor had seen."""
    await storing.lock(connection)
    now = await facts_known(connection, thing, stated["id"], at=editor.at)
    put = await _put(connection, thing, stated, editor, faults)
    if put.status is Change.UNCHANGED:
        return put
    changes = tuple(
        Changed(name, seen.get(name), value) for name, value in now.items() if seen.get(name) != value
    )
    if changes:
        # What was just written goes with the caller's transaction.
        raise StaleError(changes, now)
    after = await facts_of(connection, thing, stated["id"], at=editor.at) or {}
    different = {name: value for name, value in after.items() if now[name] != value}
    # A home from a later day on shows in no fact of today, nor does the day from which a figure counts.
    unseen = {name: value for name, value in stated.items() if name not in after and value is not None}
    dated = {name: stated[name] for day, name in _DATED.items() if day in unseen}
    await _note(connection, thing, put.id, "changed", different | dated | unseen, editor)
    return put


async def _put(connection: Connection, thing: Thing, stated: Facts, editor: Editor, faults: Faults) -> Put:
    try:
        (put,) = await thing.put(connection, [stated], at=editor.at)
    except InputError as error:
        named = {fault.field for fault in faults}
        raise InputError([*faults, *(one for one in error.errors if one.field not in named)]) from None
    if faults:
        # What was just written goes with the caller's transaction.
        raise InputError(faults)
    return put


async def _note(
    connection: Connection, thing: Thing, one: UUID | None, doing: str, stated: Facts, editor: Editor
) -> None:
    """Note who did it: of people only which fields, and whether a public name was agreed to."""
    facts: dict[str, object] = {"fields": sorted(name for name in stated if name != "id")}
    if not thing.is_personal:
        facts["values"] = {name: str(value) for name, value in stated.items() if name != "id"}
    elif "public_name" in stated:
        facts["public_name"] = stated["public_name"]
    deed = Deed(
        at=editor.at,
        actor_id=editor.account,
        doing=f"{thing.word}_{doing}",
        thing_kind=thing.word,
        thing_id=one,
        facts=facts,
    )
    await audit.note(connection, deed)
