"""Standings computed from SQL, kept in this process for as long as the ledger says nothing new about them."""

import asyncio
import hashlib
import time
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from thidua.boards.gather import Gather
from thidua.boards.model import BoardKey
from thidua.boards.standing import Standing
from thidua.boards.truth import Parameters, compute, touched_sql
from thidua.infra import clock
from thidua.infra.cursor import POSITION_SQL, Position
from thidua.infra.database import connection, transaction

_BYTES_MAX = 192 << 20
_ROW_OVERHEAD_BYTES = 4096
_AT_ONCE = 2
# The moment shown moves at most once a second, so that pages rendered meanwhile can be sent again.
_MOMENT_STEP = timedelta(seconds=1)
# A standing that is dear to compute serves this many times what it cost, though never a second.
_DEAR_SECONDS = 0.1
_SERVES_TIMES = 2.0
_SERVES_SECONDS_MAX = 0.8
_NEWS_MAX = 2000

# Ordered and limited, so that even a plan made for any parameters walks the index of transactions.
_NEWS = f"""
WITH t AS MATERIALIZED (
    (SELECT {{columns}} FROM ledger_entry e WHERE e.tx >= $1 ORDER BY e.tx LIMIT {_NEWS_MAX})
    UNION ALL (SELECT {{columns}} FROM ledger_entry e WHERE e.tx = ANY($2::bigint[]) LIMIT {_NEWS_MAX})
)
SELECT {POSITION_SQL} AS position, statement_timestamp() AS as_of,
    (SELECT mark::text FROM organisation_version) AS organisation,
    (SELECT count(*) FROM t) >= {_NEWS_MAX} OR EXISTS (SELECT FROM t WHERE {{rows}}) AS is_touched
"""  # noqa: S608 -- made of this module's own words
_COLUMNS = """e.subject, e.subject_kind, e.team, e.unit, e.festival, e.category,
    (e.occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day"""
_ORGANISATION = "SELECT mark::text FROM organisation_version"


@dataclass(frozen=True, slots=True)
class Shelved:
    """A standing, with the moment up to which it is complete."""

    standing: Standing
    version: bytes
    as_of: datetime
    position: Position
    organisation: str
    seconds: float
    checked: float


class Shelf:
    """The standings this process holds; each is computed once however many ask."""

    def __init__(self) -> None:
        """Begin empty."""
        self._kept: OrderedDict[BoardKey, Shelved] = OrderedDict()
        self._reads: dict[BoardKey, Gather[BoardKey, Shelved]] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._bytes = 0

    async def standing(self, key: BoardKey) -> Shelved:
        """The standing as the ledger has it now (one dear to compute: as it had it a moment ago)."""
        kept = self._kept.get(key)
        if kept is not None and _serves(kept):
            return kept
        return await self._reads.setdefault(key, Gather(self._read)).ask(key)

    async def _read(self, keys: Sequence[BoardKey]) -> list[Shelved]:
        return [await self._read_one(key) for key in keys]

    async def _read_one(self, key: BoardKey) -> Shelved:
        kept = self._kept.get(key)
        if kept is not None:
            checked = await _checked(key, kept)
            if checked is not None:
                self._kept[key] = checked
                self._kept.move_to_end(key)
                return checked
        async with self._places:
            shelved = await _computed(key)
        self._keep(key, shelved)
        return shelved

    def _keep(self, key: BoardKey, shelved: Shelved) -> None:
        self._bytes += _size(shelved) - (_size(self._kept[key]) if key in self._kept else 0)
        self._kept[key] = shelved
        self._kept.move_to_end(key)
        while self._bytes > _BYTES_MAX and len(self._kept) > 1:
            dropped, old = self._kept.popitem(last=False)
            self._reads.pop(dropped, None)
            self._bytes -= _size(old)


def _serves(kept: Shelved) -> bool:
    if kept.seconds < _DEAR_SECONDS:
        return False
    return time.monotonic() - kept.checked < min(_SERVES_TIMES * kept.seconds, _SERVES_SECONDS_MAX)


def _size(shelved: Shelved) -> int:
    return len(shelved.standing.records) * 2 + _ROW_OVERHEAD_BYTES


async def _checked(key: BoardKey, kept: Shelved) -> Shelved | None:
    """The same standing, complete up to now; None when something new may concern it."""
    parameters = Parameters()
    parameters.add(kept.position.xmax, "bigint")
    parameters.add(list(kept.position.open), "bigint[]")
    statement = _NEWS.format(columns=_COLUMNS, rows=touched_sql(key, parameters))
    async with connection() as reading:
        row = await reading.fetchrow(statement, *parameters.values)
    now = Position.parse(row["position"])
    is_same = (now.cluster, now.started) == (kept.position.cluster, kept.position.started)
    if not is_same or row["is_touched"] or row["organisation"] != kept.organisation:
        return None
    as_of = row["as_of"] if row["as_of"] - kept.as_of >= _MOMENT_STEP else kept.as_of
    return replace(kept, as_of=as_of, position=now, checked=time.monotonic())


async def _computed(key: BoardKey) -> Shelved:
    began = time.monotonic()
    async with transaction() as reading:
        organisation = await reading.fetchval(_ORGANISATION)
        computed = await compute(reading, key, at=clock.now())
    ended = time.monotonic()
    return Shelved(
        standing=computed.standing,
        version=_version(computed.standing),
        as_of=computed.as_of,
        position=computed.position,
        organisation=organisation,
        seconds=ended - began,
        checked=ended,
    )


def _version(standing: Standing) -> bytes:
    digest = hashlib.blake2b(standing.records, digest_size=8)
    digest.update(array("q", standing.members or ()).tobytes())
    digest.update(b"".join(place.record + str(place.members).encode() for place in standing.unranked))
    return digest.digest()
