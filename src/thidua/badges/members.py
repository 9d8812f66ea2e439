"""Badges for collectives all or most of whose members did something, whoever belongs there at the time."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from thidua.badges.counting import does_count
from thidua.badges.deciding import is_judged, settle
from thidua.badges.definitions import Badge, Who
from thidua.badges.earning import Decisions, Due, Outcome, awards_held, carry_out
from thidua.badges.facts import deeds_of
from thidua.badges.model import Award, Progress
from thidua.badges.progress import members_share, window_at
from thidua.infra.database import Connection
from thidua.kernel.period import local_day
from thidua.kernel.subjects import SubjectKind

COLLECTIVES_MAX = 200
_STANDS = "(m.valid_from IS NULL OR m.valid_from <= $2) AND (m.valid_to IS NULL OR m.valid_to > $2)"
_AT_HOME = f"""
SELECT DISTINCT w.ancestor AS collective, m.person FROM unit_within w
JOIN person_home m ON m.unit = w.unit AND {_STANDS} WHERE w.ancestor = ANY($1::uuid[])
"""  # noqa: S608 -- made of our own words, as all below
_IN_TEAM = f"""
SELECT DISTINCT m.team AS collective, m.person FROM membership m WHERE m.team = ANY($1::uuid[]) AND {_STANDS}
"""  # noqa: S608 -- as above
_DECLARED = "SELECT id, members FROM unit WHERE id = ANY($1::uuid[]) AND members IS NOT NULL"
_UNITS = """
SELECT id FROM unit WHERE id > $1 AND (cardinality($2::text[]) = 0 OR kind = ANY($2::text[]))
    AND (valid_to IS NULL OR valid_to > $3) ORDER BY id LIMIT $4
"""
_TEAMS = "SELECT id FROM team WHERE id > $1 AND (valid_to IS NULL OR valid_to > $2) ORDER BY id LIMIT $3"


async def sweep_members(connection: Connection, badge: Badge, *, at: datetime) -> AsyncIterator[Outcome]:
    """Judge every collective by who belongs to it now, each portion in a transaction of its own."""
    after = UUID(int=0)
    while collectives := await _collectives(connection, badge, after, local_day(at)):
        async with connection.transaction():
            outcome = await judge_members(connection, badge, collectives, at=at)
        yield outcome
        after = collectives[-1]


async def judge_members(
    connection: Connection, badge: Badge, collectives: Collection[UUID], *, at: datetime
) -> Outcome:
    """Give the badge where the members of now have earned it, take it back where its ground is gone."""
    return await carry_out(connection, await weigh_members(connection, badge, collectives, at=at), at=at)


async def weigh_members(
    connection: Connection, badge: Badge, collectives: Collection[UUID], *, at: datetime
) -> Decisions:
    """What judging them would change; nothing is written."""
    window = window_at(badge.window, at, None)
    assert window is not None, "shares of members have windows of the calendar"
    held = await awards_held(connection, [Due(badge, collectives)])
    shares = await shares_of(connection, badge, collectives, window, at)
    decisions: Decisions = {}
    for one in collectives:
        key = (badge.slug, one)
        awards = held.get(key, [])
        found = {window: shares[one]} | await _standing(connection, badge, one, awards)
        decisions[key] = settle(badge, one, found, awards)
    return decisions


async def _standing(
    connection: Connection, badge: Badge, collective: UUID, awards: Iterable[Award]
) -> dict[str, Progress]:
    """What was earned stands by who belonged there then: who joins or is declared later changes nothing."""
    return {
        one.window: (
            await shares_of(connection, badge, [collective], one.window, one.earned_at, with_declared=False)
        )[collective]
        for one in awards
        if is_judged(one, badge)
    }


async def shares_of(
    connection: Connection,
    badge: Badge,
    collectives: Collection[UUID],
    window: str,
    at: datetime,
    *,
    with_declared: bool = True,
) -> dict[UUID, Progress]:
    """What part of the members of each collective on that day did so in the window."""
    members = await _members(connection, badge.subject, collectives, local_day(at))
    active = await _active(connection, badge, {one for people in members.values() for one in people}, window)
    declared = await _declared(connection, badge, collectives) if with_declared else {}
    return {
        one: members_share(
            badge.criterion,
            len(people & active),
            max(len(people), declared.get(one, 0)),
            at=at,
        )
        for one, people in members.items()
    }


async def _members(
    connection: Connection, kind: SubjectKind, collectives: Collection[UUID], day: date
) -> dict[UUID, set[UUID]]:
    query = _IN_TEAM if kind is SubjectKind.TEAM else _AT_HOME
    found: dict[UUID, set[UUID]] = {one: set() for one in collectives}
    for row in await connection.fetch(query, list(collectives), day):
        found[row["collective"]].add(row["person"])
    return found


async def _active(connection: Connection, badge: Badge, people: Collection[UUID], window: str) -> set[UUID]:
    """Those of the people who did at least one such thing in the window."""
    if not people:
        return set()
    deeds = await deeds_of(connection, Who.ACTOR, dict.fromkeys(people, badge.criterion.types))
    return {
        person
        for person, done in deeds.items()
        if any(
            window_at(badge.window, deed.fact.occurred_at, deed.fact.festival) == window
            and does_count(badge.criterion, deed.fact)
            for deed in done
        )
    }


async def _declared(connection: Connection, badge: Badge, collectives: Collection[UUID]) -> dict[UUID, int]:
    if badge.subject is not SubjectKind.UNIT:
        return {}
    return {row["id"]: row["members"] for row in await connection.fetch(_DECLARED, list(collectives))}


async def _collectives(connection: Connection, badge: Badge, after: UUID, day: date) -> Sequence[UUID]:
    if badge.subject is SubjectKind.TEAM:
        rows = await connection.fetch(_TEAMS, after, day, COLLECTIVES_MAX)
    else:
        kinds = [kind.value for kind in badge.criterion.unit_kinds]
        rows = await connection.fetch(_UNITS, after, kinds, day, COLLECTIVES_MAX)
    return [row["id"] for row in rows]
