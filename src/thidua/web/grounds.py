"""What stands behind a line of the book: its activity, who confirmed that, and what made the line change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from thidua.activities.catalogue import Step, catalogue
from thidua.activities.model import Act, Activity
from thidua.activities.queries import activities_of_acts, acts_of_many, by_id
from thidua.engine.separation import confirming
from thidua.infra.database import Connection
from thidua.ledger.shown import EntryRow
from thidua.web.activity_fields import said
from thidua.web.language import Language


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, in words; `activity` is what it is about."""

    words: str
    at: datetime
    activity: UUID


@dataclass(frozen=True, slots=True)
class Grounds:
    """The activity, its confirmations by office and never by name, and the other activity that changed it."""

    activity: Moment
    confirmed: tuple[Moment, ...]
    cause: Moment | None


async def grounds_of(
    connection: Connection, entries: Sequence[EntryRow], language: Language
) -> dict[int, Grounds]:
    """What stands behind each of the entries, by its number."""
    acts = await acts_of_many(connection, {one.activity for one in entries})
    behind = await activities_of_acts(connection, {one.act for one in entries})
    causes = {one.id: behind.get(one.act, one.act) for one in entries}
    known = await by_id(connection, {*causes.values(), *(one.activity for one in entries)})
    return {
        one.id: Grounds(
            _named(known[one.activity], language),
            _confirmed(known[one.activity], acts.get(one.activity, ()), language),
            _cause(known[one.activity], known.get(causes[one.id]), language),
        )
        for one in entries
        if one.activity in known
    }


def _named(activity: Activity, language: Language) -> Moment:
    name = said(catalogue().types[activity.type].name, language)
    return Moment(name, activity.occurred_at, activity.id)


def _confirmed(activity: Activity, acts: Sequence[Act], language: Language) -> tuple[Moment, ...]:
    """Every step that somebody took; what a program answers for has none."""
    told = catalogue().steps
    ways = {confirming(step): said(told[step], language) for step in Step}
    found = tuple(Moment(ways[act.kind], act.at, activity.id) for act in acts if act.kind in ways)
    by_program = Moment(said(told[Step.MACHINE], language), activity.recorded_at, activity.id)
    return found or (by_program,)


def _cause(activity: Activity, cause: Activity | None, language: Language) -> Moment | None:
    """The other activity that the line follows from; of the same actor only, for books are read apart."""
    if cause is None or cause.id == activity.id or cause.actor != activity.actor:
        return None
    return _named(cause, language)
