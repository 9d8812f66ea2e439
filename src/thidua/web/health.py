"""Whether this process lives, whether it can serve, and its figures for Prometheus."""

import msgspec
import structlog
from litestar import Response, get
from msgspec import UNSET, UnsetType
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from redis.exceptions import RedisError

from thidua.accounts.queries import is_migrated
from thidua.infra.cursor import oldest_writer
from thidua.infra.database import connection
from thidua.infra.errors import ServiceUnavailableError
from thidua.infra.instance import is_preparing
from thidua.infra.redis import client

_oldest_writer = Gauge(
    "thidua_oldest_writer_seconds", "Age of the oldest open transaction that may still write", ["pid"]
)
_NO_STORE = {"cache-control": "no-store"}


class Health(msgspec.Struct, frozen=True):
    """How it is: ok, degraded, preparing (the demo is being loaded) or unavailable, and which part."""

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
    """200 once the database is there, migrated and filled; Redis away only makes boards slower."""
    parts = {"database": await _database(), "redis": await _redis()}
    status = "ok" if set(parts.values()) == {"ok"} else "degraded"
    status = status if parts["database"] == "ok" else "unavailable"
    status = "preparing" if status != "unavailable" and is_preparing() else status
    body = msgspec.json.encode({"status": status, **parts})
    code = 503 if status in {"unavailable", "preparing"} else 200
    return Response(body, status_code=code, media_type="application/json", headers=_NO_STORE)


@get("/metrics", include_in_schema=False)
async def metrics() -> Response[bytes]:
    """The figures of this process, and whose open transaction holds back sealing."""
    await _note_oldest_writer()
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST, headers=_NO_STORE)


async def _note_oldest_writer() -> None:
    _oldest_writer.clear()
    try:
        async with connection() as database:
            holder = await oldest_writer(database)
    except ServiceUnavailableError:
        return
    if holder is not None:
        _oldest_writer.labels(str(holder.pid)).set(holder.seconds)


async def _database() -> str:
    try:
        async with connection() as database:
            return "ok" if await is_migrated(database) else "not_migrated"
    except ServiceUnavailableError:
        return "unavailable"


async def _redis() -> str:
    try:
        await client().ping()
    except (RedisError, OSError) as error:
        _log.warning("redis does not answer", why=str(error))
        return "unavailable"
    return "ok"


health_handlers = [live, ready, metrics]
