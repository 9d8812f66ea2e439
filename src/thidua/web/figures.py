"""`/metrics`: what the instance counted, for Prometheus; for those on this machine, or with a token."""

from ipaddress import ip_address

from litestar import Response, get
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from thidua.accounts.model import Scope
from thidua.infra.cursor import oldest_writer
from thidua.infra.database import connection
from thidua.infra.errors import ServiceUnavailableError
from thidua.infra.figures import forget_the_dead, shared_folder
from thidua.kernel.errors import NotFoundError
from thidua.web.language import AnyRequest
from thidua.web.tokens import caller_behind


@get("/metrics", include_in_schema=False)
async def metrics(request: AnyRequest) -> Response[bytes]:
    """The figures of all processes here, and whose open transaction holds back sealing."""
    if not await _may_read(request):
        raise NotFoundError
    here = CollectorRegistry()
    await _note_oldest_writer(here)
    folder = shared_folder()
    if folder is None:
        told = generate_latest(REGISTRY)
    else:
        forget_the_dead(folder)
        shared = CollectorRegistry()
        MultiProcessCollector(shared, path=str(folder))  # type: ignore[no-untyped-call]  # the library has no types
        told = generate_latest(shared)
    headers = {"cache-control": "no-store"}
    return Response(told + generate_latest(here), media_type=CONTENT_TYPE_LATEST, headers=headers)


async def _may_read(request: AnyRequest) -> bool:
    if _is_near(request):
        return True
    caller = await caller_behind(request)
    return caller is not None and caller.may(Scope.METRICS_READ)


def _is_near(request: AnyRequest) -> bool:
    """Whether somebody on this machine asks, and not through a proxy on it."""
    client = request.scope.get("client")
    if client is None or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ip_address(client[0]).is_loopback
    except ValueError:  # a unix socket is a proxy's
        return False


async def _note_oldest_writer(here: CollectorRegistry) -> None:
    gauge = Gauge(
        "thidua_oldest_writer_seconds",
        "Age of the oldest open transaction that may still write",
        ["pid"],
        registry=here,
    )
    try:
        async with connection() as database:
            holder = await oldest_writer(database)
    except ServiceUnavailableError:
        return
    if holder is not None:
        gauge.labels(str(holder.pid)).set(holder.seconds)


figure_handlers = [metrics]
