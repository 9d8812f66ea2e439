"""Whether Redis is worth asking: after one failure nobody waits for it until it answers again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.exceptions import RedisError

Answer = TypeVar("Answer")

# A script that Redis refuses (short of memory, still loading) counts as Redis being away.
AWAY = (RedisError, OSError, TimeoutError)
_ANSWER_SECONDS = 0.5
_REST_SECONDS = 0.5


class Gate:
    """Lets questions through to Redis while it answers."""

    def __init__(self, ping: Callable[[], Awaitable[object]]) -> None:
        """Find out by `ping` when Redis is back."""
        self._ping = ping
        self._asking: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether Redis answered the last time."""
        return self._asking is None

    async def through(self, question: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """The answer; None while Redis is away."""
        if not self.is_open:
            return None
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await question()
        except AWAY:
            self._close()
            return None

    def _close(self) -> None:
        if self._asking is None:
            self._asking = asyncio.create_task(self._until_back())

    async def _until_back(self) -> None:
        while True:
            await asyncio.sleep(_REST_SECONDS)
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    await self._ping()
            except AWAY:
                continue
            self._asking = None
            return
