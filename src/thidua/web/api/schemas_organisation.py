"""The shapes of units, teams, households, clusters, people and memberships on the wire.

A field that is left out keeps its value, or takes its default in a new thing. What each may hold is said in
`organisation/fields.py`.
"""

from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

# Read as text: the organisation words what is not a date better than a parser of times does.
Day: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "date"})]
Text: TypeAlias = str | UnsetType
MaybeText: TypeAlias = str | UnsetType | None
MaybeDay: TypeAlias = Day | UnsetType | None
MaybeCount: TypeAlias = int | UnsetType | None
Words: TypeAlias = list[str] | UnsetType


class UnitBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit to write, known by `code` or `id`; `parent` and `successor` are ids or codes.

    `members` counts from `members_from` on, from today if that is left out; before, what was known then.
    """

    id: UUID | UnsetType = UNSET
    code: Text = UNSET
    kind: Text = UNSET
    name: Text = UNSET
    name_en: MaybeText = UNSET
    parent: MaybeText = UNSET
    area_group: MaybeText = UNSET
    flags: Words = UNSET
    members: MaybeCount = UNSET
    members_from: MaybeDay = UNSET
    adults: MaybeCount = UNSET
    latitude: float | UnsetType | None = UNSET
    longitude: float | UnsetType | None = UNSET
    valid_from: MaybeDay = UNSET
    valid_to: MaybeDay = UNSET
    successor: MaybeText = UNSET


class TeamBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A team to write."""

    id: UUID
    kind: Text = UNSET
    name: Text = UNSET
    unit: Text = UNSET
    valid_from: Day | UnsetType = UNSET
    valid_to: MaybeDay = UNSET


class HouseholdBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A household to write."""

    id: UUID
    name: MaybeText = UNSET
    unit: Text = UNSET


class ClusterBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cluster to write, with the units in it."""

    id: UUID | UnsetType = UNSET
    code: Text = UNSET
    kind: Text = UNSET
    name: Text = UNSET
    unit: MaybeText = UNSET
    units: Words = UNSET


class PersonBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person to write; `unit` is the home for every moment, or from `unit_from` on."""

    id: UUID
    name: Text = UNSET
    born_on: MaybeDay = UNSET
    contact: MaybeText = UNSET
    target_group: MaybeText = UNSET
    public_name: bool | UnsetType = UNSET
    priority: Words = UNSET
    unit: Text = UNSET
    unit_from: MaybeDay = UNSET


class MembershipBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A membership to write, known by person, team and first day."""

    person: UUID
    team: UUID
    valid_from: Day
    valid_to: MaybeDay = UNSET


class PutBody(Struct, frozen=True):
    """What one write came to."""

    id: UUID | None
    code: str | None
    status: str


class PutsBody(Struct, frozen=True):
    """What the writes came to, in the order given."""

    results: list[PutBody]


class UnitShown(Struct, frozen=True, kw_only=True):
    """A unit in a list; `parent` and `successor` are codes."""

    id: UUID
    code: str
    kind: str
    name: str
    name_en: str | None
    parent: str | None
    area_group: str | None
    flags: list[str]
    members: int | None
    adults: int | None
    latitude: float | None
    longitude: float | None
    valid_from: date | None
    valid_to: date | None
    successor: str | None


class UnitsBody(Struct, frozen=True):
    """A page of units by code."""

    items: list[UnitShown]
    next: str | None


class TeamShown(Struct, frozen=True, kw_only=True):
    """A team in a list; `unit` is a code."""

    id: UUID
    kind: str
    name: str
    unit: str
    valid_from: date
    valid_to: date | None


class TeamsBody(Struct, frozen=True):
    """A page of teams by name."""

    items: list[TeamShown]
    next: str | None


class PersonShown(Struct, frozen=True, kw_only=True):
    """A person in a list: by name for who may see names, else by alias unless the person chose otherwise."""

    id: UUID
    name: str
    is_alias: bool
    unit: str | None


class PeopleBody(Struct, frozen=True):
    """A page of people."""

    items: list[PersonShown]
    next: str | None
