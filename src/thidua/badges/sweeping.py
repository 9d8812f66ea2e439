"""Goes through everybody: for a badge or version that is new; each hour for what no single deed decides."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from thidua.badges import queries
from thidua.badges.deciding import Decision, is_barred, new_award
from thidua.badges.definitions import Badge, ShareOf, Who
from thidua.badges.earning import Due, Outcome, carry_out, is_followed, judge
from thidua.badges.members import sweep_members
from thidua.badges.model import AwardState, BadgeState, CriterionKind
from thidua.badges.progress import first_to
from thidua.badges.scanning import judge_scanned
from thidua.badges.unit_shares import is_summed, judge_unit_shares
from thidua.infra.database import Connection
from thidua.kernel.subjects import SubjectKind

SUBJECTS_MAX = 500
# Each looks into the index of actors or teams, and skips whoever did nothing of the kind.
_ACTORS = """
SELECT actor AS subject, min(actor_kind) AS kind FROM activity
WHERE actor > $1 AND type = ANY($2::text[]) AND state IN (2, 3) GROUP BY actor ORDER BY actor LIMIT $3
"""
_TEAMS = """
SELECT team AS subject, 2 AS kind FROM activity
WHERE team > $1 AND type = ANY($2::text[]) AND state IN (2, 3) GROUP BY team ORDER BY team LIMIT $3
"""
_EARNERS = """
SELECT DISTINCT subject, subject_kind AS kind FROM ledger_entry WHERE subject > $1 AND $2::text[] IS NOT NULL
ORDER BY subject LIMIT $3
"""
_COLLECTIVE = {SubjectKind.TEAM, SubjectKind.UNIT}


def is_swept_hourly(badge: Badge) -> bool:
    """Whether time, members or others decide too, or where a move may have left something behind."""
    if badge.state is BadgeState.WAITING or badge.criterion.kind in {
        CriterionKind.MANUAL,
        CriterionKind.STANDING,
    }:
        return False
    return not is_followed(badge) or badge.subject in _COLLECTIVE


async def sweep(connection: Connection, badges: Iterable[Badge], *, at: datetime) -> AsyncIterator[Outcome]:
    """Judge everybody for these badges, some at a time, each portion in a transaction of its own."""
    alone: list[Badge] = []
    for badge in badges:
        asked = badge.criterion
        if badge.state is BadgeState.WAITING or asked.kind in {CriterionKind.MANUAL, CriterionKind.STANDING}:
            continue
        if asked.kind is CriterionKind.SHARE and asked.share_of is ShareOf.MEMBERS:
            async for outcome in sweep_members(connection, badge, at=at):
                yield outcome
        elif asked.kind is CriterionKind.SHARE and is_summed(badge):
            async with connection.transaction():
                outcome = await judge_unit_shares(connection, badge, at=at)
            yield outcome
        elif asked.who not in {Who.ACTOR, Who.TEAM}:
            async with connection.transaction():
                outcome = await judge_scanned(connection, badge, at=at)
            yield outcome
        else:
            alone.append(badge)
    async for outcome in _sweep_subjects(connection, alone, at=at):
        yield outcome


async def _sweep_subjects(
    connection: Connection, badges: Sequence[Badge], *, at: datetime
) -> AsyncIterator[Outcome]:
    first = _First(
        badge
        for badge in badges
        if badge.criterion.kind is CriterionKind.FIRST_TO and badge.state is BadgeState.ACTIVE
    )
    async for due in _portions(connection, badges):
        async with connection.transaction():
            outcome = await judge(connection, due, at=at)
        first.note(outcome)
        yield outcome
    async with connection.transaction():
        outcome = await first.give(connection, at=at)
    yield outcome


async def _portions(connection: Connection, badges: Sequence[Badge]) -> AsyncIterator[list[Due]]:
    """Whoever holds one of the badges, of whose deeds nothing may be left; then whoever did anything."""
    for badge in badges:
        holders = iter(sorted(await queries.holding(connection, badge.slug)))
        while some := set(islice(holders, SUBJECTS_MAX)):
            yield [Due(badge, some)]
    totals = [badge for badge in badges if badge.criterion.kind is CriterionKind.TOTAL]
    others = [badge for badge in badges if badge.criterion.kind is not CriterionKind.TOTAL]
    for query, of_who in (
        (_ACTORS, [badge for badge in others if badge.criterion.who is Who.ACTOR]),
        (_TEAMS, [badge for badge in others if badge.criterion.who is Who.TEAM]),
        (_EARNERS, totals),
    ):
        types = sorted({one for badge in of_who for one in badge.criterion.types_watched})
        after = UUID(int=0)
        while of_who and (rows := await connection.fetch(query, after, types, SUBJECTS_MAX)):
            yield [Due(one, {row["subject"] for row in rows if row["kind"] == one.subject}) for one in of_who]
            after = rows[-1]["subject"]


class _First:
    """Badges of those who were first: who they are is known when everybody was looked at."""

    def __init__(self, badges: Iterable[Badge]) -> None:
        self._badges = {badge.slug: badge for badge in badges}
        self._reached: dict[tuple[str, str], dict[UUID, datetime]] = {}

    def note(self, outcome: Outcome) -> None:
        for (slug, subject), decision in outcome.decisions.items():
            if slug in self._badges:
                for window, at in decision.reached.items():
                    self._reached.setdefault((slug, window), {})[subject] = at

    async def give(self, connection: Connection, *, at: datetime) -> Outcome:
        decisions: dict[tuple[str, UUID], Decision] = {}
        for (slug, window), reached in self._reached.items():
            badge = self._badges[slug]
            everybody = reached.keys() | await queries.holding(connection, slug)
            awards = await queries.awards_of_many(connection, everybody, [slug])
            of_window = [one for one in awards if one.window == window]
            barred = {one.subject for one in of_window if is_barred(one)}
            holding = {one.subject for one in of_window if one.state is AwardState.ACTIVE}
            free = {one: since for one, since in reached.items() if one not in barred}
            for one in first_to(badge.criterion, free, holding, at=at):
                award = new_award(
                    badge, one, window=window, earned_at=reached[one], have=badge.criterion.need
                )
                decisions.setdefault((slug, one), Decision()).new.append(award)
        return await carry_out(connection, decisions, at=at)
