"""A small load balancer: asks each server whether it is ready, and sends every request to one that is."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.support.waiting import eventually_async

_PROBE = b"GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
_EVERY_SECONDS = 0.05
_PATIENCE_SECONDS = 5.0


@dataclass
class Balancer:
    """Passes one request a connection on to a ready server, another one if it cannot be reached."""

    ports: Sequence[int]
    ready: set[int] = field(default_factory=set)
    port: int = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Balancer"]:
        """Listen on a free port meanwhile."""
        turns = itertools.count()
        probing = [asyncio.create_task(self._probe(port)) for port in self.ports]

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._pass_on(reader, writer, next(turns))

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in probing:
                task.cancel()
            await asyncio.gather(*probing, return_exceptions=True)

    async def _probe(self, port: int) -> None:
        while True:
            (self.ready.add if await _is_ready(port) else self.ready.discard)(port)
            await asyncio.sleep(_EVERY_SECONDS)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, turn: int) -> None:
        request = await _whole_request(reader)
        await self._until_any_is_ready()
        for port in _turned(sorted(self.ready), turn):
            try:
                above, over = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
            try:
                over.write(request)
                with suppress(OSError):
                    writer.write(await above.read(-1))
                    await writer.drain()
            finally:
                over.transport.abort()
            break
        writer.close()

    async def _until_any_is_ready(self) -> None:
        """On a busy machine no probe may come back in time: requests wait a while, as at any balancer."""
        with suppress(AssertionError):
            await eventually_async(self._is_any_ready, seconds=_PATIENCE_SECONDS)

    async def _is_any_ready(self) -> bool:
        return bool(self.ready)


def _turned(ports: Sequence[int], turn: int) -> Sequence[int]:
    at = turn % len(ports) if ports else 0
    return [*ports[at:], *ports[:at]]


async def _is_ready(port: int) -> bool:
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(_PROBE)
                status = await reader.readline()
            finally:
                writer.transport.abort()
    except (OSError, TimeoutError):
        return False
    return b" 200 " in status


async def _whole_request(reader: asyncio.StreamReader) -> bytes:
    """The request, whose head says that the connection ends after it."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        ),
        0,
    )
    return head + await reader.readexactly(length)
