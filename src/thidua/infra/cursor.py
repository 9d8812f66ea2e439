"""How far a follower has read: a database snapshot, so that no slow commit is skipped and none is seen twice.

A row that stores its transaction's number (`tx`) is new since a position exactly when that position's
snapshot did not see its transaction: the number is at or above `xmax`, or was still open then. Nothing waits
for a transaction that stays open; what it writes is simply still to come.
"""

from dataclasses import dataclass
from typing import Self

from thidua.infra.database import Connection

# One text: cluster and timeline, start of the server, snapshot. Inside a statement, exactly what it sees.
POSITION_SQL = """
(SELECT c.system_identifier || '-' || (SELECT oid FROM pg_database WHERE datname = current_database())
    || '-' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
    || '/' || extract(epoch FROM pg_postmaster_start_time()) || '/' || pg_current_snapshot()
 FROM pg_control_system() c)
"""

# A crash may lose the numbers of transactions that aborted in its last moment, and they are given out again.
# They span well below a second; this many have never been seen to abort unflushed.
_GIVEN_OUT_AGAIN_MAX = 10_000

_HOLDER_SQL = """
SELECT pid, extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds
FROM pg_stat_activity
WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
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

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `POSITION_SQL` or `text` gave."""
        cluster, started, snapshot = text.split("/")
        xmin, xmax, xip = snapshot.split(":")
        return cls(cluster, started, int(xmin), int(xmax), tuple(int(one) for one in xip.split(",") if one))

    @property
    def text(self) -> str:
        """The position as one line."""
        return f"{self.cluster}/{self.started}/{self.xmin}:{self.xmax}:{','.join(map(str, self.open))}"

    def usable_at(self, now: "Position") -> "Position | None":
        """From where to read on at `now`; None when only reading everything again is safe."""
        if self.cluster != now.cluster or self.xmin > now.xmax:
            return None
        if self.started == now.started:
            return self
        back = max(self.xmin - _GIVEN_OUT_AGAIN_MAX, 0)
        return Position(now.cluster, now.started, back, back, ())


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
