"""The bare machine for boards: Redis's own commands, and an application that answers ready bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast
from urllib.parse import unquote, urlsplit
from uuid import UUID

from thidua.boards.model import BoardKey
from thidua.boards.question import Words, understand
from thidua.boards.store import Store
from thidua.cli.bench.ground import Ground
from thidua.cli.bench.load import Measured, drive, requests_file, steady
from thidua.cli.bench.running import BARE_APP, Running, running
from thidua.cli.bench.sizes import Sizes
from thidua.infra.cursor import instance_of
from thidua.infra.database import close_pool, connection, open_pool
from thidua.infra.redis import client, close_client

_PEOPLE = 2_000

Command = tuple[bytes | str | int, ...]


@dataclass(frozen=True, slots=True)
class BareBoards:
    """What to ask Redis for, as encoded commands: the top, a rank, the rows around."""

    top: list[bytes]
    rank: list[bytes]
    around: list[bytes]


async def bare_boards(slug: str, period: str, people: list[UUID], *, span: int) -> BareBoards:
    """The commands that read the board as Redis holds it now."""
    await open_pool()
    try:
        async with connection() as reading:
            key = (await understand(reading, Words(slug, period=period))).key
            store = Store(await instance_of(reading))
        return await _encoded(store, key, people[:_PEOPLE], span)
    finally:
        await close_client()
        await close_pool()


def redis_answers(
    ground: Ground, sizes: Sizes, requests: list[bytes], *, replies: int, sockets: int
) -> Measured:
    """How quickly Redis alone answers, to the same client."""
    address = unquote(urlsplit(ground.servers.redis_url).path)
    file = requests_file(ground, requests)
    return drive(ground, steady(sizes, address, file, sockets=sockets, replies=replies))


@contextmanager
def bare_server(ground: Ground, database: str) -> Iterator[Running]:
    """An application that answers bytes that are ready, in as many processes as the real one."""
    with running(ground, database, app=BARE_APP) as server:
        yield server


def bare_answers(
    ground: Ground, sizes: Sizes, server: Running, *, answer_bytes: int, sockets: int
) -> Measured:
    """How quickly the bare application answers so many bytes."""
    file = requests_file(ground, [server.head("GET", f"/bytes/{answer_bytes}")])
    return drive(ground, steady(sizes, server.address, file, sockets=sockets))


async def _encoded(store: Store, key: BoardKey, people: list[UUID], span: int) -> BareBoards:
    _, rows, reached = store.keys(key)
    found = cast("list[bytes | None]", await client().hmget(reached, [one.bytes for one in people]))
    members = [at + one.bytes for at, one in zip(found, people, strict=True) if at is not None]
    ranks, arounds = [], []
    for member in members:
        index = cast("int", await client().zrank(rows, member))
        score = cast("float", await client().zscore(rows, member))
        first, last = max(index - span, 0), index + span
        ranks.append(_request(("ZSCORE", rows, member), ("ZCOUNT", rows, "-inf", f"({score:.0f}")))
        arounds.append(_request(("ZRANK", rows, member), ("ZRANGE", rows, first, last, "WITHSCORES")))
    return BareBoards([_request(("ZRANGE", rows, 0, 49, "WITHSCORES"))], ranks, arounds)


def _request(*commands: Command) -> bytes:
    return b"".join(part for command in commands for part in _words(command))


def _words(command: Command) -> Iterator[bytes]:
    yield b"*%d\r\n" % len(command)
    for word in command:
        encoded = word if isinstance(word, bytes) else str(word).encode()
        yield b"$%d\r\n%s\r\n" % (len(encoded), encoded)
