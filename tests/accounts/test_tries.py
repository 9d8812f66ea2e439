"""Tries of a login are counted by login alone, strictly, and forgotten with time."""

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from thidua.accounts.errors import TooManyTriesError
from thidua.accounts.tries import TRIES_MAX, WITHIN, count_try, forget_try
from thidua.infra.clock import now


async def test_the_eleventh_try_within_five_minutes_is_refused_and_says_how_long(redis_client: Redis) -> None:
    at = now()
    for second in range(TRIES_MAX):
        await count_try("pao", at=at + timedelta(seconds=second))

    with pytest.raises(TooManyTriesError) as refused:
        await count_try(" PÁO ", at=at + timedelta(seconds=60))

    assert refused.value.seconds == 240


async def test_tries_leave_one_by_one_and_refused_ones_do_not_count(redis_client: Redis) -> None:
    at = now()
    for second in range(TRIES_MAX):
        await count_try("pao", at=at + timedelta(seconds=second))
    for second in range(20, 200, 20):
        with pytest.raises(TooManyTriesError):
            await count_try("pao", at=at + timedelta(seconds=second))

    await count_try("pao", at=at + WITHIN + timedelta(seconds=0.5))

    with pytest.raises(TooManyTriesError):
        await count_try("pao", at=at + WITHIN + timedelta(seconds=0.6))


async def test_of_many_tries_at_once_ten_pass(redis_client: Redis) -> None:
    at = now()

    told = await asyncio.gather(*(count_try("pao", at=at) for _ in range(40)), return_exceptions=True)

    assert sum(isinstance(one, str) for one in told) == TRIES_MAX


async def test_a_right_password_is_no_try_and_other_logins_are_free(redis_client: Redis) -> None:
    at = now()
    for _ in range(3 * TRIES_MAX):
        await forget_try("pao", await count_try("pao", at=at))

    await asyncio.gather(*(count_try(f"pupil-{number}", at=at) for number in range(500)))
