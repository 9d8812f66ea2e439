"""`thidua up`: starts everything, loses nothing, leaves nothing behind."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.support.folders import open_folder
from tests.support.processes import Instance, instance, is_alive, status_of
from tests.support.promises import Promise
from tests.support.waiting import eventually, eventually_async
from thidua.infra.home import ServiceUser, can_enter
from thidua.infra.instance import running

pytestmark = pytest.mark.timeout(120)

NOBODY = 65534
OTHERS = ServiceUser(NOBODY, NOBODY)
INTERPRETER = Path(sys.executable).resolve().parent
REMEMBER = """
INSERT INTO audit_record (at, doing, thing_kind, thing_id, facts) VALUES (now(), $1, 'test', '1', '{}')
"""
SMALL_APP = {"THIDUA_APP": "tests.support.small_app:app"}
IS_ROOT = os.geteuid() == 0
CAN_LOWER = IS_ROOT and bool(shutil.which("setpriv")) and can_enter(INTERPRETER, OTHERS)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory still to be made."""
    with open_folder() as folder:
        yield folder / "data"


def _database_url(data_dir: Path) -> str:
    found = running(data_dir)
    assert found is not None
    return found.database_url


async def _remember(data_dir: Path, deed: str) -> None:
    direct = await asyncpg.connect(_database_url(data_dir))
    await direct.execute(REMEMBER, deed)
    await direct.close()


async def _remembered(data_dir: Path) -> list[str]:
    direct = await asyncpg.connect(_database_url(data_dir))
    rows = await direct.fetch("SELECT doing FROM audit_record WHERE thing_kind = 'test' ORDER BY id")
    await direct.close()
    return [row["doing"] for row in rows]


