"""Standings computed from the tallies, each in one snapshot: what every board must equal."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from thidua.boards.definitions import Measure
from thidua.boards.denominators import Denominators, denominators
from thidua.boards.model import BoardKey, Place
from thidua.boards.standing import RECORD_BYTES, Standing, pack, place_of, points_in
from thidua.infra.cursor import POSITION_SQL, Position
from thidua.infra.database import Connection
from thidua.kernel.subjects import SubjectKind

MEMBERS_MIN = 5

# The same statement serves a commune and the country: a plan made for neither would be slow for one.
_PLANS = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL work_mem = '128MB'"
# The order of the board, the bytes that sort like it, and where the statement stands in history.
_PACKED = """
SELECT {position} AS position, statement_timestamp() AS as_of, (
    SELECT string_agg(int8send((-points) # (-9223372036854775808)::bigint)
        || timestamptz_send(coalesce(reached_at, '2000-01-01Z')) || uuid_send(subject), ''::bytea
        ORDER BY points DESC, coalesce(reached_at, '2000-01-01Z'), subject)
    FROM ({totals}) total
) AS records
"""
_TOTALS = """
SELECT {subject} AS subject, sum(t.points)::bigint AS points, max(t.last_at) AS reached_at
FROM tally t WHERE {rows} GROUP BY 1 HAVING sum(t.points) <> 0
"""
_UNIT_TOTALS = """
SELECT w.ancestor AS subject, sum(b.points)::bigint AS points, max(b.reached_at) AS reached_at
FROM (SELECT t.unit, sum(t.points) AS points, max(t.last_at) AS reached_at
      FROM tally t WHERE {rows} GROUP BY t.unit) b
JOIN unit_within w ON w.unit = b.unit
JOIN unit u ON u.id = w.ancestor
JOIN unit_within s ON s.unit = u.id
WHERE s.ancestor = {scope} AND {listed} GROUP BY 1 HAVING sum(b.points) <> 0
"""
_BEST = """
SELECT subject, sum(points)::bigint AS points, max(reached_at) AS reached_at FROM (
    SELECT {subject} AS subject, sum(t.points)::bigint AS points, max(t.last_at) AS reached_at,
        row_number() OVER (
            PARTITION BY {subject} ORDER BY sum(t.points) DESC, max(t.last_at), t.subject) AS nth
    FROM tally t {joined} WHERE t.subject_kind = 1 AND {rows} GROUP BY 1, t.subject HAVING sum(t.points) > 0
) person WHERE nth <= {best_n} GROUP BY 1
"""
_PARTS = """
SELECT {subject} AS subject, t.category, sum(t.points)::bigint AS points
FROM tally t WHERE {rows} GROUP BY 1, 2
"""
_SUBJECTS = {
    SubjectKind.PERSON: ("t.subject", "t.subject_kind = 1"),
    SubjectKind.TEAM: ("t.team", "t.team IS NOT NULL"),
    SubjectKind.HOUSEHOLD: ("t.subject", "t.subject_kind = 4"),
}
_WITHIN = "t.unit IN (SELECT w.unit FROM unit_within w WHERE w.ancestor = {scope})"
_WITHIN_DIVISION = """t.unit IN (
    SELECT w.unit FROM unit_within w JOIN unit u ON u.id = w.unit
    WHERE w.ancestor = {scope} AND u.area_group = {division})"""


@dataclass(frozen=True, slots=True)
class Computed:
    """A standing and the snapshot it was read in."""

    standing: Standing
    position: Position
    as_of: datetime


class Parameters:
    """Values for a statement, each named by its number."""

    def __init__(self) -> None:
        """Begin without any."""
        self.values: list[object] = []

    def add(self, value: object, kind: str) -> str:
        """Add one and return how the statement calls it."""
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


async def compute(connection: Connection, key: BoardKey, *, at: datetime) -> Computed:
    """The standing of a board as the database has it now; call it inside a transaction."""
    parameters = Parameters()
    statement = _PACKED.format(position=POSITION_SQL, totals=totals_sql(key, parameters))
    await connection.execute(_PLANS)
    row = await connection.fetchrow(statement, *parameters.values)
    records: bytes = row["records"] or b""
    standing = (
        Standing(records) if not key.board.is_per_member else await _divided(connection, key, records, at)
    )
    return Computed(standing, Position.parse(row["position"]), row["as_of"])


def totals_sql(key: BoardKey, parameters: Parameters, *, only: Iterable[UUID] | None = None) -> str:
    """The statement whose rows are (subject, points, reached_at), for all subjects or for `only` some."""
    board, scope = key.board, parameters.add(key.scope, "uuid")
    if board.measure is Measure.BEST_N:
        return _best_sql(key, parameters, scope)
    if board.who is SubjectKind.UNIT:
        spans = " AND ".join(_spans(key, parameters)) or "true"
        return _UNIT_TOTALS.format(rows=spans, scope=scope, listed=" AND ".join(_listed(key, parameters)))
    subject, kind = _SUBJECTS[board.who]
    rows = [kind, *_spans(key, parameters), _scope(key, parameters, scope)]
    if only is not None:
        rows.append(f"{subject} = ANY({parameters.add(list(only), 'uuid[]')})")
    return _TOTALS.format(subject=subject, rows=" AND ".join(rows))


def parts_sql(key: BoardKey, parameters: Parameters, only: Iterable[UUID]) -> str:
    """The statement whose rows are (subject, category, points) of some subjects of a board of points."""
    subject, kind = _SUBJECTS[key.board.who]
    scope = parameters.add(key.scope, "uuid")
    rows = [kind, *_spans(key, parameters), _scope(key, parameters, scope)]
    rows.append(f"{subject} = ANY({parameters.add(list(only), 'uuid[]')})")
    return _PARTS.format(subject=subject, rows=" AND ".join(rows))


def touched_sql(key: BoardKey, parameters: Parameters) -> str:
    """Whether a ledger entry `t` may change the board: a condition on its columns, `day` among them."""
    scope = parameters.add(key.scope, "uuid")
    if key.board.who is SubjectKind.UNIT:
        rows = [*_spans(key, parameters), _WITHIN.format(scope=scope)]
    elif key.board.measure is Measure.BEST_N:
        rows = [*_spans(key, parameters), _scope(key, parameters, scope)]
    else:
        rows = [_SUBJECTS[key.board.who][1], *_spans(key, parameters), _scope(key, parameters, scope)]
    return " AND ".join(rows)


def _best_sql(key: BoardKey, parameters: Parameters, scope: str) -> str:
    rows = [*_spans(key, parameters), _scope(key, parameters, scope)]
    subject, joined = "t.team", ""
    if key.board.who is SubjectKind.UNIT:
        subject = "w.ancestor"
        joined = "JOIN unit_within w ON w.unit = t.unit JOIN unit u ON u.id = w.ancestor"
        rows += _listed(key, parameters)
    else:
        rows.append("t.team IS NOT NULL")
    best_n = parameters.add(key.board.best_n, "int")
    return _BEST.format(subject=subject, joined=joined, rows=" AND ".join(rows), best_n=best_n)


def _spans(key: BoardKey, parameters: Parameters) -> list[str]:
    """Which days, or which festival, and which category count."""
    rows, days, category = [], key.days, key.board.category
    if key.festival is not None:
        rows.append(f"t.festival = {parameters.add(key.festival, 'text')}")
    if days is not None and days.starts_on is not None:
        rows.append(f"t.day >= {parameters.add(days.starts_on, 'date')}")
        rows.append(f"t.day < {parameters.add(days.ends_on, 'date')}")
    if category is not None:
        rows.append(f"t.category = {parameters.add(category, 'text')}")
    return rows


def _listed(key: BoardKey, parameters: Parameters) -> list[str]:
    """Which units a board of units lists."""
    rows = [f"u.kind = {parameters.add(key.kind, 'text')}"]
    if key.division is not None:
        rows.append(f"u.area_group = {parameters.add(key.division, 'text')}")
    return rows


def _scope(key: BoardKey, parameters: Parameters, scope: str) -> str:
    if key.division is None:
        return _WITHIN.format(scope=scope)
    return _WITHIN_DIVISION.format(scope=scope, division=parameters.add(key.division, "text"))


async def _divided(connection: Connection, key: BoardKey, records: bytes, at: datetime) -> Standing:
    """Points by members: too few members, or founded too late, is listed below and not ranked."""
    places = [
        place_of(records[start : start + RECORD_BYTES], rank=None, is_tied=False)
        for start in range(0, len(records), RECORD_BYTES)
    ]
    found = await denominators(connection, key, [place.subject for place in places], at=at)
    ranked = [place for place in places if _counts(found, place)]
    ranked.sort(key=lambda place: _order(place, found.members[place.subject]))
    return Standing(
        records=b"".join(place.record for place in ranked),
        members=array("q", [found.members[place.subject] for place in ranked]),
        unranked=tuple(_unranked(place, found) for place in places if not _counts(found, place)),
        is_frozen=found.is_frozen,
        members_on=found.on,
    )


def _counts(found: Denominators, place: Place) -> bool:
    return found.members.get(place.subject, 0) >= MEMBERS_MIN and place.subject not in found.founded_later


def _order(place: Place, members: int) -> tuple[int, bytes]:
    # Distinct fractions with members below 2**31 differ by more than one in 2**64 parts.
    return -((place.points << 64) // members), place.record[8:]


def _unranked(place: Place, found: Denominators) -> Place:
    return place_of(place.record, rank=None, is_tied=False, members=found.members.get(place.subject))


def packed(rows: Iterable[tuple[UUID, int, datetime]]) -> bytes:
    """Records of rows in the order of a board: for comparisons with what was computed elsewhere."""
    return b"".join(
        sorted(pack(points, reached_at, subject) for subject, points, reached_at in rows if points)
    )


def largest(records: bytes) -> int:
    """The largest number of points in a standing, its sign left out: beyond 2**53 Redis would round it."""
    if not records:
        return 0
    return max(abs(points_in(records[:RECORD_BYTES])), abs(points_in(records[-RECORD_BYTES:])))


def first_day(key: BoardKey) -> date | None:
    """The first day of the board's period; None when it has none."""
    return None if key.days is None else key.days.starts_on
