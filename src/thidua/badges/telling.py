"""What must be read of a deed to see whether it counts: texts are half the price of following."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from thidua.badges.definitions import Badge, Criterion, Who
from thidua.badges.facts import FACT_COLUMNS, fact_of
from thidua.infra.database import Connection
from thidua.scoring.model import Fact

# Conditions by what they look at; all others look at what is always told.
_OF_ATTRIBUTES = frozenset({"attribute_at_least", "attribute_at_most", "attribute_is"})
_OF_CONTEXT = frozenset({"area_group", "flag", "target_group", "helped_priority"})
_OF_PARTICIPANTS = frozenset({"participants_at_least"})
_ALWAYS_TOLD = frozenset({"festival", "unit"})
_HELPED = """a.context::text LIKE '%"helped"%'"""


class Told(NamedTuple):
    """The types whose texts are needed, in the order in which statements take them.

    `participants_helping`: whose participants are needed only where somebody with priority was helped;
    `helping`: those that count for no actor where nobody was.
    """

    attributes: list[str]
    participants: list[str]
    participants_helping: list[str]
    context: list[str]
    helping: list[str]


def told(badges: Iterable[Badge]) -> Told:
    """What the badges need of each type that they watch."""
    by_type: dict[str, list[Criterion]] = {}
    for badge in badges:
        for one in badge.criterion.types_watched:
            by_type.setdefault(one, []).append(badge.criterion)
    of_actors = {code: [one for one in asked if one.who is Who.ACTOR] for code, asked in by_type.items()}
    asking = {code: [one for one in asked if _asks_participants(one)] for code, asked in by_type.items()}
    return Told(
        attributes=_types(by_type, _asks_attributes),
        participants=sorted(one for one, asked in asking.items() if not _all_need_helped(asked)),
        participants_helping=sorted(one for one, asked in asking.items() if asked),
        context=_types(by_type, lambda one: _asks(one, _OF_CONTEXT)),
        helping=sorted(one for one, asked in of_actors.items() if _all_need_helped(asked)),
    )


def told_columns(first: int) -> str:
    """What is told of an activity `a`, as `fact_of` takes it; `Told` fills five parameters from the first."""
    attributes, participants, helping, context = (f"a.type = ANY(${first + nth}::text[])" for nth in range(4))
    return f"""{FACT_COLUMNS},
    CASE WHEN {attributes} THEN a.attributes::text END AS attributes,
    CASE WHEN {participants} OR {helping} AND {_HELPED} THEN a.participants::text END AS participants,
    CASE WHEN {context} THEN a.context::text END AS context"""


def can_count(first: int, who: Who | None = None) -> str:
    """Whether an activity `a` may count for any badge, or any of its actor, told without its texts."""
    of_actor = f"NOT a.type = ANY(${first + 4}::text[]) OR {_HELPED}"
    counts = of_actor if who is Who.ACTOR else f"a.team IS NOT NULL OR {of_actor}"
    return f"a.state = 2 AND a.suspended = 0 AND ({counts})"


# As the index of actors tells it: others of their rows need not be read.
_TYPE = {Who.ACTOR: "a.type || ''", Who.TEAM: "a.type"}
# OFFSET 0 keeps the subquery whole: one look into an index a subject, whatever the planner thinks.
_DONE = {
    who: f"""
SELECT {told_columns(3)}, s.subject FROM unnest($1::uuid[]) AS s (subject) CROSS JOIN LATERAL (
    SELECT * FROM activity a WHERE a.{who.value} = s.subject AND {type_} = ANY($2::text[])
    AND {can_count(3, who)} OFFSET 0
) a
"""  # noqa: S608 -- made of our own words
    for who, type_ in _TYPE.items()
}
_SUBJECT = 12  # its place among the columns


async def done(
    connection: Connection, who: Who, subjects: Collection[UUID], types: Collection[str], need: Told
) -> list[tuple[UUID, Fact]]:
    """Return what each of the actors, or of the teams, did of these types that may count, in no order."""
    rows = await connection.fetch(_DONE[who], list(subjects), list(types), *need)
    return [(row[_SUBJECT], fact_of(row)) for row in rows]


def _types(by_type: Mapping[str, Sequence[Criterion]], asks: Callable[[Criterion], bool]) -> list[str]:
    return sorted(one for one, asked in by_type.items() if any(map(asks, asked)))


def _all_need_helped(asked: Iterable[Criterion]) -> bool:
    return all(one.needs_helped for one in asked)


def _asks_attributes(asked: Criterion) -> bool:
    names = {*asked.distinct_by, *asked.spread_by} - _ALWAYS_TOLD
    return bool(names) or _asks(asked, _OF_ATTRIBUTES)


def _asks_participants(asked: Criterion) -> bool:
    return bool(asked.distinct_roles) or asked.one_helped or _asks(asked, _OF_PARTICIPANTS)


def _asks(asked: Criterion, kinds: frozenset[str]) -> bool:
    """Whether a condition of one of these kinds stands anywhere in the criterion."""
    found = list(asked.when) + [one for part in asked.each for one in part.when]
    while found:
        condition = found.pop()
        if condition.kind in kinds:
            return True
        found.extend(condition.any_of)
    return False
