"""Figures that several processes share: what the dead counted stays, what only the living know goes."""

import os
import subprocess
import sys
from pathlib import Path

from thidua.infra.figures import folder_of, forget_the_dead

DATABASE = "postgresql://thidua@/somewhere"
COUNT = """
from thidua.infra.figures import share_figures
share_figures()
from prometheus_client import Counter, Gauge
Counter("deeds", "Deeds").inc(3)
Gauge("guests", "Guests", multiprocess_mode="livesum").set(7)
"""
TELL = """
from pathlib import Path
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
import sys
shared = CollectorRegistry()
MultiProcessCollector(shared, path=sys.argv[1])
print(generate_latest(shared).decode())
"""


def _run(data_dir: Path, code: str, *arguments: str) -> str:
    settings = {
        "THIDUA_DATA_DIR": str(data_dir),
        "THIDUA_DATABASE_URL": DATABASE,
        "THIDUA_REDIS_URL": "redis://nowhere",
    }
    ran = subprocess.run(  # noqa: S603 -- our own code
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_what_a_dead_process_counted_is_told_and_its_guests_are_not(tmp_path: Path) -> None:
    _run(tmp_path, COUNT)
    folder = folder_of(tmp_path, DATABASE)

    forget_the_dead(folder)

    told = _run(tmp_path, TELL, str(folder))
    assert "deeds_total 3.0" in told
    assert "guests 7.0" not in told


def test_whoever_starts_clears_away_what_the_dead_left(tmp_path: Path) -> None:
    _run(tmp_path, COUNT)
    left = set(folder_of(tmp_path, DATABASE).glob("*.db"))
    stale = tmp_path / "figures" / "of another database"
    stale.mkdir()
    os.utime(stale, (0, 0))

    _run(tmp_path, COUNT)

    assert left
    assert not [file for file in left if file.exists()]
    assert not stale.exists()


def test_whoever_starts_leaves_alone_what_others_are_about_to_count_in(tmp_path: Path) -> None:
    beginning = folder_of(tmp_path, "postgresql:///another")
    beginning.mkdir(parents=True)

    _run(tmp_path, COUNT)

    assert beginning.exists()
