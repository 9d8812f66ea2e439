"""Through the API and the real worker: who earns a badge has it within a second, and but once."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio

from tests.builders import TENTH
from tests.support.callers import ACTIVITIES, caller, put_people, token
from tests.support.processes import Server
from tests.support.promises import Promise
from tests.support.waiting import eventually_async
from thidua.kernel.ids import new_id

CLIENTS = 32
HELD = "SELECT count(*) FROM badge_award WHERE subject = $1 AND badge = $2"


@pytest_asyncio.fixture(scope="module")
async def api(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    secret = token({"THIDUA_DATABASE_URL": server.dsn}, "badges")
    async with caller(server.address, secret) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module")
async def direct(server: Server) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(server.dsn)
    yield opened
    await opened.close()


def a_graduation(mentor: UUID, mentee: UUID) -> dict[str, object]:
    return {
        "id": str(new_id(TENTH)),
        "type": "MENTEE_GRADUATED",
        "occurred_at": TENTH.isoformat(),
        "actor": str(mentor),
        "participants": [{"subject": str(mentee), "role": "mentee"}],
        "attributes": {"skill": "vneid"},
        "verified": True,
    }


async def people_of(api: httpx.AsyncClient, count: int) -> list[UUID]:
    ids = [new_id(TENTH) for _ in range(count)]
    await put_people(api, ids)
    return ids


async def test_a_fifth_mentee_gives_the_ambassador_badge_within_a_second(
    api: httpx.AsyncClient, direct: asyncpg.Connection, promise: Promise
) -> None:
    mentor, *mentees = await people_of(api, 6)
    deeds = [a_graduation(mentor, mentee) for mentee in mentees]
    (await api.post(ACTIVITIES, json={"activities": deeds[:4]})).raise_for_status()

    async def is_held() -> bool:
        return bool(await direct.fetchval(HELD, mentor, "dai-su-so"))

    before = await is_held()
    (await api.post(ACTIVITIES, json=deeds[4])).raise_for_status()
    acknowledged_at = time.monotonic()
    await eventually_async(is_held)
    took = time.monotonic() - acknowledged_at

    promise("the fifth mentee's badge, seconds", figure=round(took, 3), target="1")
    assert not before


@pytest.mark.parametrize("rounds", [3, pytest.param(50, marks=pytest.mark.long)])
@pytest.mark.timeout(300)
async def test_the_same_deed_of_32_clients_at_once_gives_one_badge(
    api: httpx.AsyncClient, direct: asyncpg.Connection, promise: Promise, rounds: int
) -> None:
    for _ in range(rounds):
        mentor, *mentees = await people_of(api, 6)
        deeds = [a_graduation(mentor, mentee) for mentee in mentees]
        (await api.post(ACTIVITIES, json={"activities": deeds[:4]})).raise_for_status()

        answers = await asyncio.gather(*(api.post(ACTIVITIES, json=deeds[4]) for _ in range(CLIENTS)))

        async def is_held(mentor: UUID = mentor) -> bool:
            return bool(await direct.fetchval(HELD, mentor, "dai-su-so"))

        assert {answer.status_code for answer in answers} <= {200, 503}
        await eventually_async(is_held)
        assert await direct.fetchval(HELD, mentor, "dai-su-so") == 1
    promise("T01 one badge of 32 clients", figure=rounds, target="every round")
