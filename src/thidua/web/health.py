"""Whether this process lives, and whether it can serve."""

import asyncio
import time

import msgspec
import structlog
from litestar import Response, get
from msgspec import UNSET, UnsetType
from redis.exceptions import RedisError

from thidua.accounts.queries import is_migrated
from thidua.infra.database import probed
from thidua.infra.errors import ServiceUnavailableError
from thidua.infra.instance import is_preparing
from thidua.infra.redis import client
from thidua.web.leaving import is_leaving

_NO_STORE = {"cache-control": "no-store"}
# So long an answer is taken for the present one: probes come often, from several places.
_FRESH_SECONDS = 0.5
# Redis that takes longer is as good as away.
_PATIENCE_SECONDS = 1.0


class Health(msgspec.Struct, frozen=True):
    """How it is: ok, degraded (no Redis), preparing (the demo is loaded), leaving or unavailable."""

    status: str
    database: str | UnsetType = UNSET
    redis: str | UnsetType = UNSET


_log = structlog.get_logger("thidua.web")


@get(
    "/health/live",
    tags=["Health"],
    summary="Whether the process answers",
    opt={"answers": Health, "answer_example": {"status": "ok"}},
)
async def live() -> dict[str, str]:
    """Answer as long as the process can."""
    return {"status": "ok"}


@get(
    "/health/ready",
    tags=["Health"],
    summary="Whether requests can be served; without Redis `degraded`",
    opt={"answers": Health, "answer_example": {"status": "ok", "database": "ok", "redis": "ok"}},
)
async def ready() -> Response[bytes]:
    """200 once the database is there, migrated and filled, until told to stop; Redis may be away."""
    parts = await _parts.now()
    status = _status(parts)
    code = 200 if status in {"ok", "degraded"} else 503
    body = msgspec.json.encode({"status": status, **parts})
    return Response(body, status_code=code, media_type="application/json", headers=_NO_STORE)


def _status(parts: dict[str, str]) -> str:
    if is_leaving():
        return "leaving"
    if parts["database"] != "ok":
        return "unavailable"
    if is_preparing():
        return "preparing"
    return "ok" if parts["redis"] == "ok" else "degraded"


class _Parts:
    """How PostgreSQL and Redis were found a moment ago; many who ask at once look once."""

    def __init__(self) -> None:
        self._looked_at = float("-inf")
        self._found: dict[str, str] = {}
        self._looking: asyncio.Task[dict[str, str]] | None = None

    async def now(self) -> dict[str, str]:
        if time.monotonic() - self._looked_at < _FRESH_SECONDS:
            return self._found
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(self._looking)

    async def _look(self) -> dict[str, str]:
        database, redis = await asyncio.gather(_database(), _redis())
        self._found, self._looked_at = {"database": database, "redis": redis}, time.monotonic()
        return self._found


_parts = _Parts()


async def _database() -> str:
    try:
        return "ok" if await probed(is_migrated) else "not_migrated"
    except ServiceUnavailableError:
        return "unavailable"


async def _redis() -> str:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await client().ping()
    except (RedisError, OSError) as error:
        _log.warning("redis does not answer", why=type(error).__name__)
        return "unavailable"
    return "ok"


health_handlers = [live, ready]
