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
# Adds a try unless there are too many already: then it tells when the oldest of them was.
_ADD = """
local name, at, within, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at - within)
if redis.call('ZCARD', KEYS[1]) >= most then
    return redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
end
redis.call('ZADD', KEYS[1], at, name)
redis.call('EXPIRE', KEYS[1], within)
return nil
"""


async def count_try(login: str, *, at: datetime) -> str:
    """Count one more try of this login and return its name; TooManyTriesError when it is one too many."""
    name, seconds = secrets.token_hex(8), at.timestamp()
    told = (_key(login), name, seconds, WITHIN.total_seconds(), TRIES_MAX)
    oldest = await answered(lambda: client().eval(_ADD, 1, *told))
    if oldest is not None:
        raise TooManyTriesError(max(1, math.ceil(float(oldest) + WITHIN.total_seconds() - seconds)))
    return name


async def forget_try(login: str, name: str) -> None:
    """Count that try no more: the password was right."""
    await answered(lambda: client().zrem(_key(login), name))


def _key(login: str) -> str:
    return f"tries:{hashlib.sha256(login_fold(login).encode()).hexdigest()}"
