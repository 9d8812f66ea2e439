"""Figures for Prometheus that the processes of one instance share: files in the data directory."""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from thidua.infra.instance import database_url
from thidua.infra.settings import settings

_BEGINNING_SECONDS = 60.0
_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share_figures() -> None:
    """Let this process and its children add to the instance's figures; before the first figure is made."""
    with suppress(OSError):  # without a place to share them, each process tells its own
        folder = folder_of(settings().data_dir, database_url())
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.utime(folder)
        os.environ[_VARIABLE] = str(folder)
        for other in folder.parent.iterdir():
            _forget(other, keep=folder)


def folder_of(data_dir: Path, database: str) -> Path:
    """Where processes over that database put what they counted."""
    return data_dir / "figures" / hashlib.sha256(database.encode()).hexdigest()[:12]


def shared_folder() -> Path | None:
    """Where shared figures are; None when this process tells its own only."""
    found = os.environ.get(_VARIABLE)
    return Path(found) if found else None


def forget_the_dead(folder: Path) -> None:
    """Leave out what only the living can be asked; what dead processes counted stays counted."""
    for file, pid in _files(folder):
        if file.name.startswith("gauge_live") and not _lives(pid):
            file.unlink(missing_ok=True)


def _forget(folder: Path, *, keep: Path) -> None:
    """Remove what the dead left from an earlier time, and folders in which nobody lives."""
    files = list(_files(folder))
    for file, pid in files:
        if not _lives(pid):
            file.unlink(missing_ok=True)
    if folder != keep and not _was_begun_lately(folder) and not any(_lives(pid) for _, pid in files):
        shutil.rmtree(folder, ignore_errors=True)


def _was_begun_lately(folder: Path) -> bool:
    """Whether processes may be starting that have not counted anything yet."""
    return time.time() - folder.stat().st_mtime < _BEGINNING_SECONDS


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    for file in folder.glob("*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdigit():
            yield file, int(pid)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
