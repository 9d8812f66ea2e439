"""What one form is about: who records what for whom, and what may be filled in beforehand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from thidua.accounts.permissions import Permission
from thidua.activities.catalogue import ActivityType, catalogue
from thidua.activities.model import Activity
from thidua.activities.waiting import own
from thidua.engine.rulebooks import shelf
from thidua.infra.database import Connection
from thidua.kernel.errors import FieldError, NotFoundError
from thidua.kernel.period import local_day
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.directory import SubjectCard
from thidua.organisation.fields import as_id
from thidua.web.acquaintances import card_of, near, strangers
from thidua.web.activity_fields import FormOf, form_of, told_by_people, types_for
from thidua.web.activity_forms import native
from thidua.web.language import Language
from thidua.web.organisation_forms import Typed
from thidua.web.visitors import Visitor, demand

FIRST_TYPE = "MENTOR_SESSION"
_REMEMBERED = 60
_TYPES_FIRST = 2
# To tell beforehand what is left of the caps, while nothing is chosen yet.
_ASSUMED = {"a_minutes": "60", "a_skill": "vneid"}


@dataclass(frozen=True, slots=True)
class Recording:
    """A visitor, the type and the actor they record, and what they recorded of that type before."""

    visitor: Visitor
    language: Language
    kind: ActivityType
    form: FormOf
    actor: UUID
    card: SubjectCard
    before: Sequence[Activity]
    types: Sequence[str]
    teams: Sequence[UUID]
    units: Sequence[UUID]

    @property
    def is_own(self) -> bool:
        """Whether the visitor records what they did themselves."""
        return self.actor == self.visitor.person

    @property
    def helped_before(self) -> list[UUID]:
        """Whom the visitor named last, each once."""
        named = dict.fromkeys(one.subject for activity in self.before for one in activity.participants)
        return [one for one in named if one != self.actor]

    def defaults(self, activity: UUID, *, at: datetime) -> dict[str, Sequence[str]]:
        """Return the form as it opens: now, at home, and as long and about as last time."""
        filled = {"id": str(activity), "type": self.kind.code, "actor": str(self.actor), "at": native(at)}
        if self.units:
            filled["unit"] = str(self.units[0])
        if not self.before:
            return {name: [value] for name, value in filled.items()}
        last = self.before[0]
        for name in ("minutes", "skill"):
            if name in last.attributes:
                filled[f"a_{name}"] = str(last.attributes[name])
        if last.team in self.teams:
            filled["team"] = str(last.team)
        return {name: [value] for name, value in filled.items()}

    def assuming(self, typed: Typed) -> Typed:
        """The same form with an ordinary session where nothing is chosen, only to foretell by."""
        asked = {one.name for one in self.form.fields}
        assumed = {name: [value] for name, value in _ASSUMED.items() if name in asked}
        return Typed({**assumed, **typed.fields})

    async def unknown_people(self, connection: Connection, typed: Typed, *, at: datetime) -> list[FieldError]:
        """A fault where the form names people whom the visitor has no way of finding."""
        named = {one for line in typed.several("helped") if (one := as_id(line)) is not None}
        named -= set(self.helped_before)
        hidden = await strangers(connection, named, await near(connection, self.visitor, at=at), at=at)
        return [FieldError("helped", "unknown_subject")] if hidden else []

    def places_elsewhere(self, typed: Typed) -> list[FieldError]:
        """A fault where the form names a unit it does not offer: who reports does not choose who judges."""
        unit = as_id(typed.line("unit"))
        return [FieldError("unit", "nothing_chosen")] if unit is not None and unit not in self.units else []


async def recording_for(
    connection: Connection,
    visitor: Visitor,
    language: Language,
    *,
    type_code: str | None,
    actor: UUID | None,
    at: datetime,
) -> Recording | None:
    """Return what the form is about; None where it is not yet known whom to record for."""
    actor = actor or visitor.person
    if actor is None:
        return None
    card = await card_of(connection, actor)
    if card is None:
        raise NotFoundError(actor=actor)
    await _demand(connection, visitor, card)
    done = await own(connection, visitor.person, visitor.source, count_max=_REMEMBERED)
    recent = list(dict.fromkeys(one.type for one in done))
    kind = _kind_of(type_code, recent, card, is_own=actor == visitor.person)
    if kind is None:
        raise NotFoundError(type=type_code)
    teams = card.teams_on(local_day(at)) if card.kind is SubjectKind.PERSON else ()
    return Recording(
        visitor=visitor,
        language=language,
        kind=kind,
        form=form_of(kind, await shelf(connection, at=at), language, at=at),
        actor=actor,
        card=card,
        before=[one for one in done if one.type == kind.code],
        types=_offered(recent, kind.code, card, is_own=actor == visitor.person),
        teams=teams,
        units=await _units(connection, card, teams, at=at),
    )


async def _demand(connection: Connection, visitor: Visitor, card: SubjectCard) -> None:
    if card.id == visitor.person and visitor.can(Permission.RECORD_OWN):
        return
    for_whom: Mapping[SubjectKind, str] = {SubjectKind.TEAM: "team", SubjectKind.UNIT: "unit"}
    named = {for_whom.get(card.kind, "person"): card.id}
    await demand(connection, visitor, Permission.RECORD_FOR_OTHERS, **named)


def _kind_of(
    code: str | None, recent: Collection[str], card: SubjectCard, *, is_own: bool
) -> ActivityType | None:
    possible = {one.code: one for one in types_for(frozenset({card.kind}), is_own=is_own)}
    if code:
        return possible.get(code)
    usual = [one for one in (*recent, FIRST_TYPE, *possible) if one in possible]
    return next((possible[one] for one in usual if told_by_people(possible[one])), None) or possible.get(
        usual[0] if usual else ""
    )


def _offered(recent: Sequence[str], chosen: str, card: SubjectCard, *, is_own: bool) -> list[str]:
    """The other types to choose from at once: those recorded last, filled up with the usual ones."""
    every = types_for(frozenset({card.kind}), is_own=is_own)
    possible = [one.code for one in every if told_by_people(one)]
    usual = [FIRST_TYPE, "PERSON_GUIDED", "PUBLIC_SERVICE_CASE", *possible]
    offered = set(possible) - {chosen}
    return [one for one in dict.fromkeys([*recent, *usual]) if one in offered][:_TYPES_FIRST]


async def _units(
    connection: Connection, card: SubjectCard, teams: Sequence[UUID], *, at: datetime
) -> list[UUID]:
    """Where it may have been done without more ado: at home, or where the teams are."""
    day = local_day(at)
    found = [card.unit_on(day)]
    for team in teams:
        own = await card_of(connection, team)
        found.append(own.unit_on(day) if own else None)
    return [one for one in dict.fromkeys(found) if one is not None]


def groups(card: SubjectCard, *, is_own: bool) -> dict[str, list[ActivityType]]:
    """Return every type that the actor can do, by category."""
    found: dict[str, list[ActivityType]] = {}
    for one in types_for(frozenset({card.kind}), is_own=is_own):
        found.setdefault(one.category, []).append(one)
    return {category: found[category] for category in catalogue().categories if category in found}
