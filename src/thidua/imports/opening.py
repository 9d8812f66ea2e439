"""Opens a file that somebody sent, in a process that may die of it."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass

from thidua.imports.container import form_of
from thidua.imports.errors import FileRefusedError, FileUnopenedError

# Only against what hangs: files are judged by the processor's time, of which a busy machine gives little.
_SECONDS_MAX = 90.0
_AT_ONCE = asyncio.Semaphore(2)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file; every cell is text, every row as long as it is filled."""

    name: str
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file holds; `encoding` is empty for workbooks."""

    encoding: str
    sheets: tuple[Sheet, ...]


async def open_file(content: bytes) -> Opened:
    """Return the file's sheets.

    FileRefusedError says why it cannot be read, FileUnopenedError that nobody had the time to.
    """
    form_of(content)  # what is refused at a glance needs no process
    async with _AT_ONCE:
        said = await _told_by_child(content)
    try:
        found = json.loads(said)
    except ValueError:
        # Ended by its limits, or by a file that its reader did not survive.
        raise FileRefusedError("file_unpacks_too_large") from None
    if "refused" in found:
        raise FileRefusedError(found["refused"], **found["facts"])
    sheets = tuple(Sheet(one["name"], one["rows"]) for one in found["sheets"])
    if not any(sheet.rows for sheet in sheets):
        raise FileRefusedError("file_empty")
    return Opened(found["encoding"], tuple(sheet for sheet in sheets if sheet.rows))


async def _told_by_child(content: bytes) -> bytes:
    """What the child said before it ended by itself; FileUnopenedError if there was none, or it was ended."""
    nursery, stream = _nurseries.child()
    reader, writer = await asyncio.open_unix_connection(sock=stream)
    said: bytes | None = None
    try:
        async with asyncio.timeout(_SECONDS_MAX):
            writer.write(content)
            writer.write_eof()
            said = await reader.read()
    except ConnectionError:  # no child, or one that ended while we were still telling
        said = b""
    except TimeoutError:
        raise FileUnopenedError from None
    finally:
        writer.close()
        if said is None:  # nobody listens any more, and the next file gets its place
            _nurseries.end(nursery)
    if not said or (said.isspace() and nursery.poll() is not None):
        raise FileUnopenedError
    return said


class _Nurseries:
    """The process that stands ready to read, one after another; it ends when we do."""

    def __init__(self) -> None:
        self._running: tuple[subprocess.Popen[bytes], socket.socket] | None = None

    def child(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        """The nursery, and our end of a stream whose other end a new child of it reads."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                return self._given(theirs), ours
            except OSError:
                ours.close()
                raise FileUnopenedError from None

    def end(self, nursery: subprocess.Popen[bytes]) -> None:
        """End it with all its children, unless that was done."""
        if self._running is None or self._running[0] is not nursery:
            return
        self._running[1].close()
        self._running = None
        if nursery.poll() is None:
            os.killpg(nursery.pid, signal.SIGKILL)
            nursery.wait()

    def _given(self, stream: socket.socket) -> subprocess.Popen[bytes]:
        if self._running and self._running[0].poll() is not None:  # somebody ended it
            self.end(self._running[0])
        self._running = self._running or _started()
        socket.send_fds(self._running[1], [b"\0"], [stream.fileno()])
        return self._running[0]


def _started() -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            # -P: nothing from the folder we happen to stand in
            [sys.executable, "-P", "-m", "thidua.imports.nursery"],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # only a whole session can stand back, and be ended
            env={"LANG": "C.UTF-8"},
        )
    return process, ours


_nurseries = _Nurseries()
