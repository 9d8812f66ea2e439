"""How far a follower has read: a database snapshot, so that no slow commit is skipped and none is seen twice.

A row that stores its transaction's number (`tx`) is new since a position exactly when that position's
snapshot did not see its transaction: the number is at or above `xmax`, or was still open then. Nothing waits
for a transaction that stays open; what it writes is simply still to come.
"""

from dataclasses import dataclass
from typing import Self

from thidua.infra.database import Connection


def position_sql(latest: str) -> str:
    """One text: database, timeline, start of the server, snapshot, latest number: what a statement sees."""
    return f"""
(SELECT c.system_identifier || '-' || (SELECT oid FROM pg_database WHERE datname = current_database())
    || '-' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
    || '/' || extract(epoch FROM pg_postmaster_start_time()) || '/' || pg_current_snapshot()
    || '/' || {latest}
 FROM pg_control_system() c)
"""  # noqa: S608 -- made of our own words


POSITION_SQL = position_sql("coalesce((SELECT max(id) FROM ledger_entry), 0)")

_NO_ENTRY = (1 << 63) - 1

_HOLDER_SQL = """
SELECT pid, extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds
FROM pg_stat_activity
WHERE backend_xid IS NOT NULL AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
ORDER BY xact_start LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Position:
    """One snapshot of one cluster's history."""

    cluster: str
    started: str
    xmin: int
    xmax: int
    open: tuple[int, ...]
    latest: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `POSITION_SQL` or `text` gave."""
        cluster, started, snapshot, latest = text.split("/")
        xmin, xmax, xip = snapshot.split(":")
        still_open = tuple(int(one) for one in xip.split(",") if one)
        return cls(cluster, started, int(xmin), int(xmax), still_open, int(latest))

    @property
    def text(self) -> str:
        """The position as one line."""
        snapshot = f"{self.xmin}:{self.xmax}:{','.join(map(str, self.open))}"
        return f"{self.cluster}/{self.started}/{snapshot}/{self.latest}"

    def can_be_read_on_at(self, now: Self) -> bool:
        """Whether what came since can be told at `now`: it cannot in another database or timeline."""
        return self.cluster == now.cluster and self.xmin <= now.xmax and self.latest <= now.latest

    def new_after_at(self, now: Self) -> int:
        """Entries with a higher number are new whatever their transaction's number.

        A crash forgets the numbers of transactions that left no trace, and gives them out again; it never
        does so with the number of a committed entry.
        """
        return _NO_ENTRY if self.started == now.started else self.latest


@dataclass(frozen=True, slots=True)
class Holder:
    """The session whose open transaction is the oldest that may still write."""

    pid: int
    seconds: float


async def oldest_writer(connection: Connection) -> Holder | None:
    """Who holds back what waits for a horizon (sealing), for /metrics and `thidua doctor`; None: nobody."""
    row = await connection.fetchrow(_HOLDER_SQL)
    return None if row is None else Holder(row["pid"], row["seconds"])


async def instance_of(connection: Connection) -> str:
    """What tells this database from every other: for names of what is kept beside it."""
    position = Position.parse(await connection.fetchval(f"SELECT {POSITION_SQL}"))
    return position.cluster.rpartition("-")[0]
