"""What the points of people on a page of a board are made of: three groups, always in this order."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from thidua.boards.model import BoardKey, Place
from thidua.boards.truth import Parameters, parts_sql
from thidua.infra.database import Connection
from thidua.kernel.subjects import SubjectKind


class Part(StrEnum):
    """A group of categories."""

    HELPING = "helping"
    LEARNING = "learning"
    COMMON = "common"


_GROUPS = {
    "mentoring": Part.HELPING,
    "teaching": Part.HELPING,
    "service": Part.HELPING,
    "market": Part.HELPING,
    "learning": Part.LEARNING,
}


_PLANS = "SET LOCAL plan_cache_mode = force_custom_plan"


def has_parts(key: BoardKey) -> bool:
    """Whether the board counts all points of people: a single category has no parts worth showing."""
    return key.board.who is SubjectKind.PERSON and key.board.category is None


async def parts_of(
    connection: Connection, key: BoardKey, places: Sequence[Place]
) -> Mapping[UUID, Mapping[Part, int]]:
    """The parts of each place whose parts add up to its points; a board that has just moved may lack some.

    Call it inside a transaction: a plan made for any subjects would read every tally.
    """
    await connection.execute(_PLANS)
    parameters = Parameters()
    statement = parts_sql(key, parameters, [place.subject for place in places])
    found = {place.subject: dict.fromkeys(Part, 0) for place in places}
    for row in await connection.fetch(statement, *parameters.values):
        found[row["subject"]][_GROUPS.get(row["category"], Part.COMMON)] += row["points"]
    return {place.subject: found[place.subject] for place in places if _adds_up(place, found[place.subject])}


def _adds_up(place: Place, parts: Mapping[Part, int]) -> bool:
    return sum(parts.values()) == place.points and min(parts.values()) >= 0
