"""The bench: every figure beside its raw limit, on data that is thrown away."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.folders import open_folder
from tests.support.processes import descendants, is_alive
from tests.support.waiting import eventually
from thidua.cli.bench.figure import Figure, table

NAMES = (
    *("batch_intake", "single_intake", "board_top50", "rank", "around", "rebuild", "growth", "replay"),
    *("festival", "streams", "earning", "badges"),
)
KEYS = {
    *("name", "figure", "unit", "limit", "ratio", "limit_is", "accept", "goal", "is_accepted"),
    *("p50_ms", "p99_ms", "cpu_us_per_item", "items", "members", "seed", "quick", "faults", "load_average"),
}


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as made:
        yield made


def _bench(folder: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 -- our own command line
        [sys.executable, "-m", "thidua", "bench", *arguments],
        env={**os.environ, "TMPDIR": str(folder), **(environ or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.timeout(300)
def test_a_quick_bench_prints_every_figure_with_its_limit_and_leaves_nothing(folder: Path) -> None:
    elsewhere = {"THIDUA_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/theirs", "THIDUA_PORT": "1"}
    process = _bench(folder, "--quick", "--json", environ=elsewhere)
    told, said = process.communicate(timeout=290)

    figures = [json.loads(line) for line in told.splitlines()]
    assert process.returncode == 0, said
    assert sorted(figure["name"] for figure in figures) == sorted(NAMES)
    assert [figure for figure in figures if not figure.keys() >= KEYS] == []
    assert [figure for figure in figures if figure["faults"]] == []
    assert [figure for figure in figures if not figure["limit"] > 0 or not figure["ratio"] > 0] == []
    assert list(folder.iterdir()) == []


@pytest.mark.timeout(60)
def test_a_bench_that_is_interrupted_leaves_neither_processes_nor_files(folder: Path) -> None:
    process = _bench(folder, "single_intake", "--quick")
    eventually(lambda: list(folder.glob("*/serve.log")) or process.poll() is not None, seconds=40)
    started = descendants(process.pid)

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)

    assert list(folder.iterdir()) == []
    eventually(lambda: not any(map(is_alive, started)))


def _figure(**more: Any) -> Figure:  # noqa: ANN401 -- any of a figure's fields
    told: dict[str, Any] = {
        "name": "rank",
        "figure": 3_000,
        "unit": "answers/s",
        "limit": 6_000,
        "limit_is": "bare",
        "accept": 3_000,
        "goal": 5_000,
        "members": 9,
        "seed": 1,
        "is_quick": True,
        "items": 100,
    }
    return Figure(**(told | more))


def test_the_ratio_is_the_share_of_the_limit_of_speeds_and_of_times_alike() -> None:
    speed, time = _figure(), _figure(figure=40, limit=10, accept=60, less_is_better=True)

    assert (speed.ratio, time.ratio) == (0.5, 0.25)
    assert speed.is_accepted
    assert time.is_accepted


def test_a_wrong_answer_is_never_accepted_however_quick_it_was() -> None:
    wrong = _figure(figure=1_000_000, faults=("rank 1, not 2",))

    assert not wrong.is_accepted
    assert "WRONG: 1" in table([wrong])
