"""Real processes of thidua for tests: a web server with its worker, a whole instance."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import eventually
from thidua.infra.supervise import Service, Supervisor


@dataclass(frozen=True, slots=True)
class Server:
    """A running web server and the database behind it."""

    address: str
    dsn: str


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def serving(
    dsn: str, redis_url: str, *, log: Path, environ: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """`thidua serve` and `thidua work` on a free port, over this database and this Redis."""
    port = free_port()
    settings = {
        "THIDUA_DATABASE_URL": dsn,
        "THIDUA_REDIS_URL": redis_url,
        "THIDUA_PORT": str(port),
        "THIDUA_WORKERS": "1",
        **(environ or {}),
    }
    work = Service(name="work", command=[sys.executable, "-m", "thidua", "work"], environ=settings, log=log)
    serve = Service(
        name="serve",
        command=[sys.executable, "-m", "thidua", "serve"],
        environ=settings,
        log=log,
        is_ready=lambda _pid: is_ready(port),
    )
    supervisor = Supervisor()
    try:
        supervisor.start(work)
        supervisor.start(serve)
        yield Server(f"http://127.0.0.1:{port}", dsn)
    finally:
        supervisor.stop()


def is_ready(port: int) -> bool:
    """Whether the server on `port` is ready for requests."""
    return status_of(port, "/health/ready") in {200, 404}


def status_of(port: int, path: str) -> int | None:
    """The status that `path` answers, or None while nobody answers."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        asked.request("GET", path)
        return asked.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        asked.close()


def descendants(pid: int) -> set[int]:
    """Every process below `pid`, and `pid` itself, while they live."""
    found, fresh = {pid}, {pid}
    while fresh:
        fresh = {child for one in fresh for child in _children(one)} - found
        found |= fresh
    return {one for one in found if is_alive(one)}


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for task in Path(f"/proc/{pid}/task").iterdir() for one in _children_of_task(task)]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _children_of_task(task: Path) -> list[str]:
    return (task / "children").read_text().split()


def is_alive(pid: int) -> bool:
    """Whether the process runs; a dead one that nobody has asked about is not alive."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


class Instance:
    """One `thidua up` in a data directory."""

    def __init__(self, data_dir: Path, environ: Mapping[str, str], *, as_user: int | None = None) -> None:
        """Start it; `until_ready` waits for it."""
        self.port = free_port()
        self.log = data_dir.parent / f"{data_dir.name}.log"
        settings = {
            "THIDUA_DATA_DIR": str(data_dir),
            "THIDUA_PORT": str(self.port),
            "THIDUA_WORKERS": "1",
            "THIDUA_DEMO": "0",
        }
        lowered = ["setpriv", f"--reuid={as_user}", f"--regid={as_user}", "--clear-groups"] if as_user else []
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 -- our own command line
                [*lowered, sys.executable, "-m", "thidua", "up"],
                env={**_plain_environment(), **settings, **environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def until_ready(self) -> "Instance":
        """Wait until the instance answers requests."""
        eventually(lambda: self.process.poll() is not None or is_ready(self.port), seconds=60)
        assert self.process.poll() is None, self.log.read_text()
        return self

    def descendants(self) -> set[int]:
        """Every process of the instance."""
        return descendants(self.process.pid)

    def stop(self) -> int:
        """Ask it to stop; the exit code it ends with."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self) -> None:
        """End the parent as a power cut would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def instance(data_dir: Path, environ: Mapping[str, str], *, as_user: int | None = None) -> Iterator[Instance]:
    """A ready `thidua up`, stopped at the end."""
    running = Instance(data_dir, environ, as_user=as_user)
    try:
        yield running.until_ready()
    finally:
        running.stop()


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("THIDUA_")}
