"""The same activities in any order, some repeated, some withdrawn later: the same boards, byte for byte."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random  # noqa: TID251 -- orders are drawn from a seed, so that they can be repeated
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.engine.comparing import assert_exact
from tests.engine.oracle import Nets, Oracle
from tests.engine.world import World
from tests.support import databases
from tests.support.promises import Promise
from thidua.activities.model import ActivityReport
from thidua.boards.definitions import boards
from thidua.boards.export import csv_of
from thidua.boards.question import Words
from thidua.boards.reading import reader
from thidua.engine import rulebooks
from thidua.engine.moderate import withdraw
from thidua.engine.record import Recorder
from thidua.engine.verify import verify
from thidua.infra.clock import now
from thidua.infra.database import close_pool, connection, engine, open_pool, point_at
from thidua.infra.embedded import Servers
from thidua.kernel.subjects import SubjectKind
from thidua.scoring.rulebook import shipped_text

FIRST_WORLD = 5_000_000
SPAN = (UUID(int=FIRST_WORLD << 96), UUID(int=(FIRST_WORLD + 10_000) << 96))


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that must not depend on the order of arrival."""

    nets: Nets
    tallies: Sequence[tuple[Any, ...]]
    exports: dict[str, bytes]
    differences: int


def facts(worlds: Sequence[World], each: int) -> list[ActivityReport]:
    """Reports of all the worlds, the same at every call."""
    chance = Random(7)  # noqa: S311 -- an order, not a secret
    return [world.report(chance, place) for world in worlds for place in range(each)]


@asynccontextmanager
async def empty_instance(servers: Servers, bootstrapped: str) -> AsyncIterator[None]:
    """A fresh instance that the code under test speaks to."""
    name = await asyncio.to_thread(databases.copy_of, servers, bootstrapped)
    point_at(databases.url_of(servers, name))
    await open_pool()
    rulebooks.forget()
    yield
    await close_pool()
    engine().config.clear()
    await asyncio.to_thread(databases.drop, servers, name)


async def lived(worlds: Sequence[World], reports: Sequence[ActivityReport], order: int) -> Outcome:
    """Record the reports in the order drawn, a tenth twice; withdraw a twentieth; see what came of it."""
    for world in worlds:
        await world.settle_down()
    chance = Random(order)  # noqa: S311 -- an order, not a secret
    sent = [*reports, *Random(8).sample(reports, len(reports) // 10)]  # noqa: S311 -- an order
    gone = Random(9).sample(reports, len(reports) // 20)  # noqa: S311 -- an order
    chance.shuffle(sent)
    chance.shuffle(gone)
    recorder = Recorder()
    await recorder.start()
    requests = [sent[start : start + 40] for start in range(0, len(sent), 40)]
    for start in range(0, len(requests), 4):
        await asyncio.gather(*(_sent(recorder, request) for request in requests[start : start + 4]))
    await recorder.stop()
    for report in gone:
        await withdraw(report.id, by="tester", reason="wrong", at=now())
    return await _outcome()


async def _sent(recorder: Recorder, request: Sequence[ActivityReport]) -> None:
    results = await recorder.record([replace(one, index=n) for n, one in enumerate(request)], partial=True)
    assert not [fault for result in results for fault in result.errors]


async def _outcome() -> Outcome:
    async with connection() as acquired:
        nets = await assert_exact(acquired, SPAN, Oracle({1: shipped_text()}))
        tallies = [
            tuple(row.values()) for row in await acquired.fetch("SELECT * FROM tally WHERE points <> 0")
        ]
    exports = {slug: await _export(slug) for slug in boards()}
    findings = await verify(at=now())
    return Outcome(nets, sorted(tallies, key=str), exports, findings.differences)


async def _export(slug: str) -> bytes:
    here = await reader()
    kind = "branch" if boards()[slug].who is SubjectKind.UNIT else None
    question = await here.understand(Words(slug, period="all", kind=kind))
    parts = [part async for part in csv_of(here, question, await here.standing(question.key))]
    lines = b"".join(parts).splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b"# as_of: "))


async def same_in_every_order(
    servers: Servers, bootstrapped: str, *, worlds: int, each: int, orders: int
) -> tuple[int, int]:
    """Live through as many orders; return how many differ from the first, and the verifier's differences."""
    everywhere = [World(FIRST_WORLD + number) for number in range(worlds)]
    reports = facts(everywhere, each)
    outcomes: list[Outcome] = []
    for order in range(orders):
        async with empty_instance(servers, bootstrapped):
            outcomes.append(await lived(everywhere, reports, order))
    assert outcomes[0].nets
    assert all(
        len(export.splitlines()) > 8 for slug, export in outcomes[0].exports.items() if "total" in slug
    )
    unlike = [one for one in outcomes if one != outcomes[0]]
    return len(unlike), sum(one.differences for one in outcomes)


@pytest.mark.usefixtures("redis_client")
async def test_six_hundred_activities_in_three_orders_give_the_same_boards(
    servers: Servers, bootstrapped: str, promise: Promise
) -> None:
    unlike, differences = await same_in_every_order(servers, bootstrapped, worlds=6, each=100, orders=3)

    promise("T10 small: orders of 600 activities with other boards", figure=unlike, target="0")
    assert (unlike, differences) == (0, 0)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("redis_client")
async def test_ten_thousand_activities_in_five_orders_give_the_same_boards(
    servers: Servers, bootstrapped: str, promise: Promise
) -> None:
    unlike, differences = await same_in_every_order(servers, bootstrapped, worlds=50, each=200, orders=5)

    promise(
        "T10 orders of 10,000 activities with other boards, entries or totals", figure=unlike, target="0 of 5"
    )
    promise("T10 differences that verify finds after 5 orders", figure=differences, target="0")
    assert (unlike, differences) == (0, 0)
