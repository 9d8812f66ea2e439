"""Who reads the files stands back for all others, and what becomes of it says nothing of a file."""

import asyncio
import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.imports.office_files import MEMBERS, xlsx
from tests.support.processes import descendants, is_alive
from tests.support.waiting import eventually, eventually_async
from thidua.imports import opening
from thidua.imports.errors import FileRefusedError, FileUnopenedError
from thidua.imports.nursery import serve, weigh_least
from thidua.imports.opening import open_file

FILE = xlsx([MEMBERS, ("1", "Lò Thị Mai", "26/11/1999", "Xã Nậm Tăm", "0912345678", "Cư dân")])
SECONDS_MAX = 25.0  # who stands back gets little of a busy machine


async def test_readers_stand_back_for_every_other_process() -> None:
    await open_file(FILE)

    pid = nursery()

    assert os.getpriority(os.PRIO_PROCESS, pid) == 19
    assert _session_stands_back(pid)


async def test_files_are_read_again_after_whoever_reads_them_was_ended() -> None:
    await open_file(FILE)
    pid = nursery()
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not is_alive(pid))

    opened = await open_file(FILE)

    assert opened.sheets
    assert nursery() != pid


async def test_a_file_that_nobody_had_time_for_is_not_said_to_be_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    await open_file(FILE)
    hanging = nursery()
    os.kill(hanging, signal.SIGSTOP)

    with monkeypatch.context() as impatient, pytest.raises(FileUnopenedError):
        impatient.setattr(opening, "_SECONDS_MAX", 0.01)
        await open_file(FILE)

    assert not is_alive(hanging)
    assert (await open_file(FILE)).sheets


async def test_whoever_gives_up_leaves_no_reader_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    await open_file(FILE)
    eventually(lambda: not readers(), seconds=SECONDS_MAX)
    monkeypatch.setattr(asyncio.StreamWriter, "write_eof", lambda _: None)  # so it waits for the end
    reading = asyncio.create_task(open_file(FILE))
    await eventually_async(a_child_reads, seconds=SECONDS_MAX)
    [reader] = readers()

    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    eventually(lambda: not is_alive(reader), seconds=SECONDS_MAX)


@pytest.mark.parametrize(
    ("said", "nursery_ended", "error"),
    [
        (b"", None, FileUnopenedError),
        (b" ", 0, FileUnopenedError),
        (b" ", None, FileRefusedError),
        (b' {"refused": "file_encrypted", "facts": {}}', 0, FileRefusedError),
    ],
    ids=["no-child", "ended-with-the-nursery", "did-not-survive-the-file", "answered-before"],
)
async def test_only_a_child_that_died_by_itself_judges_its_file(
    monkeypatch: pytest.MonkeyPatch, said: bytes, nursery_ended: int | None, error: type[Exception]
) -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(said)
    theirs.shutdown(socket.SHUT_WR)
    process = SimpleNamespace(poll=lambda: nursery_ended)
    monkeypatch.setattr(opening, "_nurseries", SimpleNamespace(child=lambda: (process, ours)))

    with theirs, pytest.raises(error):
        await open_file(FILE)


def test_a_nursery_that_may_have_no_child_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", no_more)
    ours, orders = socket.socketpair()
    left, given = socket.socketpair()
    with ours, orders, left:
        with given:
            socket.send_fds(ours, [b"\0"], [given.fileno()])
        ours.shutdown(socket.SHUT_WR)

        serve(orders)

        assert left.recv(1) == b""


def test_a_session_tries_again_to_stand_back_when_another_just_did(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []

    class Kernel:
        written = ""

        def write_text(self, weight: str) -> None:
            if len(waits) < 2:
                raise BlockingIOError
            self.written = weight

    kernel = Kernel()
    monkeypatch.setattr("thidua.imports.nursery._AUTOGROUP", kernel)
    monkeypatch.setattr(time, "sleep", waits.append)

    weigh_least()

    assert kernel.written == "19"


async def a_child_reads() -> bool:
    return bool(readers())


def readers() -> set[int]:
    """The processes that read a file just now."""
    return descendants(nursery()) - {nursery()}


def nursery() -> int:
    """The process that stands ready to read our files."""
    [found] = [one for one in descendants(os.getpid()) if _is_nursery(one)]
    return found


def _session_stands_back(pid: int) -> bool:
    """Whether the kernel shares the processor by session and gives this one least; some do not share so."""
    shared_out = Path(f"/proc/{pid}/autogroup")
    return not shared_out.exists() or shared_out.read_text().endswith("nice 19\n")


def _is_nursery(pid: int) -> bool:
    """Whether it is the one whose children read; they have its name."""
    with suppress(ProcessLookupError, FileNotFoundError):  # one of those children, which has ended
        return os.getsid(pid) == pid and b"imports.nursery" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False
