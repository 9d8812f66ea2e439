"""The embedded PostgreSQL: how it is made, tuned, started and known to be ready."""

import asyncio
import locale
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import asyncpg

from thidua.infra.binaries import postgres_bin
from thidua.infra.errors import StartError
from thidua.infra.home import Home, give
from thidua.infra.supervise import Service

OWNER = "thidua"
DATABASE = "thidua"

_MAJOR = "18"
_MEGABYTE = 1024 * 1024
# The wheel is built without lz4, ICU and TLS: name none of them here.
_TUNED = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "max_locks_per_transaction": "1024",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "wal_compression": "on",
    "wal_buffers": "16MB",
    "synchronous_commit": "on",
    "fsync": "on",
    "jit": "off",
    "random_page_cost": "1.1",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
}
# For tests that do not pull the plug: nothing waits for the disk.
_CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}


def postgres(home: Home, *, is_durable: bool = True) -> Service:
    """PostgreSQL in `home`, made there when it is missing."""
    programs = postgres_bin(home)
    data = _made(home, programs)
    _wait_for_the_last_one(data)
    settings = _TUNED | {"shared_buffers": _shared_buffers(), "unix_socket_directories": str(home.run)}
    tuned = settings if is_durable else settings | _CARELESS
    return Service(
        name="postgres",
        command=[
            str(programs / "postgres"),
            "-D",
            str(data),
            *(f"--{key}={value}" for key, value in tuned.items()),
        ],
        is_ready=lambda pid: _is_ready(data, pid),
        ready_seconds=600.0,  # a crash under load leaves gigabytes of log to replay
        stop_signal=signal.SIGINT,  # "fast": sessions are cut, the log is closed
        stop_seconds=60.0,
        orphan_signal=signal.SIGQUIT,  # "immediate": gone at once, recovered at the next start
        user=home.user,
        folder=data,
        log=home.folder("log") / "postgres.log",
    )


def url_of(home: Home, database: str = DATABASE) -> str:
    """The address of `database` over the unix socket."""
    return f"postgresql://{OWNER}@/{database}?host={quote(str(home.run), safe='')}&port=5432"


def create_database(home: Home) -> None:
    """Create our database when the server is new."""
    asyncio.run(_create_database(home))


async def _create_database(home: Home) -> None:
    direct = await asyncpg.connect(url_of(home, "postgres"))
    try:
        if not await direct.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await direct.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await direct.close()


def _made(home: Home, programs: Path) -> Path:
    data = home.root / "postgres"
    if not data.is_dir():
        fresh = home.folder("postgres.new")
        shutil.rmtree(fresh)  # left by a start that was cut short
        home.folder("postgres.new")
        _initdb(home, programs, fresh)
        fresh.rename(data)
    give(data, home.user) if _owner_changed(home, data) else None
    found = (data / "PG_VERSION").read_text().strip()
    if found != _MAJOR:
        raise StartError(
            f"{data} was made by PostgreSQL {found}; this is {_MAJOR}. Dump it there, restore it here."
        )
    return data


def _owner_changed(home: Home, data: Path) -> bool:
    return home.user is not None and data.stat().st_uid != home.user.uid


def _initdb(home: Home, programs: Path, fresh: Path) -> None:
    user = home.user
    made = subprocess.run(  # noqa: S603 -- our own command line, no shell
        [
            *(str(programs / "initdb"), "-D", str(fresh), "-U", OWNER, "-A", "trust", "-E", "UTF8"),
            *("--locale", _locale(), "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *("--data-checksums", "--no-instructions"),
        ],
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
        cwd=fresh,
        capture_output=True,
        check=False,
    )
    if made.returncode:
        raise StartError(f"initdb failed: {made.stderr.decode(errors='replace').strip()}")


def _locale() -> str:
    # C.UTF-8 knows Vietnamese letters as letters (pg_trgm asks); a bare system may lack it.
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"


def _shared_buffers() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MEGABYTE
    return f"{max(64, min(2048, memory // 8))}MB"


def _is_ready(data: Path, pid: int) -> bool:
    with suppress(FileNotFoundError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"  # noqa: PLR2004 -- line 8 is its status
    return False


def _wait_for_the_last_one(data: Path) -> None:
    deadline = time.monotonic() + 10
    while (pid := _live_postmaster(data)) is not None:
        if time.monotonic() > deadline:
            raise StartError(f"PostgreSQL (process {pid}) still runs in {data}. Stop it first.")
        time.sleep(0.05)


def _live_postmaster(data: Path) -> int | None:
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
        return None
    return pid if b"postgres" in command.split(b"\0")[0] else None
