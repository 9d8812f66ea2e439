"""Somebody who asks for a page at an even pace, in a process of their own.

`python -m tests.support.neighbour PORT` asks until its input ends, then tells the status and seconds of each
answer. So what a test does meanwhile, however long it takes, is not mistaken for the slowness of the server.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from itertools import repeat

from tests.support.open_loop import Answer, Crowd

_A_SECOND = 20
_PORTION_SECONDS = 0.5
_REQUEST = b"GET /boards/people-total?q=lan HTTP/1.1\r\nHost: x\r\n\r\n"


@asynccontextmanager
async def neighbour(port: int) -> AsyncIterator[list[Answer]]:
    """Somebody who asks meanwhile; what they were answered is there when it is over."""
    answers: list[Answer] = []
    pipe = asyncio.subprocess.PIPE
    asking = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.neighbour", str(port), stdin=pipe, stdout=pipe
    )
    try:
        yield answers
    finally:
        told, _ = await asking.communicate(b"")  # so its input ends
        answers += [Answer(**one) for one in json.loads(told)]


async def ask(port: int) -> Sequence[Answer]:
    """Ask until the input ends."""
    crowd = Crowd(port)
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    while not ended.done():
        await crowd.come(repeat(("read", _REQUEST)), a_second=_A_SECOND, seconds=_PORTION_SECONDS)
    await crowd.leave()
    return crowd.answers


if __name__ == "__main__":
    found = asyncio.run(ask(int(sys.argv[1])))
    sys.stdout.write(json.dumps([asdict(one) for one in found]))
