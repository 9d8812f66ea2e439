"""Where people, teams, households and units have their place, in a word: the line below their name."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.kernel.subjects import SubjectKind

PLACES_MAX = 250_000

_ASKED = """
WITH asked AS (SELECT DISTINCT unnest($1::uuid[]) AS id), today AS (SELECT $2::date AS day)
SELECT asked.id, u.id AS unit, u.name, u.name_en FROM today CROSS JOIN asked
"""
_PLACES = {
    # The commune of the home; of a home that lies in none, the home itself.
    SubjectKind.PERSON: """
JOIN person_home h ON h.person = asked.id
    AND (h.valid_from IS NULL OR h.valid_from <= today.day) AND (h.valid_to IS NULL OR h.valid_to > today.day)
JOIN LATERAL (
    SELECT a.id, a.name, a.name_en FROM unit_within w JOIN unit a ON a.id = w.ancestor
    WHERE w.unit = h.unit ORDER BY a.kind <> 'commune', w.depth LIMIT 1
) u ON true""",
    SubjectKind.TEAM: "JOIN team t USING (id) JOIN unit u ON u.id = t.unit",
    SubjectKind.HOUSEHOLD: "JOIN household h USING (id) JOIN unit u ON u.id = h.unit",
    SubjectKind.UNIT: "JOIN unit c USING (id) JOIN unit u ON u.id = c.parent",
}


class PlaceName(NamedTuple):
    """The unit that is named below somebody's name."""

    unit: UUID
    name_vi: str
    name_en: str


Places: TypeAlias = dict[UUID, PlaceName]


class _Kept:
    """The places at hand in this process, all of one day and one version of the organisation."""

    def __init__(self) -> None:
        self.state: tuple[UUID, date] | None = None
        self.places: dict[UUID, PlaceName | None] = {}

    def of(self, mark: UUID, at: datetime) -> dict[UUID, PlaceName | None]:
        """The places at hand, none on another day or when the organisation has another mark by now."""
        state = mark, local_day(at)
        if state != self.state or len(self.places) > PLACES_MAX:
            self.state, self.places = state, {}
        return self.places


_KEPT = _Kept()


def places_at_hand(subjects: Collection[UUID], at: datetime, *, mark: UUID) -> Places | None:
    """The places of these subjects without asking anybody, if all are known of the organisation as marked."""
    kept = _KEPT.of(mark, at)
    if any(one not in kept for one in subjects):
        return None
    return {one: place for one in subjects if (place := kept[one]) is not None}


async def place_names(
    connection: Connection, subjects: Collection[UUID], who: SubjectKind, at: datetime, *, mark: UUID
) -> Places:
    """The commune of a person, the unit of a team or household, the unit above a unit, as of that day."""
    kept = _KEPT.of(mark, at)
    unknown = [one for one in subjects if one not in kept]
    if unknown:
        rows = await connection.fetch(_ASKED + _PLACES[who], unknown, local_day(at))
        kept.update(dict.fromkeys(unknown))
        kept.update(
            {row["id"]: PlaceName(row["unit"], row["name"], row["name_en"] or row["name"]) for row in rows}
        )
    return {one: place for one in subjects if (place := kept[one]) is not None}
