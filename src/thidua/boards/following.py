"""Follows the ledger for the boards that are in Redis: what changed is set there as absolute totals.

Each board takes its new totals and its new cursor in one step, and only if it still stands where we believe
it does. Everything of one step is read in one snapshot, so a board always equals the ledger at its cursor.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from thidua.boards.loading import (
    POINTS_MAX,
    Loaded,
    adopted,
    microseconds_of,
    redis_moment,
    shape_of,
    stored_fields,
    units_of,
)
from thidua.boards.model import BoardKey
from thidua.boards.standing import RECORD_BYTES, pack
from thidua.boards.store import Store, run
from thidua.boards.truth import Parameters, totals_sql
from thidua.infra.cursor import POSITION_SQL, Position
from thidua.infra.redis import client
from thidua.kernel.subjects import SubjectKind

# A board whose rows stay as they are says so this often.
_BEAT_EVERY = timedelta(milliseconds=700)
_ROWS_AT_ONCE = 2_000
_SUBJECT_BYTES = 16
# Behind by more than this, reading the whole board again is quicker.
NEWS_MAX = 100_000

MOMENT_SQL = f"""
SELECT {POSITION_SQL} AS position, statement_timestamp() AS as_of,
    (SELECT mark FROM organisation_version) AS organisation
"""  # noqa: S608 -- made of this module's own words
_NEWS = """
SELECT DISTINCT subject, subject_kind, team, unit, festival, category,
    (occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day
FROM ledger_entry WHERE tx >= $1 OR tx = ANY($2::bigint[]) OR id > $3 LIMIT $4
"""
_HAS_TALLIES = "SELECT EXISTS (SELECT FROM tally WHERE unit = ANY($1::uuid[]))"


@dataclass(frozen=True, slots=True)
class Moment:
    """One snapshot: where it stands in history, and since when at the latest Redis may be told so."""

    position: Position
    as_of: datetime
    organisation: UUID
    beat: int


@dataclass(slots=True)
class Followed:
    """A board in Redis, and up to where we know that nothing concerned it."""

    position: Position
    stored: str
    units: frozenset[UUID]
    organisation: UUID
    beat: int = 0


class Follower:
    """Keeps loaded boards equal to the ledger; only one process does so at a time."""

    def __init__(self, store: Store) -> None:
        """Follow no board yet."""
        self.store = store
        self.boards: dict[BoardKey, Followed] = {}

    def take(self, key: BoardKey, loaded: Loaded) -> None:
        """Follow a board from where it was loaded."""
        self.boards[key] = Followed(loaded.position, loaded.stored, loaded.units, loaded.organisation)

    async def adopt(self, connection: asyncpg.Connection, key: BoardKey) -> bool:
        """Follow what Redis still holds of a board; False when only loading it again is safe."""
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            row, units = await connection.fetchrow(MOMENT_SQL), await units_of(connection, key)
        now = Position.parse(row["position"])
        loaded = await adopted(self.store, key, now, units, row["organisation"])
        if loaded is None:
            return False
        self.take(key, loaded)
        return True

    async def step(self, connection: asyncpg.Connection) -> None:
        """Bring every followed board to one snapshot; a board that cannot be is followed no longer."""
        if not self.boards:
            return
        beat = await redis_moment()
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            row = await connection.fetchrow(MOMENT_SQL)
            moment = Moment(Position.parse(row["position"]), row["as_of"], row["organisation"], beat)
            await self._follow_units(connection, moment)
            news: dict[Position, Sequence[asyncpg.Record] | None] = {}
            for key, followed in list(self.boards.items()):
                if followed.position not in news:
                    news[followed.position] = await news_since(connection, followed.position, moment.position)
                if not await self._bring(connection, key, news[followed.position], moment):
                    await self._lose(key)

    async def _bring(
        self,
        connection: asyncpg.Connection,
        key: BoardKey,
        news: Sequence[asyncpg.Record] | None,
        moment: Moment,
    ) -> bool:
        """Bring one board to the moment; False when it is not where we believed it, or too far behind."""
        if news is None:
            return False
        followed = self.boards[key]
        touched = sorted(_touched(key, followed.units, news))
        if touched:
            totals = await _totals(connection, key, touched)
            is_set = totals is not None and await self._set(key, followed, *totals, moment)
        elif timedelta(microseconds=moment.beat - followed.beat) >= _BEAT_EVERY:
            is_set = await self._apply(key, followed.stored, moment)
        else:
            followed.position = moment.position
            return True
        if is_set:
            self.boards[key] = Followed(
                moment.position, moment.position.text, followed.units, followed.organisation, moment.beat
            )
        return is_set

    async def _set(
        self, key: BoardKey, followed: Followed, records: bytes, gone: bytes, moment: Moment
    ) -> bool:
        size = _ROWS_AT_ONCE * RECORD_BYTES
        while len(records) > size:
            if not await self._apply(key, followed.stored, moment, records=records[:size], is_part=True):
                return False
            records = records[size:]
        size = _ROWS_AT_ONCE * _SUBJECT_BYTES
        while len(gone) > size:
            if not await self._apply(key, followed.stored, moment, gone=gone[:size], is_part=True):
                return False
            gone = gone[size:]
        return await self._apply(key, followed.stored, moment, records=records, gone=gone)

    async def _apply(
        self,
        key: BoardKey,
        stored: str,
        moment: Moment,
        *,
        records: bytes = b"",
        gone: bytes = b"",
        is_part: bool = False,
    ) -> bool:
        arguments: list[bytes | str | int] = [
            stored,
            stored if is_part else moment.position.text,
            "" if is_part else moment.beat,
            microseconds_of(moment.as_of),
            secrets.token_bytes(8) if records or gone else "",
            records,
            gone,
        ]
        return bool(await run("apply", self.store.keys(key), arguments))

    async def _lose(self, key: BoardKey) -> None:
        """Follow a board no longer; what cannot be read on from where Redis has it is loaded again."""
        stored = self.boards.pop(key).stored
        (cursor,) = await stored_fields(self.store, key, "cursor")
        if cursor == stored:
            await client().unlink(self.store.keys(key)[0])

    async def _follow_units(self, connection: asyncpg.Connection, moment: Moment) -> None:
        """Drop boards of which units with points came or went; others only take note."""
        found: dict[tuple[UUID, str | None], frozenset[UUID]] = {}
        for key, followed in list(self.boards.items()):
            if followed.organisation == moment.organisation:
                continue
            followed.organisation = moment.organisation
            place = key.scope, key.division
            if place not in found:
                found[place] = await units_of(connection, key)
            moved = found[place] ^ followed.units
            if moved and await connection.fetchval(_HAS_TALLIES, list(moved)):
                del self.boards[key]
            elif moved:
                followed.units = found[place]
                await client().hset(self.store.keys(key)[0], "shape", shape_of(key, followed.units))


async def news_since(
    connection: asyncpg.Connection, since: Position, now: Position
) -> Sequence[asyncpg.Record] | None:
    """What was posted between two snapshots; None when that is too much, or cannot be told."""
    if not since.can_be_read_on_at(now):
        return None
    new_after = since.new_after_at(now)
    if since.xmax == now.xmax and not since.open and new_after >= now.latest:
        return ()
    rows = await connection.fetch(_NEWS, since.xmax, list(since.open), new_after, NEWS_MAX)
    return rows if len(rows) < NEWS_MAX else None


def concerns(key: BoardKey, units: Collection[UUID], news: Sequence[asyncpg.Record]) -> bool:
    """Whether new entries may concern a board, whoever competes on it and by whatever measure."""
    category, festival, days = key.board.category, key.festival, key.days
    starts_on, ends_on = (None, None) if days is None else (days.starts_on, days.ends_on)
    return any(
        row["unit"] in units
        and (category is None or row["category"] == category)
        and (festival is None or row["festival"] == festival)
        and _lies_in(row["day"], starts_on, ends_on)
        for row in news
    )


def _touched(key: BoardKey, units: frozenset[UUID], news: Sequence[asyncpg.Record]) -> set[UUID]:
    """The subjects of a board that new entries may concern."""
    who, category, festival, days = key.board.who, key.board.category, key.festival, key.days
    column = "team" if who is SubjectKind.TEAM else "subject"
    starts_on, ends_on = (None, None) if days is None else (days.starts_on, days.ends_on)
    return {
        row[column]
        for row in news
        if row["unit"] in units
        and row[column] is not None
        and (who is SubjectKind.TEAM or row["subject_kind"] == who)
        and (category is None or row["category"] == category)
        and (festival is None or row["festival"] == festival)
        and _lies_in(row["day"], starts_on, ends_on)
    }


def _lies_in(day: date, starts_on: date | None, ends_on: date | None) -> bool:
    return starts_on is None or ends_on is None or starts_on <= day < ends_on


async def _totals(
    connection: asyncpg.Connection, key: BoardKey, touched: Sequence[UUID]
) -> tuple[bytes, bytes] | None:
    """Absolute totals of the touched subjects as records, and those no longer listed; None: too large."""
    parameters = Parameters()
    rows = await connection.fetch(totals_sql(key, parameters, only=touched), *parameters.values)
    if any(abs(row["points"]) >= POINTS_MAX for row in rows):
        return None
    listed = {row["subject"] for row in rows}
    records = b"".join(pack(row["points"], row["reached_at"], row["subject"]) for row in rows)
    return records, b"".join(subject.bytes for subject in touched if subject not in listed)
