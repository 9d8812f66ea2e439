"""Stands ready and gives each file a child of its own, which reads it and may die of it.

Run as `python -m thidua.imports.nursery` by the process that takes files in. Each message on standard input,
a socket, carries one end of a stream: a child is forked, reads the file from there and writes what it found.
So a file costs no start of Python, and nothing of the process that answers everybody is copied. A stream that
is closed before anything was said had no child. Whoever ends our whole process group ends the children too.
"""

import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from thidua.imports import child

_NICE = 19
_AUTOGROUP = Path("/proc/self/autogroup")
_TRIES_MAX, _SECONDS_BETWEEN = 20, 0.1


def main() -> None:
    """Serve until whoever started us closes their end; whoever waits for a page comes first."""
    _stand_back()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a child ended
    with socket.socket(fileno=sys.stdin.fileno()) as orders:
        serve(orders)


def serve(orders: socket.socket) -> None:
    """Give every stream that comes a child, as far as the system lets us have one."""
    while given := socket.recv_fds(orders, 1, 1)[1]:
        with (
            socket.socket(fileno=given[0]) as stream,
            suppress(OSError),
        ):  # too many processes: the next may do
            if os.fork() == 0:
                _be_a_child(orders, stream)


def _stand_back() -> None:
    """Give way to every other process, also where the kernel shares the processor between sessions first."""
    os.nice(_NICE)
    with suppress(OSError):  # not every kernel does
        weigh_least()


def weigh_least() -> None:
    """Make this session the lightest; the kernel lets only one session in a tenth of a second do so."""
    for _ in range(_TRIES_MAX):
        with suppress(BlockingIOError):
            _AUTOGROUP.write_text(f"{_NICE}")
            return
        time.sleep(_SECONDS_BETWEEN)


def _be_a_child(orders: socket.socket, stream: socket.socket) -> None:
    try:
        orders.close()
        child.answer(stream)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
