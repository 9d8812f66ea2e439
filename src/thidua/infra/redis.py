"""The connection to Redis or Valkey. It holds only what can be rebuilt from the ledger."""

from functools import cache

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import BusyLoadingError
from redis.exceptions import ConnectionError as LostError
from redis.exceptions import TimeoutError as SlowError

from thidua.infra.instance import redis_url

# A restarted server is back within a second; whoever waits longer is answered from PostgreSQL.
_RETRIES = 3
_ANSWER_SECONDS = 5.0


@cache
def client() -> Redis:
    """The client of this process: bytes in and out."""
    return Redis.from_url(
        redis_url(),
        protocol=3,
        socket_timeout=_ANSWER_SECONDS,
        socket_connect_timeout=_ANSWER_SECONDS,
        retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), _RETRIES),
        retry_on_error=[LostError, SlowError, BusyLoadingError],
    )


async def close_client() -> None:
    """Close the client; the next `client()` is a new one."""
    if client.cache_info().currsize:
        await client().aclose()
        client.cache_clear()
