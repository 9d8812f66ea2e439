"""Opens a file that somebody sent, in a process that may die of it."""

import asyncio
import json
import socket
import subprocess
import sys
from dataclasses import dataclass

from thidua.imports.container import form_of
from thidua.imports.errors import FileRefusedError

_SECONDS_MAX = 20.0
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
    """Return the file's sheets; FileRefusedError says why it cannot be read."""
    form_of(content)  # what is refused at a glance needs no process
    async with _AT_ONCE:
        said = await _told_by_child(content)
    try:
        found = json.loads(said)
    except ValueError:
        # Killed by its limits, or by a file that its reader did not survive.
        raise FileRefusedError("file_unpacks_too_large") from None
    if "refused" in found:
        raise FileRefusedError(found["refused"], **found["facts"])
    sheets = tuple(Sheet(one["name"], one["rows"]) for one in found["sheets"])
    if not any(sheet.rows for sheet in sheets):
        raise FileRefusedError("file_empty")
    return Opened(found["encoding"], tuple(sheet for sheet in sheets if sheet.rows))


async def _told_by_child(content: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(sock=_nursery.child())
    try:
        async with asyncio.timeout(_SECONDS_MAX):
            writer.write(content)
            writer.write_eof()
            return await reader.read()
    except TimeoutError:
        raise FileRefusedError("file_unpacks_too_large") from None
    except ConnectionError:  # it died while we were still telling
        return b""
    finally:
        writer.close()


class _Nursery:
    """The process that stands ready to read; it ends when we do."""

    def __init__(self) -> None:
        self._running: tuple[subprocess.Popen[bytes], socket.socket] | None = None

    def child(self) -> socket.socket:
        """Our end of a stream whose other end a new child reads."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._give(theirs)
            except (BrokenPipeError, ConnectionResetError):  # somebody ended it
                self._stop()
                self._give(theirs)
        return ours

    def _give(self, stream: socket.socket) -> None:
        self._running = self._running or _started()
        socket.send_fds(self._running[1], [b"\0"], [stream.fileno()])

    def _stop(self) -> None:
        assert self._running is not None, "it was asked before"
        process, orders = self._running
        orders.close()
        process.wait()
        self._running = None


def _started() -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            # -P: nothing from the folder we happen to stand in
            [sys.executable, "-P", "-m", "thidua.imports.nursery"],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # only a whole session can stand back
            env={"LANG": "C.UTF-8"},
        )
    return process, ours


_nursery = _Nursery()
