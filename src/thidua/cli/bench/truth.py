"""Who stands where, from SQL of the bench's own: what every answer of a board is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from thidua.cli.bench.running import Running
from thidua.kernel.period import Period

_STANDING = """
CREATE TEMP TABLE standing AS
SELECT subject, points, rank() OVER (ORDER BY points DESC) AS rank,
    count(*) OVER (PARTITION BY points) AS equals,
    row_number() OVER (ORDER BY points DESC, reached_at, subject) AS place
FROM (SELECT subject, sum(points) AS points, max(last_at) AS reached_at FROM tally
      WHERE subject_kind = 1 AND day >= $1 AND day < $2 GROUP BY subject) t WHERE points <> 0
"""
_SAMPLE = "SELECT subject FROM standing TABLESAMPLE BERNOULLI ({}) REPEATABLE (7) LIMIT $1"
_AROUND = "SELECT subject, points, rank, equals FROM standing WHERE place BETWEEN $1 AND $2 ORDER BY place"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the board as it must be."""

    subject: UUID
    points: int
    rank: int
    is_tied: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """The first rows, the rows around some people, and people for readers to ask for."""

    top: list[Line]
    around: dict[UUID, list[Line]]
    asked: list[UUID]
    total: int

    def faults_of_top(self, running: Running, path: str) -> list[str]:
        """What is wrong with the first page."""
        return _faults(path, running.ask("GET", path)["rows"], self.top)

    def faults_around(self, running: Running, subject: UUID, path: str, *, span: int) -> list[str]:
        """What is wrong with the rows around a person."""
        lines, rows = self.around[subject], running.ask("GET", path)["rows"]
        own = next(nth for nth, line in enumerate(lines) if line.subject == subject)
        return _faults(path, rows, lines[max(own - span, 0) : own + span + 1])


async def truth_of(url: str, period: Period, *, checked: int, asked: int, span: int) -> Truth:
    """Compute the whole standing once; keep what is asked for."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET work_mem = '256MB'")
        await connection.execute(_parts(period))
        await connection.execute("CREATE INDEX ON standing (place); CREATE INDEX ON standing (subject)")
        total = await connection.fetchval("SELECT count(*) FROM standing")
        share = min(100.0, 200.0 * asked / total)
        people = [row["subject"] for row in await connection.fetch(_SAMPLE.format(share), asked)]
        around = {one: await _around(connection, one, span) for one in people[:checked]}
        return Truth(await _lines(connection, 1, 50), around, people, total)
    finally:
        await connection.close()


def _parts(period: Period) -> str:
    return _STANDING.replace("$1", f"'{period.starts_on}'").replace("$2", f"'{period.ends_on}'")


async def _around(connection: asyncpg.Connection, subject: UUID, span: int) -> list[Line]:
    place = await connection.fetchval("SELECT place FROM standing WHERE subject = $1", subject)
    return await _lines(connection, place - span, place + span)


async def _lines(connection: asyncpg.Connection, first: int, last: int) -> list[Line]:
    rows = await connection.fetch(_AROUND, first, last)
    return [Line(row["subject"], int(row["points"]), row["rank"], row["equals"] > 1) for row in rows]


def _faults(path: str, rows: Sequence[dict[str, Any]], lines: Sequence[Line]) -> list[str]:
    shown = [Line(UUID(row["subject"]["id"]), row["score"], row["rank"], row["tied"]) for row in rows]
    return [] if shown == list(lines) else [f"{path}: {_first_difference(shown, lines)}"]


def _first_difference(shown: Sequence[Line], lines: Sequence[Line]) -> str:
    pairs = zip(shown, lines, strict=False)
    return next((f"{ours}, not {due}" for ours, due in pairs if ours != due), f"{len(shown)} rows")
