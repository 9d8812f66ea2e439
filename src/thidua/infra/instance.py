"""A running instance leaves its addresses in the data directory, so every command finds its servers."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from thidua.infra.errors import StartError
from thidua.infra.settings import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """What one `thidua up` runs, and where."""

    pid: int
    address: str
    database_url: str
    redis_url: str
    # Still filling itself with the demo: it answers, but is not what it will be.
    is_preparing: bool = False


def database_url() -> str:
    """The PostgreSQL to use: the one that is set, else the one of the running instance."""
    return settings().database_url or _running_here().database_url


def redis_url() -> str:
    """The Redis to use: the one that is set, else the one of the running instance."""
    return settings().redis_url or _running_here().redis_url


def is_preparing() -> bool:
    """Whether the instance of this data directory is still filling its own database."""
    if settings().database_url is not None:
        return False
    found = running(settings().data_dir)
    return found is not None and found.is_preparing


def _running_here() -> Instance:
    found = running(settings().data_dir)
    if found is None:
        raise StartError(
            f"Nothing runs in {settings().data_dir}. "
            "Start `thidua up`, or set THIDUA_DATABASE_URL and THIDUA_REDIS_URL."
        )
    return found


def running(data_dir: Path) -> Instance | None:
    """The instance that runs in `data_dir` now; one that has died is not one."""
    try:
        kept = json.loads((data_dir / "instance.json").read_text())
    except (FileNotFoundError, ValueError):
        return None
    return Instance(**kept) if _is_held(data_dir) else None


def _is_held(data_dir: Path) -> bool:
    with (data_dir / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def held(data_dir: Path) -> Iterator[None]:
    """Hold `data_dir` for this process alone; a second holder is refused."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StartError(_already_running(data_dir)) from error
        try:
            yield
        finally:
            with suppress(FileNotFoundError):
                (data_dir / "instance.json").unlink()


def _already_running(data_dir: Path) -> str:
    found = running(data_dir)
    where = f" (process {found.pid}, {found.address})" if found else ""
    return f"thidua already runs in {data_dir}{where}. Stop it, or set another THIDUA_DATA_DIR."


def announce(data_dir: Path, instance: Instance) -> None:
    """Write the addresses of `instance` where the other commands look."""
    fresh = data_dir / "instance.json.new"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(asdict(instance), indent=2))
    os.replace(fresh, data_dir / "instance.json")  # noqa: PTH105 -- a rename over the old file, in one step
