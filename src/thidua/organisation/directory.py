"""What recording must know of subjects and units, kept in the process and thrown away when anything changed.

Every change of the organisation counts `organisation_version` up in its own transaction. Who records
reads the version first: cards of another version are never used. One set of cards belongs to one version;
`load` returns the set it filled, which stays whole even when another request has meanwhile begun a new one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from thidua.infra.database import Connection
from thidua.kernel.subjects import SubjectKind
from thidua.organisation.fields import as_id
from thidua.organisation.model import Span

SUBJECTS_MAX = 250_000

_VERSION = "SELECT version, mark FROM organisation_version"
# One question instead of three: rows of kind 5 are homes, of kind 6 memberships of the people asked for.
_HOME, _STAY = 5, 6
_SUBJECTS = f"""
WITH asked AS (SELECT DISTINCT unnest($1::uuid[]) AS id)
SELECT p.id, 1 AS kind, f.target_group, f.priority, NULL::uuid AS place, NULL::date AS valid_from,
    NULL::date AS valid_to
FROM asked JOIN person p USING (id) LEFT JOIN person_profile f ON f.person = p.id
UNION ALL SELECT t.id, 2, NULL, NULL, t.unit, NULL, NULL FROM asked JOIN team t USING (id)
UNION ALL SELECT u.id, 3, NULL, NULL, u.id, NULL, NULL FROM asked JOIN unit u USING (id)
UNION ALL SELECT h.id, 4, NULL, NULL, h.unit, NULL, NULL FROM asked JOIN household h USING (id)
UNION ALL SELECT h.person, {_HOME}, NULL, NULL, h.unit, h.valid_from, h.valid_to
FROM asked JOIN person_home h ON h.person = asked.id
UNION ALL SELECT m.person, {_STAY}, NULL, NULL, m.team, m.valid_from, m.valid_to
FROM asked JOIN membership m ON m.person = asked.id
ORDER BY id, kind, valid_from NULLS FIRST, place
"""  # noqa: S608 -- two numbers of ours
_UNITS = """
SELECT u.id, u.code, u.kind, u.area_group, u.flags FROM unit u
WHERE u.id = ANY($1::uuid[]) OR u.code = ANY($2::text[])
"""


@dataclass(frozen=True, slots=True)
class SubjectCard:
    """Who can be paid: where it has its home and which teams it is in, day by day."""

    id: UUID
    kind: SubjectKind
    homes: tuple[Span, ...]
    teams: tuple[Span, ...]
    target_group: str | None
    priority: frozenset[str]

    def unit_on(self, day: date) -> UUID | None:
        """The home unit on that local day; a team's, unit's or household's own."""
        for home in self.homes:
            if home.covers(day):
                return home.value
        return None

    def teams_on(self, day: date) -> tuple[UUID, ...]:
        """The teams the person is in on that local day."""
        return tuple([stay.value for stay in self.teams if stay.covers(day)])


