"""One server process of a race: records what its clients send at once, and says what became of it.

Run as `python racer.py DATABASE_URL`. Each line of input is a round: a list of requests, each a list of
reports. Each line of output answers a round: for every request the list of [status, points], or its error.
"""

import asyncio
import sys

import msgspec

from thidua.activities.model import ActivityReport
from thidua.engine.record import Recorder
from thidua.infra.database import close_pool, open_pool, point_at

_decode = msgspec.json.Decoder(list[list[ActivityReport]]).decode


async def race(url: str) -> None:
    """Answer rounds until the input ends."""
    point_at(url)
    await open_pool()
    recorder = Recorder()
    await recorder.start()
    while line := await asyncio.to_thread(sys.stdin.readline):
        answers = await asyncio.gather(*(_answer(recorder, request) for request in _decode(line)))
        sys.stdout.write(msgspec.json.encode(answers).decode() + "\n")
        sys.stdout.flush()
    await recorder.stop()
    await close_pool()


async def _answer(recorder: Recorder, reports: list[ActivityReport]) -> object:
    try:
        results = await recorder.record(reports)
    except Exception as error:  # noqa: BLE001 -- the race's judge wants to see any of them
        return repr(error)
    return [(one.status, one.points) for one in results]


if __name__ == "__main__":
    asyncio.run(race(sys.argv[1]))
