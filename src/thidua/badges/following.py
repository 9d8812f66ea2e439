"""Follows what was recorded, and gives or takes back the badges that it earned or lost."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

import asyncpg

from thidua.badges import earning, facts
from thidua.badges.definitions import Badge
from thidua.badges.earning import is_followed
from thidua.badges.facts import deed_of
from thidua.badges.meeting import meet_strangers
from thidua.badges.model import CriterionKind
from thidua.badges.near import Near
from thidua.badges.telling import can_count, told, told_columns
from thidua.infra.cursor import Position, position_sql
from thidua.scoring.model import Fact

# What may lie between two steps; whoever is behind by more has everything swept, which is quicker.
NEWS_MAX = 100_000
# So many subjects are judged and written in one transaction.
SUBJECTS_MAX = 1_000
_KEEP_EVERY_SECONDS = 5.0
# A badge that was taken back by hand is known by the moment of asking, a little before it is written.
_TAKEN_BACK_WITHIN = timedelta(seconds=30)
_LOOK_EVERY_SECONDS = 1.0
_FRAUD = "FRAUD_REVERSAL"
_NOBODY: frozenset[UUID] = frozenset()

_LATEST_ACT = "(SELECT coalesce(max(tx), 0) FROM activity_act)"
_LATEST = f"""greatest((SELECT coalesce(max(tx), 0) FROM activity), {_LATEST_ACT},
    (SELECT coalesce(max(tx), 0) FROM ledger_entry))"""  # noqa: S608 -- made of our own words, as all below
_POSITION = f"SELECT {position_sql(_LATEST)} AS position, {_LATEST_ACT} AS latest_act"
_NEW = "({0}.tx >= $1 OR {0}.tx = ANY($2::bigint[]) OR {0}.tx > $3)"
_CAME = f"""
SELECT {told_columns(6)} FROM activity a
WHERE {_NEW.format("a")} AND a.type = ANY($4::text[]) AND {can_count(6)} LIMIT $5
"""  # noqa: S608 -- as above
_CHANGED = f"""
SELECT {facts.COLUMNS} FROM activity_act c JOIN activity a ON a.id = c.activity
WHERE {_NEW.format("c")} AND (c.from_state = 2 OR c.to_state = 2) AND a.type = ANY($4::text[]) LIMIT $5
"""  # noqa: S608 -- as above
_PAID = f"SELECT DISTINCT subject, subject_kind FROM ledger_entry e WHERE {_NEW.format('e')} LIMIT $4"  # noqa: S608 -- as above
_CURSOR = "SELECT position FROM badge_cursor"
_KEEP = """
INSERT INTO badge_cursor (position, moved_at) VALUES ($1, $2)
ON CONFLICT ("only") DO UPDATE SET position = excluded.position, moved_at = excluded.moved_at
"""
_TAKEN_BACK = """
SELECT subject FROM badge_award WHERE state = 2 AND revoked_at > $1 AND revoked_by <> 'rule'
"""

New: TypeAlias = tuple[int, list[int], int]


class Behind(Exception):  # noqa: N818 -- not an error: everything is swept instead
    """What came since cannot be told step by step."""


class Follower:
    """Reads on from a position; only one process does so at a time."""

    def __init__(self, badges: Sequence[Badge], position: Position) -> None:
        """Know of nobody yet: whoever is concerned is met first."""
        followed = [badge for badge in badges if is_followed(badge)]
        self.near = Near(followed)
        self._told = told(followed)
        self._told_with_fraud = self._told._replace(attributes=[*self._told.attributes, _FRAUD])
        self._types = [*self.near.types, _FRAUD]
        self._totals = [badge for badge in followed if badge.criterion.kind is CriterionKind.TOTAL]
        self._position = position
        self._kept_at = self._looked_at = float("-inf")
        self.came = 0  # how many deeds were told so far

    async def step(self, connection: asyncpg.Connection, *, at: datetime) -> bool:
        """Read what is new and judge whom it concerns; whether there was anything new."""
        # What is committed between the two statements is told now and at the next step: no harm is done.
        row = await connection.fetchrow(_POSITION)
        now = Position.parse(row["position"])
        is_new = self._is_new(now)
        if is_new:
            await self._read(connection, now, latest_act=row["latest_act"])
        if time.monotonic() - self._looked_at >= _LOOK_EVERY_SECONDS:
            await self._look_what_was_taken_back(connection, at)
        await meet_strangers(connection, self.near, self._told)
        for due in self.near.due(SUBJECTS_MAX):
            async with connection.transaction():
                self.near.learn(await earning.judge(connection, due, at=at))
        self._position = now
        # Whoever goes on from an older place judges some again, and finds nothing to change.
        if is_new and time.monotonic() - self._kept_at >= _KEEP_EVERY_SECONDS:
            await keep(connection, now, at=at)
            self._kept_at = time.monotonic()
        return is_new

    def _is_new(self, now: Position) -> bool:
        since = self._position
        return (since.started, since.xmax, since.open) != (now.started, now.xmax, now.open)

    async def _read(self, connection: asyncpg.Connection, now: Position, *, latest_act: int) -> None:
        since = self._position
        if not since.can_be_read_on_at(now):
            raise Behind
        new: New = (since.xmax, list(since.open), since.new_after_at(now))
        named = await self._read_new(connection, new)
        if latest_act >= since.xmin or since.started != now.started:
            named |= await self._read_changed(connection, new)
        for deed in await facts.deeds_named(connection, named):
            self.near.changed(deed)
        if self._totals:
            await self._read_points(connection, new)

    async def _read_new(self, connection: asyncpg.Connection, new: New) -> set[UUID]:
        """Take in the deeds that came; return those that findings of fraud name."""
        came = await connection.fetch(_CAME, *new, self._types, NEWS_MAX, *self._told_with_fraud)
        if len(came) == NEWS_MAX:
            raise Behind
        self.came += len(came)
        named: set[UUID] = set()
        for row in came:
            fact = facts.fact_of(row)
            self.near.comes(fact)
            if fact.type == _FRAUD:
                named |= _named(fact)
        return named

    async def _read_changed(self, connection: asyncpg.Connection, new: New) -> set[UUID]:
        """Take in the deeds of which an act changed the state; return those that findings of fraud name."""
        changed = [deed_of(row) for row in await connection.fetch(_CHANGED, *new, self._types, NEWS_MAX)]
        if len(changed) == NEWS_MAX:
            raise Behind
        for deed in changed:
            self.near.changed(deed)
        return {one for deed in changed for one in _named(deed.fact)}

    async def _read_points(self, connection: asyncpg.Connection, new: New) -> None:
        for row in await connection.fetch(_PAID, *new, NEWS_MAX):
            for badge in self._totals:
                if row["subject_kind"] == badge.subject:
                    self.near.must_judge(badge.slug, row["subject"])

    async def _look_what_was_taken_back(self, connection: asyncpg.Connection, at: datetime) -> None:
        for row in await connection.fetch(_TAKEN_BACK, at - _TAKEN_BACK_WITHIN):
            self.near.forget(row["subject"])
        self._looked_at = time.monotonic()


async def kept(connection: asyncpg.Connection) -> Position | None:
    """Up to where badges were given; None at first."""
    told = await connection.fetchval(_CURSOR)
    return None if told is None else Position.parse(told)


async def here(connection: asyncpg.Connection) -> Position:
    """Where history stands now."""
    row = await connection.fetchrow(_POSITION)
    return Position.parse(row["position"])


async def keep(connection: asyncpg.Connection, position: Position, *, at: datetime) -> None:
    """Keep up to where badges were given."""
    await connection.execute(_KEEP, position.text, at)


def _named(fact: Fact) -> frozenset[UUID]:
    """The deeds that a finding of fraud names."""
    if fact.type != _FRAUD:
        return _NOBODY
    told = fact.attributes.get("activities")
    return frozenset(UUID(str(one)) for one in told) if isinstance(told, list) else _NOBODY
