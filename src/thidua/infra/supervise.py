"""Starts services as children, starts a dead one again, stops them in order, and lets none outlive us."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from thidua.infra.errors import StartError
from thidua.infra.home import ServiceUser

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
_POLL_SECONDS = 0.05
_PAUSE_SECONDS_MAX = 5.0
_HEALTHY_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What to run, how to tell that it is ready, and how to stop it."""

    name: str
    command: Sequence[str]
    is_ready: Callable[[int], bool] = field(default=lambda _pid: True)
    ready_seconds: float = 60.0
    # It shall end, and is started so often at most until it ends well. 0: it shall never end.
    tries_max: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15.0
    # What the kernel sends when we are gone: quick rather than tidy.
    orphan_signal: signal.Signals = signal.SIGKILL
    user: ServiceUser | None = None
    folder: Path | None = None
    log: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict)


def tie_to_parent(parent: int, orphan_signal: signal.Signals) -> None:
    """From now on this process gets `orphan_signal` when the thread that started it ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
    if os.getppid() != parent:  # it was gone before we asked
        os._exit(1)


class Supervisor:
    """The parent of all services. Use it from the main thread: children end with their thread."""

    def __init__(self, say: Callable[[str], object] = lambda _line: None) -> None:
        """Begin without services; `say` is told what happens."""
        self._children: list[_Child] = []
        self._say = say

    def start(self, service: Service) -> None:
        """Start `service` and wait until it is ready."""
        child = _Child(service)
        self._children.append(child)
        child.start()
        child.wait_until_ready()

    def pid_of(self, name: str) -> int:
        """The process of the service `name`, as it is now."""
        return next(child.pid for child in self._children if child.service.name == name)

    def is_done(self, name: str) -> bool:
        """Whether the service has ended and will not be started again."""
        return any(child.is_done for child in self._children if child.service.name == name)

    def watch(self, stopping: Event, then: Callable[[], object] = lambda: None) -> None:
        """Start again whatever dies, until `stopping` is set; each time round do `then`."""
        while not stopping.wait(_POLL_SECONDS):
            self.tend()
            then()

    def tend(self) -> None:
        """Start again what is dead now, each with longer pauses as long as it keeps dying."""
        for child in self._children:
            if child.is_dead and child.may_start and not child.is_done:
                self._say(f"{child.service.name} ended ({child.ending}); starting it again")
                child.start()

    def stop(self) -> None:
        """Stop every service, the last started first."""
        while self._children:
            self._children.pop().stop()


class _Child:
    def __init__(self, service: Service) -> None:
        self.service = service
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause = 0.0
        self._tries = 0

    @property
    def pid(self) -> int:
        assert self._process is not None, "started before"
        return self._process.pid

    @property
    def ending(self) -> str:
        code = self._process.returncode if self._process else None
        return signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}"

    @property
    def is_dead(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    @property
    def is_done(self) -> bool:
        """Whether it was to end, and has: well, or too often badly."""
        if not self.service.tries_max or not self.is_dead or self._process is None:
            return False
        return self._process.returncode == 0 or self._tries >= self.service.tries_max

    @property
    def may_start(self) -> bool:
        lived = time.monotonic() - self._started_at
        if lived > _HEALTHY_SECONDS:
            self._pause = 0.0
        return lived >= self._pause

    def start(self) -> None:
        self._pause = min(max(0.1, self._pause * 2), _PAUSE_SECONDS_MAX)
        self._started_at = time.monotonic()
        self._tries += 1
        self._process = _launch(self.service)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + self.service.ready_seconds
        while not self.service.is_ready(self.pid):
            if self.is_dead or time.monotonic() > deadline:
                raise StartError(
                    f"{self.service.name} did not start ({self.ending}){_last_words(self.service)}"
                )
            time.sleep(_POLL_SECONDS / 5)

    def stop(self) -> None:
        if self._process is None or self.is_dead:
            return
        self._process.send_signal(self.service.stop_signal)
        try:
            self._process.wait(self.service.stop_seconds)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _launch(service: Service) -> subprocess.Popen[bytes]:
    parent = os.getpid()
    output = service.log.open("ab") if service.log else None
    try:
        return subprocess.Popen(  # noqa: S603 -- our own command line, no shell
            list(service.command),
            preexec_fn=lambda: tie_to_parent(parent, service.orphan_signal),  # noqa: PLW1509 -- no thread runs here
            start_new_session=True,  # Ctrl-C reaches us alone; we stop the others in order
            cwd=service.folder,
            env={**os.environ, **service.environ},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=service.user.uid if service.user else None,
            group=service.user.gid if service.user else None,
            extra_groups=[] if service.user else None,
        )
    finally:
        if output:
            output.close()


def _last_words(service: Service) -> str:
    if service.log is None or not service.log.exists():
        return ""
    lines = service.log.read_text(errors="replace").splitlines()[-3:]
    return ": " + " | ".join(lines) if lines else ""
