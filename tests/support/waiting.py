"""Waits for something to become true, never for time to pass."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_PAUSE_SECONDS = 0.01


def eventually(claim: Callable[[], object], *, seconds: float = 5.0) -> None:
    """Return as soon as `claim` holds; fail when it does not hold in time."""
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, f"did not come true in {seconds} s: {claim}"
        time.sleep(_PAUSE_SECONDS)


async def eventually_async(claim: Callable[[], Awaitable[object]], *, seconds: float = 5.0) -> None:
    """Return as soon as `claim` holds; fail when it does not hold in time."""
    deadline = time.monotonic() + seconds
    while not await claim():
        assert time.monotonic() < deadline, f"did not come true in {seconds} s: {claim}"
        await asyncio.sleep(_PAUSE_SECONDS)
