"""Stands ready and gives each file a child of its own, which reads it and may die of it.

Run as `python -m thidua.imports.nursery` by the process that takes files in. Each message on standard input,
a socket, carries one end of a stream: a child is forked, reads the file from there and writes what it found.
So a file costs no start of Python, and nothing of the process that answers everybody is copied.
"""

import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from thidua.imports import child

SECONDS_MAX = 20
_NICE = 19


def main() -> None:
    """Serve until whoever started us closes their end; whoever waits for a page comes first."""
    _stand_back()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a child ended
    with socket.socket(fileno=sys.stdin.fileno()) as orders:
        while given := socket.recv_fds(orders, 1, 1)[1]:
            with socket.socket(fileno=given[0]) as stream:
                if os.fork() == 0:
                    _be_a_child(orders, stream)


def _stand_back() -> None:
    """Give way to every other process, also where the kernel shares the processor between sessions first."""
    os.nice(_NICE)
    with suppress(OSError):  # not every kernel does
        Path("/proc/self/autogroup").write_text(f"{_NICE}")


def _be_a_child(orders: socket.socket, stream: socket.socket) -> None:
    try:
        orders.close()
        signal.alarm(SECONDS_MAX)
        child.answer(stream)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
