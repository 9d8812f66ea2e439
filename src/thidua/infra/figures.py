"""Figures for Prometheus that several processes of one instance share: files in the data directory."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from thidua.infra.settings import settings

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share_figures() -> None:
    """Let this process and its children add to the instance's figures; before the first figure is made."""
    folder = settings().data_dir / "figures"
    with suppress(OSError):  # without a place to share them, each process tells its own
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove(file for file, pid in _files(folder) if not _lives(pid))
        os.environ[_VARIABLE] = str(folder)


def shared_folder() -> Path | None:
    """Where shared figures are; None when this process tells its own only."""
    found = os.environ.get(_VARIABLE)
    return Path(found) if found else None


def forget_the_dead(folder: Path) -> None:
    """Leave out what only the living can be asked; what dead processes counted stays counted."""
    _remove(file for file, pid in _files(folder) if file.name.startswith("gauge_live") and not _lives(pid))


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    for file in folder.glob("*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdigit():
            yield file, int(pid)


def _remove(files: Iterator[Path]) -> None:
    for file in list(files):
        file.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
