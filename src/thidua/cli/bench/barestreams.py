"""The least that can stream: at each report, one write of ready bytes to everybody: the raw limit."""

import asyncio
import zlib

from litestar.types import Receive, Scope, Send

_HEAD = bytes.fromhex("1f8b08000000000000ff")
_ANSWER = b'{"status":"recorded"}'


class _Bare:
    """An application with two addresses: POST is a report, GET a stream."""

    def __init__(self) -> None:
        self._given = 0
        self._waiting: set[asyncio.Event] = set()
        self._packed: dict[int, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the address wants it."""
        kind: str = scope["type"]
        if kind == "lifespan":
            await self._live(receive, send)
        elif scope["method"] == "POST":  # type: ignore[typeddict-item]  # a request
            await self._report(send)
        else:
            await self._stream(send, int(scope["query_string"]))

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            word = str((await receive())["type"])
            await send({"type": f"{word}.complete"})  # type: ignore[typeddict-item]  # of the lifespan
            if word.endswith("shutdown"):
                return

    async def _report(self, send: Send) -> None:
        self._given += 1
        self._packed.clear()
        for event in self._waiting:
            event.set()
        length = [(b"content-length", str(len(_ANSWER)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": _ANSWER, "more_body": False})

    async def _stream(self, send: Send, size: int) -> None:
        event = asyncio.Event()
        self._waiting.add(event)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": _HEAD + self._frame(size), "more_body": True})
        while True:
            await event.wait()
            event.clear()
            await send({"type": "http.response.body", "body": self._frame(size), "more_body": True})

    def _frame(self, size: int) -> bytes:
        """As many bytes as a frame has, that say how many reports there were; packed once."""
        if size not in self._packed:
            said = f'id: {self._given}\ndata: <span class="points">{self._given}</span>\n'
            packer = zlib.compressobj(0, zlib.DEFLATED, -zlib.MAX_WBITS)
            plain = said.ljust(size).encode() + b"\n\n"
            self._packed[size] = packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH)
        return self._packed[size]


app = _Bare()
