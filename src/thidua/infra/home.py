"""Where the embedded servers keep their files and sockets, and as which user they run."""

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from thidua.infra.errors import StartError

# A unix socket's address holds 108 bytes, its end mark included; the longest name we add is .s.PGSQL.5432.
_SOCKET_PATH_MAX = 107
_LONGEST_SOCKET = "/.s.PGSQL.5432"
_FOR_ROOT = Path("/var/lib/thidua")


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """The user a server runs as when we are root: PostgreSQL refuses to be root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one instance's servers; they belong to the user the servers run as."""

    root: Path
    run: Path
    user: ServiceUser | None

    def folder(self, name: str) -> Path:
        """A private folder of the servers, made when it is missing."""
        return _private(self.root / name, self.user)


def home_of(data_dir: Path) -> Home:
    """The home for the servers of `data_dir`, with its folder for sockets."""
    user = service_user()
    root = data_dir if user is None or can_enter(data_dir, user) else _elsewhere(data_dir)
    root.mkdir(parents=True, exist_ok=True)
    return Home(root, _sockets(root, data_dir, user), user)


def service_user() -> ServiceUser | None:
    """Nobody else, unless we are root: then postgres if there is one, else nobody."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    found = known.get("postgres") or known.get("nobody")
    if found is None:
        raise StartError("PostgreSQL does not run as root, and there is no user postgres or nobody.")
    return ServiceUser(found.pw_uid, found.pw_gid)


def can_enter(path: Path, user: ServiceUser) -> bool:
    """Whether `user` may reach what lies in `path`; folders still to be made are not in the way."""
    return all(_passes(folder.stat(), user) for folder in (path, *path.parents) if folder.exists())


def _passes(folder: os.stat_result, user: ServiceUser) -> bool:
    if folder.st_uid == user.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == user.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def _elsewhere(data_dir: Path) -> Path:
    # A checkout below /root is closed to every other user, and so to PostgreSQL.
    return _FOR_ROOT / _mark(data_dir)


def _sockets(root: Path, data_dir: Path, user: ServiceUser | None) -> Path:
    near = root / "run"
    if len(os.fsencode(near)) + len(_LONGEST_SOCKET) <= _SOCKET_PATH_MAX:
        return _private(near, user)
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    base = Path(runtime) if runtime and user is None and Path(runtime).is_dir() else Path("/tmp")  # noqa: S108 -- checked below
    return _private(base / f"thidua-{os.geteuid()}-{_mark(data_dir)}", user)


def _mark(data_dir: Path) -> str:
    return hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]


def _private(folder: Path, user: ServiceUser | None) -> Path:
    if not folder.is_symlink():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    owner = user.uid if user else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
        raise StartError(f"{folder} is not ours: remove it, or set another THIDUA_DATA_DIR.")
    folder.chmod(0o700)
    if user is not None:
        os.chown(folder, user.uid, user.gid)
    return folder


def give(path: Path, user: ServiceUser | None) -> None:
    """Let `user` own everything below `path`."""
    if user is None:
        return
    for found in (path, *path.rglob("*")):
        os.chown(found, user.uid, user.gid, follow_symlinks=False)


def leave(home: Home) -> None:
    """Remove the folder for sockets where it had to be put outside the home."""
    if not home.run.is_relative_to(home.root):
        shutil.rmtree(home.run, ignore_errors=True)
