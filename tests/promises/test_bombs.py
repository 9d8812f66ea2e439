"""T38: a file or a body made to burst costs its sender an answer, and nobody else anything.

Portions in calm and portions beside bombs take turns, so that whatever else the machine does falls on both.
The bombs are made before and sent by a process that stands back for all others: what making and sending them
costs, an attacker pays elsewhere. They come one after another without a pause.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
import pytest_asyncio

from tests.builders import an_id
from tests.imports.office_files import far_cell, heavy_cell, laughing
from tests.support.bombing import Told, bombing
from tests.support.callers import ACTIVITIES, put_people
from tests.support.neighbour import neighbour
from tests.support.open_loop import Answer, share
from tests.support.processes import descendants
from tests.support.promises import Promise
from tests.support.streams import LiveServer, live_server
from tests.support.usage import memory_mib
from thidua.accounts.actions import create_account
from thidua.accounts.roles import Grant, Role
from thidua.infra.clock import now
from thidua.infra.embedded import Servers

pytestmark = pytest.mark.timeout(180)
PASSWORD = "cau-vong-sau-mua-27"  # noqa: S105 -- of an account that lives as long as a test
COMMUNE = "C-03394"
PEOPLE = [an_id(f"near a bomb {number}") for number in range(50)]
_TOKEN = re.compile(r'name="_csrf"\s+value="([^"]+)"')
_DEEP = b'{"attributes":' + b"[" * 100_000
_LONG = b'{"note":"' + b"a" * 9_000_000 + b'"}'
_PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(8_000_000)
_PORTIONS, _PORTION_SECONDS = 5, 5
_WIDE = b'{"activities":[' + b'{"type":"x"},' * 700_000 + b"{}]}"


@pytest.fixture(scope="module")
def live(servers: Servers, module_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    log = tmp_path_factory.mktemp("bombs") / "log"
    with live_server(module_dsn, f"{servers.redis_url}?db=5", log=log) as running:
        yield running


@pytest_asyncio.fixture
async def sender(live: LiveServer) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who may import files into a commune, and may report by a token."""
    async with live.api() as api:
        await put_people(api, PEOPLE)
    direct = await asyncpg.connect(live.dsn)
    unit = await direct.fetchval("SELECT id FROM unit WHERE code = $1", COMMUNE)
    grants = [Grant(Role.UNIT_LEADER, unit=unit)]
    await create_account(direct, login="sender", password=PASSWORD, name="Nùng", grants=grants, at=now())
    await direct.close()
    headers = {"origin": live.address, "accept": "text/html"}
    async with httpx.AsyncClient(base_url=live.address, headers=headers, timeout=30) as client:
        form = await client.get("/sign-in")
        token = _TOKEN.search(form.text)
        assert token is not None
        told = {"login": "sender", "password": PASSWORD, "next": "/imports", "_csrf": token[1]}
        assert (await client.post("/sign-in", data=told)).status_code == 303
        yield client


async def test_bombs_are_refused_while_the_neighbours_notice_nothing(
    live: LiveServer, sender: httpx.AsyncClient, tmp_path: Path, promise: Promise
) -> None:
    bombs = await prepared(live, sender, tmp_path)
    port = urlsplit(live.address).port or 0
    answers, calm, busy = Told(), list[Answer](), list[Answer]()
    async with neighbour(port), bombing(port, bombs):
        await asyncio.sleep(2)  # what is read once is read, what is started once is started
    taken = list[float]()
    for _ in range(_PORTIONS):
        async with neighbour(port) as some:
            await asyncio.sleep(_PORTION_SECONDS)
        calm += some
        async with watched(live) as most, bombing(port, bombs) as told, neighbour(port) as some:
            await asyncio.sleep(_PORTION_SECONDS)
        busy += some
        answers += told
        taken += most

    slowest = round(max(seconds for _, seconds in answers), 2)
    promise("T38 slowest answer to a bomb, seconds", figure=slowest, target="<= 2")
    promise("T38 memory that bombs take while they are read, MiB", figure=max(taken), target="<= 200")
    calm_p95, busy_p95 = (share([one.seconds for one in some], 0.95, digits=4) for some in (calm, busy))
    promise("T38 neighbours' p95 in calm, seconds", figure=calm_p95, target="bounded")
    promise("T38 neighbours' p95 beside bombs, seconds", figure=busy_p95, target="<= 0.5")
    times = round(busy_p95 / calm_p95, 2)
    promise("T38 neighbours' p95 beside bombs, of that in calm", figure=times, target="<= 1.2")
    assert {status for status, _ in answers} <= {400, 413, 415, 422}
    assert {one.status for one in busy} == {200}


async def prepared(live: LiveServer, sender: httpx.AsyncClient, folder: Path) -> list[Path]:
    """Every bomb as a whole request in a file."""
    token = _TOKEN.search((await sender.get("/imports")).text)
    assert token is not None
    told = {"_csrf": token[1], "unit": COMMUNE, "kind": "people"}
    files = [far_cell(), laughing(), heavy_cell(130), heavy_cell(60), _PICTURE]
    forms = [
        sender.build_request("POST", "/imports", files={"file": ("danh-sach.xlsx", content)}, data=told)
        for content in files
    ]
    async with live.api() as api:
        json = {"content-type": "application/json"}
        bodies = [
            api.build_request("POST", ACTIVITIES, content=body, headers=json)
            for body in (_DEEP, _WIDE, _LONG, b"[" * 9_000_000)
        ]
    paths = [folder / f"{number}" for number in range(len(forms + bodies))]
    for path, request in zip(paths, forms + bodies, strict=True):
        path.write_bytes(_as_sent(request))
    return paths


def _as_sent(request: httpx.Request) -> bytes:
    body = request.read()
    lines = [
        f"POST {request.url.path} HTTP/1.1",
        *(f"{name}: {told}" for name, told in request.headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def watched(live: LiveServer) -> AsyncIterator[Sequence[float]]:
    """The most that the server and what it started held above what it held before."""
    before, most = memory_mib(descendants(live.pid())), [0.0]

    async def look() -> None:
        while True:
            most[0] = max(most[0], round(memory_mib(descendants(live.pid())) - before, 1))
            await asyncio.sleep(0.02)

    looking = asyncio.create_task(look())
    yield most
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
