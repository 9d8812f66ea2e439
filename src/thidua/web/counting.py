"""Counts every answer by route and status, times it, and notes how busy the process is."""

import asyncio
import itertools
import secrets
import time
from typing import cast

import structlog
from litestar.types import HTTPScope, Message, Scope
from prometheus_client import Counter, Gauge, Histogram

from thidua.infra.database import pool
from thidua.infra.logs import request_id

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_EVERY_SECONDS = 1.0
_BEGAN = "thidua_began"
# Whatever no route of ours answers is one: addresses that people make up are no names of ours.
_NOWHERE = "none"

_answers = Counter("thidua_http_answers", "HTTP answers", ["route", "method", "status"])
_seconds = Histogram("thidua_http_seconds", "Time to the head of an answer", ["route"], buckets=_SECONDS)
_in_use = Gauge("thidua_pool_in_use", "Database connections in use", multiprocess_mode="livesum")
_open = Gauge("thidua_pool_open", "Database connections open", multiprocess_mode="livesum")
_late = Gauge("thidua_loop_late_seconds", "How late a process comes to its work", multiprocess_mode="livemax")

_SLOW_SECONDS, _OUR_FAULT = 2.0, 500
_REQUEST = b"x-request-id"
_STARTED, _numbers = secrets.token_hex(4), itertools.count(1)
_log = structlog.get_logger("thidua.web")

_answers_of: dict[tuple[str, str, int], Counter] = {}
_seconds_of: dict[str, Histogram] = {}


def begin(scope: HTTPScope) -> None:
    """Note when the request came, and give it a name that its log lines and its answer bear."""
    scope[_BEGAN] = time.perf_counter()  # type: ignore[literal-required]  # a key of ours
    request_id.set(f"{_STARTED}-{next(_numbers):x}")


def seconds_since(scope: Scope) -> float:
    """How long ago the request came."""
    began = scope.get(_BEGAN)
    return time.perf_counter() - began if isinstance(began, float) else 0.0


def named() -> tuple[bytes, bytes]:
    """The head line that names the request."""
    return _REQUEST, request_id.get().encode()


def count_answer(message: Message, scope: Scope) -> None:
    """Count an answer whose head is about to be sent, and time it; log a slow or failed one."""
    if message["type"] != "http.response.start":
        return
    route = str(scope.get("path_template") or _NOWHERE)
    key = (route, cast("HTTPScope", scope)["method"], message["status"])
    counter = _answers_of.get(key)
    if counter is None:
        counter = _answers_of[key] = _answers.labels(route, key[1], str(key[2]))
        _seconds_of[route] = _seconds.labels(route)
    counter.inc()
    seconds = seconds_since(scope)
    _seconds_of[route].observe(seconds)
    if seconds > _SLOW_SECONDS or message["status"] == _OUR_FAULT:
        told = {"route": route, "method": key[1], "status": key[2], "seconds": round(seconds, 3)}
        _log.warning("slow or failed request", **told)


async def watch_load() -> None:
    """Once a second note how many connections are in use and how late this process comes to its work."""
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        await asyncio.sleep(_EVERY_SECONDS)
        _late.set(max(0.0, loop.time() - began - _EVERY_SECONDS))
        _open.set(pool().get_size())
        _in_use.set(pool().get_size() - pool().get_idle_size())
