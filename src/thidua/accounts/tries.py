"""How often a login was tried: ten times in five minutes, whoever tries and from wherever.

Nothing is counted by address: a whole school signs in from one.
"""

import hashlib
import math
import secrets
from datetime import datetime, timedelta

from thidua.accounts.answers import answered
from thidua.accounts.errors import TooManyTriesError
from thidua.accounts.logins import login_fold
from thidua.infra.redis import client

TRIES_MAX = 10
WITHIN = timedelta(minutes=5)


async def count_try(login: str, *, at: datetime) -> str:
    """Count one more try of this login and return its name; TooManyTriesError when it is one too many."""
    name, seconds = secrets.token_hex(8), at.timestamp()
    tries, oldest = await answered(_added(_key(login), name, seconds))
    if tries > TRIES_MAX:
        await forget_try(login, name)
        raise TooManyTriesError(max(1, math.ceil(oldest + WITHIN.total_seconds() - seconds)))
    return name


async def forget_try(login: str, name: str) -> None:
    """Count that try no more: it was refused unseen, or the password was right."""
    await answered(client().zrem(_key(login), name))


async def _added(key: str, name: str, seconds: float) -> tuple[int, float]:
    """Add a try; how many there are within the time, and when the oldest was."""
    async with client().pipeline(transaction=True) as asked:
        asked.zremrangebyscore(key, "-inf", seconds - WITHIN.total_seconds())
        asked.zadd(key, {name: seconds})
        asked.zcard(key)
        asked.zrange(key, 0, 0, withscores=True)
        asked.expire(key, WITHIN)
        _, _, tries, oldest, _ = await asked.execute()
    return tries, oldest[0][1]


def _key(login: str) -> str:
    return f"tries:{hashlib.sha256(login_fold(login).encode()).hexdigest()}"
