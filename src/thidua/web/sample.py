"""Whether this instance holds the demo: then every page says that nobody on it is real."""

import asyncio
from contextlib import suppress

import asyncpg

from thidua.infra.audit import latest
from thidua.infra.database import connection

_AGAIN_SECONDS = 5.0


class _Sample:
    is_here = False


def is_sample() -> bool:
    """Whether people and points of this instance are made up, as far as is known."""
    return _Sample.is_here


async def look_for_sample() -> None:
    """See whether a demo was begun here; it is begun before there is anybody."""
    async with connection() as reading:
        _Sample.is_here = await latest(reading, "demo", "demo", "seed") is not None


async def watch_for_sample() -> None:
    """Look until a demo is found: it may be loaded while pages are read."""
    while not is_sample():
        await asyncio.sleep(_AGAIN_SECONDS)
        with suppress(asyncpg.PostgresError, OSError):
            await look_for_sample()
