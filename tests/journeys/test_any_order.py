"""The same facts score the same in whatever order they arrive: exports of boards are equal byte by byte."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import islice, product
from pathlib import Path
from random import Random  # noqa: TID251 -- orders are drawn from a seed, so that they can be repeated

import httpx
import pytest

from tests.builders import MOUNTAIN_COMMUNE, PLAIN_COMMUNE
from tests.engine.world import World
from tests.support import databases
from tests.support.callers import ACTIVITIES, Given, caller, thidua, token
from tests.support.processes import Server, serving
from tests.support.promises import Promise
from thidua.activities.model import ActivityReport
from thidua.boards.definitions import boards
from thidua.infra.database import close_pool, engine, open_pool, point_at
from thidua.infra.embedded import Servers

pytestmark = pytest.mark.timeout(1800)

A_WORLD = 250
REPEATED_SHARE, WITHDRAWN_SHARE = 0.1, 0.05
PERIODS = ("all", "2026", "2026-H2", "2026-Q4", "2026-10", "2026-W42", "2026-10-10", "SY2026")
SCOPES = ("VN", "P-12", PLAIN_COMMUNE, MOUNTAIN_COMMUNE)
Exports = Mapping[tuple[str, str, str], bytes]


@pytest.mark.parametrize(
    ("activities", "orders"), [(500, 2), pytest.param(10_000, 5, marks=pytest.mark.long)]
)
async def test_boards_do_not_depend_on_the_order_of_arrival(
    servers: Servers,
    bootstrapped: str,
    tmp_path: Path,
    promise: Promise,
    activities: int,
    orders: int,
) -> None:
    worlds = [World(number) for number in range(1, 1 + activities // A_WORLD)]
    bodies = [_body(report) for world in worlds for report in _reports(world)]
    found: list[Exports] = []

    for seed in range(orders):
        async with _an_instance(servers, bootstrapped, worlds, tmp_path / "log") as server:
            await _arrive(server, bodies, Random(seed))  # noqa: S311 -- no secret
            found.append(await _exports(server, every=max(1, 3_500 // activities)))
            assert thidua({"THIDUA_DATABASE_URL": server.dsn}, "verify").endswith("0 differences")

    different = {board for other in found[1:] for board in found[0] if other[board] != found[0][board]}
    assert different == set()
    listed = sum(len(export.splitlines()) > 1 for export in found[0].values())
    assert listed > len(found[0]) // 4
    name = f"boards equal byte by byte after {activities} activities in {orders} orders"
    promise(name, figure=len(found[0]), target=f"all of {len(found[0])}, {listed} with rows")


@asynccontextmanager
async def _an_instance(
    servers: Servers, template: str, worlds: Sequence[World], log: Path
) -> AsyncIterator[Server]:
    """A server of two processes on an empty database in which nothing but the worlds' people are."""
    name = await asyncio.to_thread(databases.copy_of, servers, template)
    dsn = databases.url_of(servers, name)
    point_at(dsn)
    await open_pool()
    for world in worlds:
        await world.settle_down()
    await close_pool()
    engine().config.clear()
    with serving(dsn, f"{servers.redis_url}?db=3", log=log, environ={"THIDUA_WORKERS": "2"}) as server:
        yield server
    await asyncio.to_thread(databases.drop, servers, name)


def _reports(world: World) -> Iterator[ActivityReport]:
    rng = Random(world.number)  # noqa: S311 -- no secret
    return (world.report(rng, place) for place in range(A_WORLD))


def _body(report: ActivityReport) -> Given:
    return {
        "id": str(report.id),
        "type": report.type,
        "occurred_at": report.occurred_at.isoformat(),
        "actor": str(report.actor),
        "participants": [{"subject": str(one.subject), "role": one.role} for one in report.participants],
        "unit": None if report.unit is None else str(report.unit),
        "quantity": report.quantity,
        "attributes": report.attributes,
        "verified": True,
    }


async def _arrive(server: Server, bodies: Sequence[Given], rng: Random) -> None:
    """Report everything in an order of its own, a part twice; withdraw a part as soon as it is there."""
    repeated = _some(bodies, REPEATED_SHARE)
    order = rng.sample([*bodies, *repeated], len(bodies) + len(repeated))
    going = {body["id"] for body in _some(bodies, WITHDRAWN_SHARE)}
    secret = token({"THIDUA_DATABASE_URL": server.dsn}, "ours")
    async with caller(server.address, secret, timeout=60) as api:
        waiting = iter(_batches(order, rng))
        await asyncio.gather(*(_report_all(api, waiting, going) for _ in range(2)))


def _some(bodies: Sequence[Given], share: float) -> Sequence[Given]:
    """The same part of them every time."""
    return Random(share).sample(bodies, round(share * len(bodies)))  # noqa: S311 -- no secret


def _batches(order: Sequence[Given], rng: Random) -> Iterator[Sequence[Given]]:
    start = 0
    while start < len(order):
        size = rng.choice((1, 10, 50, 200, 500))
        yield order[start : start + size]
        start += size


async def _report_all(api: httpx.AsyncClient, waiting: Iterator[Sequence[Given]], going: set[str]) -> None:
    for batch in waiting:
        answer = await api.post(f"{ACTIVITIES}?partial=true", json={"activities": batch})
        assert answer.status_code in {200, 422}, answer.text
        results = answer.json()["results"] if answer.status_code == 200 else []
        for one in results:
            if one["id"] in going and one["status"] == "recorded":
                gone = await api.post(f"{ACTIVITIES}/{one['id']}/withdraw", json={"reason": "ghi nhầm"})
                assert gone.status_code == 200, gone.text


async def _exports(server: Server, *, every: int) -> Exports:
    """Every so many-th of all standing boards as CSV, without the lines about the export."""
    async with caller(server.address, timeout=60) as api:
        return {
            (slug, period, scope): await _export(api, slug, period, scope)
            for slug, period, scope in islice(product(boards(), PERIODS, SCOPES), 0, None, every)
        }


async def _export(api: httpx.AsyncClient, slug: str, period: str, scope: str) -> bytes:
    answer = await api.get(f"/boards/{slug}/export.csv", params={"period": period, "scope": scope})
    assert answer.status_code == 200, answer.text
    return b"".join(line for line in answer.content.splitlines(keepends=True) if not _is_about(line))


def _is_about(line: bytes) -> bool:
    return line.removeprefix(b"\xef\xbb\xbf").startswith(b"#")