@dataclass(frozen=True, slots=True)
class UnitCard:
    """What scoring reads of a unit: its own area group and flags, nothing inherited."""

    id: UUID
    code: str
    kind: str
    area_group: str | None
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards of one version of the organisation."""

    version: tuple[int, UUID] | None
    subjects: dict[UUID, SubjectCard | None] = field(default_factory=dict)
    units: dict[UUID, UnitCard] = field(default_factory=dict)
    codes: dict[str, UUID] = field(default_factory=dict)

    def subject(self, subject: UUID) -> SubjectCard | None:
        """The card of a loaded subject; None: there is no such subject."""
        return self.subjects.get(subject)

    def unit(self, unit: UUID) -> UnitCard | None:
        """The card of a unit that was loaded, by itself or as the unit of a loaded subject."""
        return self.units.get(unit)

    def unit_by_code(self, code: str) -> UUID | None:
        """The id of a loaded unit."""
        return self.codes.get(code)


class Directory:
    """The cards at hand in this process."""

    def __init__(self) -> None:
        """Begin with none."""
        self._cards = Cards(None)

    async def refresh(self, connection: Connection) -> None:
        """Forget all cards when the organisation has changed since they were loaded."""
        version = tuple(await connection.fetchrow(_VERSION))
        if version != self._cards.version or len(self._cards.subjects) > SUBJECTS_MAX:
            self._cards = Cards(version)

    async def load(
        self, connection: Connection, ids: Collection[UUID], *, units: Collection[str] = ()
    ) -> Cards:
        """Return cards that hold these subjects with their units and teams, and these units too.

        Call `refresh` before. All cards come from the returned set: the next `load` may begin another.
        """
        cards = self._cards
        unknown = [one for one in ids if one not in cards.subjects]
        if unknown:
            await _load_subjects(connection, cards, unknown)
        if units:
            await _resolve(connection, cards, units)
        return cards

    async def resolve_units(self, connection: Connection, names: Collection[str]) -> dict[str, UUID]:
        """Return the ids of the units among these ids and codes, and load their cards."""
        return await _resolve(connection, self._cards, names)

    def subject(self, subject: UUID) -> SubjectCard | None:
        """The card of a subject of the last `load`; None: there is no such subject."""
        return self._cards.subject(subject)

    def unit(self, unit: UUID) -> UnitCard | None:
        """The card of a unit that was loaded."""
        return self._cards.unit(unit)

    def unit_by_code(self, code: str) -> UUID | None:
        """The id of a unit that was loaded."""
        return self._cards.unit_by_code(code)


@cache
def directory() -> Directory:
    """The one directory of this process."""
    return Directory()


async def _resolve(connection: Connection, cards: Cards, names: Collection[str]) -> dict[str, UUID]:
    ids = {name: one for name in names if (one := as_id(name)) is not None}
    new_ids = [one for one in ids.values() if one not in cards.units]
    new_codes = [name for name in names if name not in ids and name not in cards.codes]
    if new_ids or new_codes:
        await _load_units(connection, cards, new_ids, codes=new_codes)
    found = {name: ids[name] if name in ids else cards.codes.get(name) for name in names}
    return {name: one for name, one in found.items() if one in cards.units}


async def _load_subjects(connection: Connection, cards: Cards, ids: Collection[UUID]) -> None:
    rows = await connection.fetch(_SUBJECTS, ids)
    homes, stays = _spans(rows, _HOME), _spans(rows, _STAY)
    subjects = [row for row in rows if row["kind"] not in {_HOME, _STAY}]
    units = {row["place"] for row in rows if row["kind"] != _STAY}
    # One look each: subtracting the keys of a large dictionary would walk all of them.
    await _load_units(connection, cards, [one for one in units if one is not None and one not in cards.units])
    teams = {span.value for spans in stays.values() for span in spans}
    unknown = [team for team in teams if team not in cards.subjects]
    if unknown:
        await _load_subjects(connection, cards, unknown)
    found = {row["id"]: _subject_card(row, homes, stays) for row in subjects}
    cards.subjects.update({one: found.get(one) for one in ids})


def _spans(rows: Iterable[Mapping[str, Any]], kind: int) -> dict[UUID, tuple[Span, ...]]:
    spans: dict[UUID, tuple[Span, ...]] = {}
    for row in rows:
        if row["kind"] == kind:
            span = Span(row["place"], row["valid_from"], row["valid_to"])
            spans[row["id"]] = (*spans.get(row["id"], ()), span)
    return spans


async def _load_units(
    connection: Connection, cards: Cards, ids: Collection[UUID], *, codes: Collection[str] = ()
) -> None:
    if not ids and not codes:
        return
    for row in await connection.fetch(_UNITS, list(ids), list(codes)):
        flags = frozenset(row["flags"])
        cards.units[row["id"]] = UnitCard(row["id"], row["code"], row["kind"], row["area_group"], flags)
        cards.codes[row["code"]] = row["id"]


def _subject_card(
    row: Mapping[str, Any], homes: Mapping[UUID, tuple[Span, ...]], teams: Mapping[UUID, tuple[Span, ...]]
) -> SubjectCard:
    subject, unit = row["id"], row["place"]
    return SubjectCard(
        id=subject,
        kind=SubjectKind(row["kind"]),
        homes=homes.get(subject, ()) if unit is None else (Span(unit, None, None),),
        teams=teams.get(subject, ()),
        target_group=row["target_group"],
        priority=frozenset(row["priority"] or ()),
    )
