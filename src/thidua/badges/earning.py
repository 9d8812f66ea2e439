"""Gives and takes back badges by rule, seen all that the subjects did.

Nothing here remembers: asked twice, or by two at once, it changes nothing more.
The caller opens the transaction.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from thidua.badges import actions
from thidua.badges.actions import GROUND_GONE, RULE, NewAward
from thidua.badges.counting import Counter
from thidua.badges.deciding import Decision, decide, decide_total
from thidua.badges.definitions import Badge, Who
from thidua.badges.facts import Deed, deeds_of, points_of
from thidua.badges.model import Award, BadgeState, CriterionKind
from thidua.badges.queries import awards_of_many
from thidua.badges.telling import done, told
from thidua.infra.database import Connection

# Whose deeds an index finds; those of other kinds are swept.
_FOUND_BY_INDEX = (Who.ACTOR, Who.TEAM)
_OF_KINDS = "SELECT id FROM unit WHERE id = ANY($1::uuid[]) AND kind = ANY($2::text[])"
_PEOPLE = "SELECT id FROM person WHERE id = ANY($1::uuid[])"

Held = Mapping[tuple[str, UUID], list[Award]]
Decisions = dict[tuple[str, UUID], Decision]


@dataclass(frozen=True, slots=True)
class Due:
    """A badge, and the subjects for which it shall be seen whether they have earned it."""

    badge: Badge
    subjects: Collection[UUID]


@dataclass(slots=True)
class Outcome:
    """What was given and taken back, and how far everybody is who was looked at."""

    given: list[Award] = field(default_factory=list)
    revoked: set[UUID] = field(default_factory=set)
    decisions: dict[tuple[str, UUID], Decision] = field(default_factory=dict)

    def counters(self) -> Iterable[tuple[tuple[str, UUID, str], Counter]]:
        """How far each subject is with each badge in each window that it has deeds in."""
        for (slug, subject), decision in self.decisions.items():
            for window, counter in decision.counters.items():
                yield (slug, subject, window), counter


def is_followed(badge: Badge) -> bool:
    """Whether each deed can be seen to bring one subject nearer; other badges are swept from time to time."""
    asked = badge.criterion
    if badge.state is BadgeState.WAITING or asked.who not in _FOUND_BY_INDEX:
        return False
    return asked.kind in {
        CriterionKind.COUNT,
        CriterionKind.DISTINCT,
        CriterionKind.STREAK,
        CriterionKind.SET,
        CriterionKind.TOTAL,
    }


async def judge(connection: Connection, due: Collection[Due], *, at: datetime) -> Outcome:
    """Give what was earned and take back what lost its ground, of badges whose deeds an index finds."""
    return await carry_out(connection, await weigh(connection, due, at=at), at=at)


async def weigh(connection: Connection, due: Collection[Due], *, at: datetime) -> Decisions:
    """What judging would change; nothing is written."""
    due = [Due(one.badge, await eligible(connection, one.badge, one.subjects)) for one in due]
    held = await awards_held(connection, due)
    decisions: dict[tuple[str, UUID], Decision] = {}
    for (who, subjects), badges in _read_together(due).items():
        deeds = await _deeds(connection, who, subjects, badges)
        for badge in badges:
            for subject in subjects:
                of_type, awards = deeds.get(subject, {}), held.get((badge.slug, subject), [])
                done_for = [deed for code in badge.criterion.types_watched for deed in of_type.get(code, ())]
                decisions[badge.slug, subject] = decide(badge, subject, done_for, awards, at=at)
    for one in due:
        if _is_total(one.badge):
            decisions |= await _decide_totals(connection, one, held)
    return decisions


async def carry_out(connection: Connection, decisions: Decisions, *, at: datetime) -> Outcome:
    """Write what was decided."""
    new: list[NewAward] = [one for decision in decisions.values() for one in decision.new]
    gone = [one for decision in decisions.values() for one in decision.gone]
    revoked = await actions.revoke(connection, gone, reason=GROUND_GONE, by=RULE, at=at) if gone else set()
    given = await actions.give(connection, new, at=at)
    return Outcome(given, revoked, decisions)


async def awards_held(connection: Connection, due: Iterable[Due]) -> Held:
    """What the subjects have of these badges, revoked ones too."""
    subjects = {subject for one in due for subject in one.subjects}
    held: dict[tuple[str, UUID], list[Award]] = {}
    if subjects:
        for award in await awards_of_many(connection, subjects, {one.badge.slug for one in due}):
            held.setdefault((award.badge, award.subject), []).append(award)
    return held


async def eligible(connection: Connection, badge: Badge, subjects: Collection[UUID]) -> Collection[UUID]:
    """The subjects that are of the kind that the badge is for."""
    if badge.criterion.unit_kinds:
        kinds = [kind.value for kind in badge.criterion.unit_kinds]
        return {row["id"] for row in await connection.fetch(_OF_KINDS, list(subjects), kinds)}
    if badge.criterion.who is Who.PARTICIPANT:
        return {row["id"] for row in await connection.fetch(_PEOPLE, list(subjects))}
    return subjects


def _read_together(due: Iterable[Due]) -> dict[tuple[Who, frozenset[UUID]], list[Badge]]:
    """The badges whose deeds an index finds, by whose deeds those are: what is alike is read once."""
    found: dict[tuple[Who, frozenset[UUID]], list[Badge]] = {}
    for one in due:
        who = one.badge.criterion.who
        if who in _FOUND_BY_INDEX and one.subjects and not _is_total(one.badge):
            found.setdefault((who, frozenset(one.subjects)), []).append(one.badge)
    return found


async def _deeds(
    connection: Connection, who: Who, subjects: Collection[UUID], badges: Collection[Badge]
) -> dict[UUID, dict[str, list[Deed]]]:
    """What each of the subjects did that may count for one of the badges, by its type."""
    types = frozenset().union(*(badge.criterion.types_watched for badge in badges))
    found: dict[UUID, dict[str, list[Deed]]] = {}
    if any(badge.criterion.kind is CriterionKind.SHARE for badge in badges):
        every = await deeds_of(connection, who, dict.fromkeys(subjects, types), also_refused=True)
        deeds = [(subject, deed) for subject, those in every.items() for deed in those]
    else:
        that_count = await done(connection, who, subjects, types, told(badges))
        deeds = [(subject, Deed(fact, counts=True)) for subject, fact in that_count]
    for subject, deed in deeds:
        found.setdefault(subject, {}).setdefault(deed.fact.type, []).append(deed)
    return found


async def _decide_totals(connection: Connection, due: Due, held: Held) -> dict[tuple[str, UUID], Decision]:
    points = await points_of(connection, due.subjects, due.badge.criterion.categories)
    slug = due.badge.slug
    return {
        (slug, subject): decide_total(
            due.badge, subject, points.get(subject, []), held.get((slug, subject), [])
        )
        for subject in due.subjects
    }


def _is_total(badge: Badge) -> bool:
    return badge.criterion.kind is CriterionKind.TOTAL
