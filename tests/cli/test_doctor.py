"""`thidua doctor`: names what is wrong, and only that."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.callers import thidua
from thidua.cli.checkup import clock, keys, proxy
from thidua.infra.embedded import Servers
from thidua.infra.keys import ledger_key
from thidua.infra.settings import read_settings

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def test_a_key_that_others_may_read_is_a_fault(tmp_path: Path) -> None:
    ledger_key(tmp_path)
    assert not [one for one in keys(tmp_path) if one.fault]

    next((tmp_path / "keys").glob("*.pem")).chmod(0o644)

    [fault] = [one for one in keys(tmp_path) if one.fault]
    assert "others may read it" in fault.line


@pytest.mark.parametrize(("seconds", "is_fault"), [(1, False), (-1, False), (3, True), (-3, True)])
def test_clocks_that_are_far_apart_are_a_fault(seconds: int, *, is_fault: bool) -> None:
    assert bool(clock("PostgreSQL", AT + timedelta(seconds=seconds), AT).fault) is is_fault


def test_it_tells_versions_clocks_and_that_nobody_keeps_the_boards(
    servers: Servers, bootstrapped_dsn: str, tmp_path: Path
) -> None:
    settings = {
        "THIDUA_DATABASE_URL": bootstrapped_dsn,
        "THIDUA_REDIS_URL": servers.redis_url,
        "THIDUA_DATA_DIR": str(tmp_path),
    }

    said = thidua(settings, "doctor", check=False)

    faults = [line for line in said.splitlines() if line.startswith("FAULT")]
    assert "clock of PostgreSQL" in said
    assert "migrations missing           0" in said
    assert [line for line in faults if "boards kept by" in line]
    assert not [line for line in faults if "clock" in line or "migrations" in line]


@pytest.mark.parametrize(
    ("told", "faults"),
    [
        ({}, 0),
        ({"THIDUA_PUBLIC_URL": "http://localhost:8000"}, 0),
        ({"THIDUA_PUBLIC_URL": "https://thidua.example"}, 1),
        ({"THIDUA_PUBLIC_URL": "https://thidua.example", "THIDUA_TRUSTED_PROXIES": "127.0.0.1"}, 0),
    ],
)
def test_an_address_by_https_without_a_trusted_proxy_is_a_fault(told: dict[str, str], faults: int) -> None:
    assert len(list(proxy(read_settings(told)))) == faults
