"""The same activities in any order, some sent twice, some withdrawn: the same boards, byte for byte."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from random import Random  # noqa: TID251 -- orders are drawn from a seed, so that they can be repeated
from typing import Any

import httpx
import pytest

from tests.builders import MOUNTAIN_COMMUNE, PLAIN_COMMUNE
from tests.engine.comparing import assert_exact
from tests.engine.oracle import Nets, Oracle
from tests.engine.world import World
from tests.support import databases
from tests.support.callers import ACTIVITIES, Given, caller, thidua, token
from tests.support.processes import Server, serving
from tests.support.promises import Promise
from thidua.activities.model import ActivityReport
from thidua.boards.definitions import boards
from thidua.infra.database import close_pool, connection, engine, open_pool, point_at
from thidua.infra.embedded import Servers
from thidua.kernel.subjects import SubjectKind
from thidua.scoring.rulebook import shipped_text

pytestmark = pytest.mark.timeout(1800)

A_WORLD = 200
REPEATED_SHARE, WITHDRAWN_SHARE = 0.1, 0.05
PERIODS = ("all", "2026", "2026-H2", "2026-Q4", "2026-10", "2026-W42", "2026-10-10", "SY2026")
SCOPES = ("VN", "P-12", PLAIN_COMMUNE, MOUNTAIN_COMMUNE)
Exports = Mapping[tuple[str, str, str], bytes]


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that must not depend on the order of arrival, and what verify found."""

    nets: Nets
    tallies: Sequence[tuple[Any, ...]]
    exports: Exports
    differences: int


@dataclass(frozen=True, slots=True)
class Instances:
    """Where every order lives through an empty database of its own."""

    servers: Servers
    template: str
    log: Path


@pytest.fixture
def instances(servers: Servers, bootstrapped: str, tmp_path: Path) -> Instances:
    return Instances(servers, bootstrapped, tmp_path / "log")


async def test_six_hundred_activities_in_three_orders_give_the_same_boards(
    instances: Instances, promise: Promise
) -> None:
    outcomes = await _in_orders(instances, activities=600, orders=3, every=7)

    unlike = _unlike(outcomes)
    promise("T10 small: orders of 600 activities with other boards", figure=unlike, target="0")
    assert (unlike, _differences(outcomes)) == (0, 0)


@pytest.mark.long
async def test_ten_thousand_activities_in_five_orders_give_the_same_boards(
    instances: Instances, promise: Promise
) -> None:
    outcomes = await _in_orders(instances, activities=10_000, orders=5, every=1)

    unlike, differences, exports = _unlike(outcomes), _differences(outcomes), outcomes[0].exports
    equal = sum(all(one.exports[board] == export for one in outcomes) for board, export in exports.items())
    name = "T10 orders of 10,000 activities with other boards, entries or totals"
    promise(name, figure=unlike, target="0 of 5")
    promise("T10 differences that verify finds after 5 orders", figure=differences, target="0")
    name = "boards equal byte by byte after 10000 activities in 5 orders"
    promise(name, figure=equal, target=f"all of {len(exports)}, {_listed(exports)} with rows")
    assert (unlike, differences) == (0, 0)


async def _in_orders(instances: Instances, *, activities: int, orders: int, every: int) -> Sequence[Outcome]:
    worlds = [World(number) for number in range(1, 1 + activities // A_WORLD)]
    bodies = [_body(report) for world in worlds for report in _reports(world)]
    outcomes: list[Outcome] = []
    for seed in range(orders):
        async with _an_instance(instances, worlds) as server:
            await _arrive(server, bodies, Random(seed))  # noqa: S311 -- no secret
            outcomes.append(await _outcome(server, worlds, every=every))
    assert outcomes[0].nets
    assert _listed(outcomes[0].exports) > len(outcomes[0].exports) // 4
    return outcomes


def _unlike(outcomes: Sequence[Outcome]) -> int:
    return sum(one != outcomes[0] for one in outcomes)


def _differences(outcomes: Sequence[Outcome]) -> int:
    return sum(one.differences for one in outcomes)


def _listed(exports: Exports) -> int:
    """How many boards have rows."""
    return sum(len(export.splitlines()) > 1 for export in exports.values())


@asynccontextmanager
async def _an_instance(instances: Instances, worlds: Sequence[World]) -> AsyncIterator[Server]:
    """A server of two processes on an empty database in which nothing but the worlds' people are."""
    servers = instances.servers
    name = await asyncio.to_thread(databases.copy_of, servers, instances.template)
    dsn = databases.url_of(servers, name)
    point_at(dsn)
    await open_pool()
    for world in worlds:
        await world.settle_down()
    redis, environ = f"{servers.redis_url}?db=3", {"THIDUA_WORKERS": "2"}
    with serving(dsn, redis, log=instances.log, environ=environ) as server:
        yield server
    await close_pool()
    engine().config.clear()
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


async def _outcome(server: Server, worlds: Sequence[World], *, every: int) -> Outcome:
    """What came of it, the ledger compared with the second scorer."""
    span = worlds[0].span[0], worlds[-1].span[1]
    async with connection() as reading:
        nets = await assert_exact(reading, span, Oracle({1: shipped_text()}))
        tallies = [tuple(row) for row in await reading.fetch("SELECT * FROM tally WHERE points <> 0")]
    exports = await _exports(server, every=every)
    found = re.search(r"(\d+) differences$", thidua({"THIDUA_DATABASE_URL": server.dsn}, "verify"))
    assert found is not None
    return Outcome(nets, sorted(tallies, key=str), exports, int(found[1]))


async def _exports(server: Server, *, every: int) -> Exports:
    """Every so many-th of all standing boards as CSV, without the lines about the export."""
    async with caller(server.address, timeout=60) as api:
        return {
            (slug, period, scope): await _export(api, slug, period, scope)
            for slug, period, scope in islice(product(boards(), PERIODS, SCOPES), 0, None, every)
        }


async def _export(api: httpx.AsyncClient, slug: str, period: str, scope: str) -> bytes:
    asked = {"period": period, "scope": scope}
    if boards()[slug].who is SubjectKind.UNIT:
        asked["kind"] = "branch"
    answer = await api.get(f"/boards/{slug}/export.csv", params=asked)
    assert answer.status_code == 200, answer.text
    return b"".join(line for line in answer.content.splitlines(keepends=True) if not _is_about(line))


def _is_about(line: bytes) -> bool:
    return line.removeprefix(b"\xef\xbb\xbf").startswith(b"#")
