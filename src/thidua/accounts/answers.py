"""Asking Redis for sessions and tries: it answers within two seconds, or nobody can sign in just now."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from redis.exceptions import MaxConnectionsError, RedisError

from thidua.accounts.errors import SessionsAwayError

T = TypeVar("T")
_ANSWER_SECONDS, _PAUSE_SECONDS = 2.0, 0.005
_log = structlog.get_logger("thidua.accounts")


async def answered(ask: Callable[[], Awaitable[T]]) -> T:
    """What Redis answers, or SessionsAwayError."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            return await _in_turn(ask)
    except (RedisError, OSError, TimeoutError) as error:
        _log.warning("redis does not answer for sessions", why=str(error))
        raise SessionsAwayError from error


async def _in_turn(ask: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await ask()
        except MaxConnectionsError:  # all of this process's connections are in use: nothing is wrong
            await asyncio.sleep(_PAUSE_SECONDS)
