"""`thidua backup` and `thidua restore`: what comes back is what was there, or nothing changes."""

import asyncio
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from tests.support import databases
from tests.support.folders import open_folder
from tests.support.processes import instance
from tests.support.promises import Promise
from thidua.cli.demo.load import Plan, load
from thidua.engine.seal import seal_once
from thidua.infra.clock import now
from thidua.infra.database import close_pool, engine, open_pool, point_at
from thidua.infra.embedded import Servers
from thidua.infra.instance import running
from thidua.infra.keys import ledger_key

pytestmark = pytest.mark.timeout(120)

PLAN = Plan(ends_at=datetime(2026, 11, 22, 1, tzinfo=UTC), people=40, activities=200, communes_max=1)
POINTS = "SELECT subject, sum(points) FROM ledger_entry GROUP BY 1 ORDER BY 1"
ERASED = "SELECT person FROM person_profile ORDER BY person LIMIT 1"
BOARDS = ("people-total", "teams-per-member", "units-total")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for backups and keys."""
    with open_folder() as found:
        yield found


async def _fill(dsn: str) -> None:
    point_at(dsn)
    await open_pool()
    try:
        await load(PLAN)
        await seal_once(at=now())
    finally:
        await close_pool()
        engine().config.clear()


async def _asked(dsn: str, query: str) -> list[tuple[object, ...]]:
    direct = await asyncpg.connect(dsn)
    try:
        return [tuple(row.values()) for row in await direct.fetch(query)]
    finally:
        await direct.close()


def _thidua(dsn: str, redis_url: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {"THIDUA_DATABASE_URL": dsn, "THIDUA_REDIS_URL": redis_url, "THIDUA_DATA_DIR": str(folder)}
    return subprocess.run(  # noqa: S603 -- our own command line
        [sys.executable, "-m", "thidua", *arguments],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


async def test_what_was_backed_up_comes_back_proved(
    servers: Servers, bootstrapped_dsn: str, dsn: str, folder: Path
) -> None:
    await _fill(bootstrapped_dsn)
    key = ledger_key(folder / "old")
    (folder / "secret").write_text("ban nở trắng rừng\n")
    file = folder / "kept.tar"
    opens = ("--passphrase-file", str(folder / "secret"))

    made = _thidua(bootstrapped_dsn, servers.redis_url, folder / "old", "backup", str(file), *opens)
    back = _thidua(dsn, servers.redis_url, folder / "new", "restore", str(file), *opens)
    again = _thidua(dsn, servers.redis_url, folder / "new", "restore", str(file))

    assert (made.returncode, back.returncode) == (0, 0), made.stderr + back.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    assert "0 differences" in back.stdout
    assert await _asked(dsn, POINTS) == await _asked(bootstrapped_dsn, POINTS)
    assert ledger_key(folder / "new").public == key.public
    assert again.returncode == 1
    assert "something here already" in again.stderr


@pytest.mark.long
async def test_by_force_what_was_there_is_kept_and_who_was_erased_stays_erased(
    servers: Servers, bootstrapped_dsn: str, folder: Path
) -> None:
    await _fill(bootstrapped_dsn)
    file = folder / "kept.tar"
    assert _thidua(bootstrapped_dsn, servers.redis_url, folder, "backup", str(file)).returncode == 0
    [(gone,)] = await _asked(bootstrapped_dsn, ERASED)
    await _asked(bootstrapped_dsn, f"DELETE FROM person_profile WHERE person = '{gone}'")  # noqa: S608 -- an id

    back = _thidua(bootstrapped_dsn, servers.redis_url, folder, "restore", "--force", str(file))

    assert back.returncode == 0, back.stderr
    kept = back.stdout.strip().rpartition(" ")[2]
    assert "_before_" in kept
    assert await _asked(bootstrapped_dsn, f"SELECT FROM person_profile WHERE person = '{gone}'") == []
    await asyncio.to_thread(databases.drop, servers, kept)


async def test_a_damaged_backup_and_a_wrong_passphrase_are_refused(
    servers: Servers, bootstrapped_dsn: str, dsn: str, folder: Path
) -> None:
    ledger_key(folder)
    (folder / "secret").write_text("one phrase\n")
    (folder / "other").write_text("another\n")
    file = folder / "kept.tar"
    options = ("--passphrase-file", str(folder / "secret"))
    assert _thidua(bootstrapped_dsn, servers.redis_url, folder, "backup", str(file), *options).returncode == 0
    whole = file.read_bytes()
    middle = len(whole) // 2
    (folder / "damaged.tar").write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])

    damaged = _thidua(dsn, servers.redis_url, folder, "restore", str(folder / "damaged.tar"))
    wrong = _thidua(
        dsn, servers.redis_url, folder, "restore", str(file), "--passphrase-file", str(folder / "other")
    )

    assert (damaged.returncode, wrong.returncode) == (1, 1)
    assert "damaged" in damaged.stderr
    assert "another passphrase" in wrong.stderr
    assert (await _asked(dsn, "SELECT count(*) FROM unit")) == [(0,)]


@pytest.mark.long
async def test_a_restore_drill_gives_the_same_boards_on_another_machine(
    folder: Path, promise: Promise
) -> None:
    file = folder / "kept.tar"
    with instance(folder / "old", {}) as up:
        found = running(folder / "old")
        assert found is not None
        await _fill(found.database_url)
        before = _boards(up.port)
        plain = {name: value for name, value in os.environ.items() if not name.startswith("THIDUA_")}
        _run(plain | {"THIDUA_DATA_DIR": str(folder / "old")}, "backup", str(file))
    began = now()

    _run(plain | {"THIDUA_DATA_DIR": str(folder / "new")}, "restore", str(file))
    with instance(folder / "new", {}) as up:
        after = _boards(up.port)
        seconds = (now() - began).total_seconds()
        _run(plain | {"THIDUA_DATA_DIR": str(folder / "new")}, "verify")

    assert after == before
    promise("restore_drill", figure=seconds, target="boards equal, chain whole, within 30 minutes")


def _run(environ: dict[str, str], *arguments: str) -> None:
    ran = subprocess.run(  # noqa: S603 -- our own command line
        [sys.executable, "-m", "thidua", *arguments], env=environ, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def _boards(port: int) -> list[list[str]]:
    """The rows of some boards; the lines about the export name the moment."""
    found = []
    for slug in BOARDS:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/boards/{slug}/export.csv", timeout=20
        ) as answer:
            lines = answer.read().decode("utf-8-sig").splitlines()
        found.append([line for line in lines if not line.startswith("#")])
        assert len(found[-1]) > 1
    return found
