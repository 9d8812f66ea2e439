"""`thidua up`: one port has one instance, and what cannot be right is refused in one line."""

import asyncio
import os
import socket
import subprocess
import sys

import asyncpg
import pytest

from tests.support.folders import open_folder
from tests.support.processes import free_port
from thidua.infra.embedded import Servers


@pytest.mark.parametrize("is_listening", [True, False])
@pytest.mark.timeout(60)
def test_a_port_that_somebody_holds_is_refused_before_anything_starts(*, is_listening: bool) -> None:
    with open_folder() as folder, socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as our own web processes share theirs
        holder.bind(("127.0.0.1", 0))
        if is_listening:
            holder.listen()
        port = holder.getsockname()[1]
        settings = {"THIDUA_DATA_DIR": str(folder / "data"), "THIDUA_PORT": str(port), "THIDUA_DEMO": "0"}

        refused = ended("up", settings)

        assert refused.returncode == 1
        assert f"{port}: " in refused.stderr
        assert not (folder / "data" / "postgres").exists()


@pytest.mark.parametrize("command", ["up", "work"])
def test_criteria_changed_under_a_given_version_are_refused_in_one_line(
    servers: Servers, bootstrapped_dsn: str, command: str
) -> None:
    asyncio.run(_give_by_other_criteria(bootstrapped_dsn))
    with open_folder() as folder:
        settings = {
            "THIDUA_DATA_DIR": str(folder / "data"),
            "THIDUA_DATABASE_URL": bootstrapped_dsn,
            "THIDUA_REDIS_URL": servers.redis_url,
            "THIDUA_PORT": str(free_port()),
        }

        refused = ended(command, settings)

    told = [line for line in refused.stderr.splitlines() if "badge.toml" in line]
    assert refused.returncode == 1
    assert len(told) == 1
    assert told[0].startswith("thidua: badges/buoc-dau-so/badge.toml: version 1 was given already")
    assert "Traceback" not in refused.stderr


def ended(command: str, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What became of a command that must not start."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("THIDUA_")}
    return subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-m", "thidua", command],
        env=plain | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


async def _give_by_other_criteria(dsn: str) -> None:
    direct = await asyncpg.connect(dsn)
    await direct.execute("INSERT INTO badge_version VALUES ('buoc-dau-so', 1, 'others', now())")
    await direct.close()
