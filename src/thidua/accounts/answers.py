"""Asking Redis for sessions and tries: it answers within two seconds, or nobody can sign in just now."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import structlog
from redis.exceptions import RedisError

from thidua.accounts.errors import SessionsAwayError

T = TypeVar("T")
_ANSWER_SECONDS = 2.0
_log = structlog.get_logger("thidua.accounts")


async def answered(asked: Awaitable[T]) -> T:
    """What Redis answers, or SessionsAwayError."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            return await asked
    except (RedisError, OSError, TimeoutError) as error:
        _log.warning("redis does not answer for sessions", why=str(error))
        raise SessionsAwayError from error