def _thidua(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- our own command line
        [sys.executable, "-m", "thidua", *arguments],
        env={
            **os.environ,
            "THIDUA_DATABASE_URL": "",
            "THIDUA_REDIS_URL": "",
            "THIDUA_DATA_DIR": str(data_dir),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def _pid_of(running_instance: Instance, name: str) -> int:
    def is_it(pid: int) -> bool:
        return name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]

    return min(pid for pid in running_instance.descendants() - {running_instance.process.pid} if is_it(pid))


async def test_a_second_start_finds_what_the_first_one_kept(data_dir: Path) -> None:
    with instance(data_dir, SMALL_APP):
        await _remember(data_dir, "first")

    with instance(data_dir, SMALL_APP):
        assert await _remembered(data_dir) == ["first"]


def test_stopping_ends_every_process_and_exits_with_0(data_dir: Path) -> None:
    with instance(data_dir, SMALL_APP) as up:
        family = up.descendants()

        code = up.stop()

    assert code == 0
    assert len(family) > 5
    assert not [pid for pid in family if is_alive(pid)]
    assert running(data_dir) is None


async def test_killing_the_parent_leaves_nothing_within_3_seconds(data_dir: Path, promise: Promise) -> None:
    with instance(data_dir, SMALL_APP) as up:
        await _remember(data_dir, "before")
        family = up.descendants()

        up.kill()

        eventually(lambda: not [pid for pid in family if is_alive(pid)], seconds=3)
    promise("orphans", figure=0, target="0 processes 3 s after kill -9 of the parent")
    with instance(data_dir, SMALL_APP):
        assert await _remembered(data_dir) == ["before"]


def test_a_second_up_on_the_same_data_is_refused_with_one_line(data_dir: Path) -> None:
    with instance(data_dir, SMALL_APP) as up:
        refused = _thidua(data_dir, "up")

        assert refused.returncode == 1
        assert len(refused.stderr.splitlines()) == 1
        assert f"already runs in {data_dir} (process {up.process.pid}, " in refused.stderr
        assert status_of(up.port, "/") == 200


async def test_a_killed_postgres_is_started_again_with_everything_acknowledged(data_dir: Path) -> None:
    with instance(data_dir, SMALL_APP) as up:
        await _remember(data_dir, "acknowledged")

        os.kill(_pid_of(up, "postgres"), signal.SIGKILL)

        async def is_back() -> bool:
            try:
                return await _remembered(data_dir) == ["acknowledged"]
            except (OSError, asyncpg.PostgresError):
                return False

        await eventually_async(is_back, seconds=20)


async def test_a_killed_valkey_is_started_again(data_dir: Path) -> None:
    with instance(data_dir, SMALL_APP) as up:
        found = running(data_dir)
        assert found is not None
        first = _pid_of(up, "valkey")

        os.kill(first, signal.SIGKILL)

        eventually(lambda: not is_alive(first))
        async with Redis.from_url(found.redis_url) as asked:
            await eventually_async(lambda: _pong(asked), seconds=10)


async def _pong(asked: Redis) -> bool:
    try:
        return bool(await asked.ping())
    except RedisError:
        return False


def test_a_killed_web_worker_is_replaced(data_dir: Path) -> None:
    with instance(data_dir, SMALL_APP) as up:
        first = _answering(up.port)

        os.kill(first, signal.SIGKILL)

        eventually(lambda: _answering(up.port) not in {0, first}, seconds=15)


def _answering(port: int) -> int:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        asked.request("GET", "/")
        return int(asked.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return 0
    finally:
        asked.close()


def test_a_data_directory_too_deep_for_a_socket_is_served_all_the_same() -> None:
    with open_folder() as folder:
        deep = folder.joinpath(*["a-rather-long-name-of-a-folder"] * 4, "data")
        deep.parent.mkdir(parents=True)

        with instance(deep, SMALL_APP) as up:
            assert status_of(up.port, "/") == 200


@pytest.mark.skipif(not CAN_LOWER, reason="needs root, setpriv, and a Python that others may run")
def test_a_normal_user_starts_it_too() -> None:
    with open_folder() as folder:
        os.chown(folder, NOBODY, NOBODY)

        with instance(folder / "data", SMALL_APP, as_user=NOBODY) as up:
            assert status_of(up.port, "/") == 200


@pytest.mark.skipif(not IS_ROOT, reason="only root's folders are closed to PostgreSQL's user")
def test_a_folder_closed_to_other_users_is_no_hindrance_for_root(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    with instance(tmp_path / "data", SMALL_APP) as up:
        found = running(tmp_path / "data")

        assert status_of(up.port, "/") == 200
    assert found is not None
    shutil.rmtree(_home_in(found.database_url))


def _home_in(database_url: str) -> Path:
    home = Path(database_url.partition("host=")[2].partition("&")[0].replace("%2F", "/")).parent
    assert home.is_relative_to("/var/lib/thidua")
    return home


def test_the_doctor_finds_a_running_instance_well(data_dir: Path) -> None:
    with instance(data_dir, SMALL_APP):
        said = _thidua(data_dir, "doctor")

    assert said.returncode == 0, said.stdout
    assert "PostgreSQL                   18." in said.stdout
    assert "THIDUA_DATA_DIR" in said.stdout


@pytest.mark.parametrize("name", ["serve", "work", "migrate"])
def test_without_servers_a_command_says_what_to_do(data_dir: Path, name: str) -> None:
    said = _thidua(data_dir, name)

    assert said.returncode == 1
    assert said.stderr.startswith(f"thidua: Nothing runs in {data_dir}. Start `thidua up`")


def test_a_note_left_by_a_dead_instance_is_not_believed(data_dir: Path) -> None:
    data_dir.mkdir()
    left = {
        "pid": 1,
        "address": "http://127.0.0.1:1",
        "database_url": "postgresql://x",
        "redis_url": "redis://x",
    }
    (data_dir / "instance.json").write_text(json.dumps(left))

    assert running(data_dir) is None


def test_a_taken_port_is_refused_before_anything_starts(data_dir: Path) -> None:
    with instance(data_dir, SMALL_APP) as up:
        refused = Instance(data_dir.parent / "other", {**SMALL_APP, "THIDUA_PORT": str(up.port)})

        assert refused.process.wait(20) == 1
        assert "Set another THIDUA_PORT." in refused.log.read_text()
        assert not (data_dir.parent / "other" / "postgres").exists()
