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
    for who in _FOUND_BY_INDEX:
        of_who = [one for one in due if one.badge.criterion.who is who and not _is_total(one.badge)]
        deeds = await _deeds(connection, who, of_who)
        for one in of_who:
            slug, types = one.badge.slug, one.badge.criterion.types_watched
            concerned = {subject for code in types for subject in deeds.get(code, ())}
            concerned |= {subject for badge, subject in held if badge == slug}
            for subject in concerned & set(one.subjects):
                done = [deed for code in types for deed in deeds.get(code, {}).get(subject, ())]
                awards = held.get((slug, subject), [])
                decisions[slug, subject] = decide(one.badge, subject, done, awards, at=at)
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


async def _deeds(connection: Connection, who: Who, due: Collection[Due]) -> dict[str, dict[UUID, list[Deed]]]:
    """What was done, by its type, by each of the subjects."""
    asked: dict[UUID, frozenset[str]] = {}
    for one in due:
        types = one.badge.criterion.types_watched
        for subject in one.subjects:
            asked[subject] = asked.get(subject, frozenset()) | types
    also_refused = any(one.badge.criterion.kind is CriterionKind.SHARE for one in due)
    found = await deeds_of(connection, who, asked, also_refused=also_refused) if asked else {}
    by_type: dict[str, dict[UUID, list[Deed]]] = {}
    for subject, deeds in found.items():
        for deed in deeds:
            by_type.setdefault(deed.fact.type, {}).setdefault(subject, []).append(deed)
    return by_type


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
