"""Somebody who sends what was prepared, one after another and again, in a process that stands back for all.

`python -m tests.support.bombing PORT FILE...` sends the requests that the files hold until its input ends,
then tells status and seconds of each answer. It sends straight from the files, and is given the processor
when nobody else wants it: who attacks a server does not do so with the server's own processors.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from itertools import cycle
from pathlib import Path
from threading import Event, Thread

Told = list[tuple[int, float]]


@asynccontextmanager
async def bombing(port: int, requests: Sequence[Path]) -> AsyncIterator[Told]:
    """Somebody who sends these meanwhile; what they were answered is there when it is over."""
    answers: Told = []
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-m", "tests.support.bombing", str(port), *map(str, requests)]
    sending = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, start_new_session=True)
    try:
        yield answers
    finally:
        told, _ = await sending.communicate(b"")  # so its input ends
        answers += [(status, seconds) for status, seconds in json.loads(told)]


def send(port: int, requests: Sequence[Path], ended: Event) -> Told:
    """Send each in turn until the end; the answers."""
    answers: Told = []
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    for request in cycle(requests):
        if ended.is_set():
            break
        began = time.monotonic()
        answers.append((_status(connection, request), time.monotonic() - began))
    connection.close()
    return answers


def _status(connection: HTTPConnection, request: Path) -> int:
    """What the request is answered, whether or not all of it was wanted; 0 for no answer."""
    if connection.sock is None:
        connection.connect()
    with request.open("rb") as content, suppress(ConnectionError):
        connection.sock.sendfile(content)
    try:
        answer = HTTPResponse(connection.sock, method="POST")
        answer.begin()
        answer.read()
    except OSError:
        connection.close()
        return 0
    if answer.will_close:
        connection.close()
    return answer.status


def _stand_back() -> None:
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    with suppress(OSError):  # not every kernel shares the processor between sessions first
        Path("/proc/self/autogroup").write_text("19")


def _until_input_ends(over: Event) -> None:
    sys.stdin.read()
    over.set()


if __name__ == "__main__":
    _stand_back()
    over = Event()
    Thread(target=_until_input_ends, args=[over], daemon=True).start()
    sys.stdout.write(json.dumps(send(int(sys.argv[1]), [Path(one) for one in sys.argv[2:]], over)))
