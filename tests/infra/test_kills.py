"""Whatever PostgreSQL has acknowledged outlives its own death, again and again."""

import asyncio
import os
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.folders import open_folder
from tests.support.promises import Promise
from tests.support.waiting import eventually_async
from thidua.infra.database import close_pool, connection, engine, open_pool, point_at, pool
from thidua.infra.embedded import Servers, start_servers, stop_servers
from thidua.infra.errors import ServiceUnavailableError
from thidua.infra.migrate import migrate
from thidua.infra.settings import read_settings
from thidua.infra.supervise import Supervisor

pytestmark = pytest.mark.timeout(300)

WRITERS = 4
ACKNOWLEDGED_BETWEEN_KILLS = 100
REMEMBER = """
INSERT INTO audit_record (at, doing, thing_kind, thing_id, facts) VALUES (now(), 'wrote', 'line', $1, '{}')
"""


class _Durable:
    """Embedded servers that wait for the disk, tended while the test runs."""

    def __init__(self, supervisor: Supervisor, servers: Servers) -> None:
        self.supervisor = supervisor
        self.servers = servers

    def kill_postgres(self) -> None:
        os.kill(self.supervisor.pid_of("postgres"), signal.SIGKILL)

    async def tend(self) -> None:
        while True:
            self.supervisor.tend()
            await asyncio.sleep(0.02)


@pytest.fixture
def durable() -> Iterator[_Durable]:
    """PostgreSQL and Valkey as in production."""
    with open_folder() as folder:
        supervisor = Supervisor()
        try:
            settings = read_settings({"THIDUA_DATA_DIR": str(folder / "data")})
            yield _Durable(supervisor, start_servers(supervisor, settings))
        finally:
            stop_servers(supervisor, Path(folder / "data"))


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.long)])
async def test_nothing_acknowledged_is_lost_when_postgres_is_killed(
    durable: _Durable, kills: int, promise: Promise
) -> None:
    point_at(durable.servers.database_url)
    await migrate()
    await open_pool()
    acknowledged: set[str] = set()

    async with asyncio.TaskGroup() as running:
        background = [running.create_task(durable.tend())]
        background += [running.create_task(_write(name, acknowledged)) for name in range(WRITERS)]
        for _ in range(kills):
            await _wait_for_more(acknowledged)
            durable.kill_postgres()
        await _wait_for_more(acknowledged)
        for task in background:
            task.cancel()

    kept = {row["thing_id"] for row in await pool().fetch("SELECT thing_id FROM audit_record")}
    await close_pool()
    engine().config.clear()
    assert acknowledged <= kept
    promise(
        "acknowledged_kept", figure=len(acknowledged), target=f"0 lost over {kills} kill -9 of PostgreSQL"
    )


async def _write(name: int, acknowledged: set[str]) -> None:
    for number in count():
        line = f"{name}-{number}"
        try:
            async with connection() as held:
                await held.execute(REMEMBER, line)
        except ServiceUnavailableError:
            continue
        acknowledged.add(line)


async def _wait_for_more(acknowledged: set[str]) -> None:
    goal = len(acknowledged) + ACKNOWLEDGED_BETWEEN_KILLS

    async def enough() -> bool:
        return len(acknowledged) >= goal

    await eventually_async(enough, seconds=30)
