"""`thidua verify` as an inspector calls it."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import asyncpg

from tests.builders import TENTH, recorded, reported, some_people
from thidua.engine.seal import seal_once, sign_days
from thidua.infra.keys import ledger_key


def _thidua(dsn: str, data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"THIDUA_DATABASE_URL": dsn, "THIDUA_DATA_DIR": str(data_dir), "COLUMNS": "300"}
    command = [sys.executable, "-m", "thidua", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=25)  # noqa: S603 -- our own command


async def _a_signed_day(data_dir: Path) -> None:
    people = await some_people(3)
    await recorded([reported("PUBLIC_SERVICE_CASE", one) for one in people])
    await seal_once(at=TENTH)
    await sign_days(at=TENTH + timedelta(days=1), data_dir=data_dir)


async def test_nothing_wrong_ends_with_0(bootstrapped_database: str, tmp_path: Path) -> None:
    await _a_signed_day(tmp_path)

    said = _thidua(bootstrapped_database, tmp_path, "verify")

    assert said.stdout.splitlines()[-1] == "0 differences"
    assert said.returncode == 0


async def test_what_differs_is_named_and_ends_with_1(bootstrapped_database: str, tmp_path: Path) -> None:
    await _a_signed_day(tmp_path)
    direct = await asyncpg.connect(bootstrapped_database)
    await direct.execute("SET session_replication_role = replica")
    await direct.execute("UPDATE ledger_entry SET units = 7 WHERE id = 2")
    await direct.close()

    said = _thidua(bootstrapped_database, tmp_path, "verify", "--json")

    told = json.loads(said.stdout)
    assert {one["code"] for one in told["named"]} == {"entry_changed", "award_differs"}
    assert {one.get("entry") for one in told["named"]} == {2, None}
    assert said.returncode == 1


async def test_a_root_printed_today_is_still_led_to_tomorrow(
    bootstrapped_database: str, tmp_path: Path
) -> None:
    await _a_signed_day(tmp_path)
    file = tmp_path / "root.json"
    file.write_text(_thidua(bootstrapped_database, tmp_path, "verify", "--print-root").stdout)

    said = _thidua(bootstrapped_database, tmp_path, "verify", "--root", str(file))

    assert said.returncode == 0
    assert json.loads(file.read_text())["key"] == ledger_key(tmp_path).public.hex()


def test_the_public_key_is_printed_alone(bootstrapped_dsn: str, tmp_path: Path) -> None:
    said = _thidua(bootstrapped_dsn, tmp_path, "verify", "--print-key")

    assert said.stdout.strip() == ledger_key(tmp_path).public.hex()


def test_a_file_that_is_no_root_is_refused(bootstrapped_dsn: str, tmp_path: Path) -> None:
    file = tmp_path / "root.json"
    file.write_text("{}")

    said = _thidua(bootstrapped_dsn, tmp_path, "verify", "--root", str(file))

    assert said.returncode == 1
    assert "is not a published root" in said.stderr
