"""A TCP proxy between client and server that loses answers, whole or in part, after the server gave them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random  # noqa: TID251 -- which answers are lost is drawn from a seed

_GONE = (OSError, asyncio.IncompleteReadError)


@dataclass
class Proxy:
    """Passes requests on; loses this share of the answers to POSTs."""

    upstream_port: int
    lost_share: float
    rng: Random = field(default_factory=lambda: Random(20261010))  # noqa: S311 -- no secret
    port: int = 0
    passed: int = 0
    lost: int = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Proxy"]:
        """Listen on a free port meanwhile."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(*_GONE):
            above, over = await asyncio.open_connection("127.0.0.1", self.upstream_port)
            try:
                while await self._pass_on(reader, writer, above, over):
                    pass
            finally:
                await _close(over)
        await _close(writer)

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        above: asyncio.StreamReader,
        over: asyncio.StreamWriter,
    ) -> bool:
        """One request and its answer; False when the answer was lost, and with it the connection."""
        request = await _message(reader)
        over.write(request)
        answer = await _message(above)
        if request.startswith(b"POST ") and self.rng.random() < self.lost_share:
            self.lost += 1
            writer.write(answer[: self.rng.choice((0, len(answer) // 2, len(answer) - 1))])
            return False
        self.passed += 1
        writer.write(answer)
        await writer.drain()
        return True


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One request or answer whose length is told in its head."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    return head + await reader.readexactly(length)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(*_GONE):
        await writer.wait_closed()
