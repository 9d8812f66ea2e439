"""Fetches what strangers' credentials point at, and nothing within reach of this machine alone.

Only https, only port 443, only names; every address a name resolves to must be public, and it is that very
address we connect to. Redirects are checked like the first address. Five seconds, ten in all, one megabyte.
"""

import asyncio
import re
import ssl
import time
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

import h11

SECONDS_MAX = 5.0
BYTES_MAX = 1024 * 1024
REDIRECTS_MAX = 2
_ADDRESS_CHARACTERS_MAX = 2000
_HEADER_BYTES_MAX = 16 * 1024
_PORT = 443
# All that is given out to the public; whatever wraps another address lies elsewhere or is told apart.
_PUBLIC_V6 = IPv6Network("2000::/3")
_MOVED = frozenset({301, 302, 303, 307, 308})
_OK = 200
# Names as the DNS knows them, the last part no number: 127.1 and 2130706433 are addresses in disguise.
_NAME = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})\Z"
)
_LOCAL = (
    ".localhost",
    ".local",
    ".internal",
    ".home.arpa",
    ".lan",
    ".intranet",
    ".test",
    ".invalid",
    ".onion",
)

Resolve = Callable[[str], Awaitable[list[str]]]
Connect = Callable[[str, str], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class NotFetchedError(Exception):
    """It was not fetched: refused by us, or not to be had."""


class Fetcher:
    """Fetches for one verification; `resolve` and `connect` are the doors to the network."""

    def __init__(
        self,
        resolve: Resolve | None = None,
        connect: Connect | None = None,
        *,
        seconds_max: float = SECONDS_MAX,
    ) -> None:
        """Take other doors than the system's, if told."""
        self._resolve, self._connect = resolve or _resolved, connect or _connected
        self._seconds_max = seconds_max
        # A credential names several places to ask; whoever answers none of them holds up others no longer.
        self._seconds_left = 2 * seconds_max

    async def fetch(self, address: str, *, accept: str) -> bytes:
        """The content at the address; a NotFetchedError says why there is none."""
        if self._seconds_left <= 0:
            raise NotFetchedError("time")
        began_at = time.monotonic()
        try:
            async with asyncio.timeout(min(self._seconds_max, self._seconds_left)):
                for _ in range(REDIRECTS_MAX + 1):
                    status, told, body = await self._answer(address, accept)
                    if status == _OK:
                        return body
                    if status not in _MOVED or not told:
                        raise NotFetchedError(f"status {status}")
                    address = urljoin(address, told)
        except (TimeoutError, OSError, h11.RemoteProtocolError, ValueError) as error:
            raise NotFetchedError(type(error).__name__) from error
        finally:
            self._seconds_left -= time.monotonic() - began_at
        raise NotFetchedError("redirects")

    async def _answer(self, address: str, accept: str) -> tuple[int, str, bytes]:
        parts = demand_fetchable(address)
        host = parts.hostname or ""
        found = await self._resolve(host)
        if not found or not all(map(is_public, found)):
            raise NotFetchedError("address")
        reader, writer = await self._connect(found[0], host)
        try:
            return await _exchanged(reader, writer, parts, accept)
        finally:
            writer.close()


def demand_fetchable(address: str) -> SplitResult:
    """The parts of an address that may be asked for, as far as its letters tell."""
    if (
        len(address) > _ADDRESS_CHARACTERS_MAX
        or not address.isascii()
        or not address.isprintable()
        or "\\" in address
    ):
        raise NotFetchedError("address")
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise NotFetchedError("address") from None
    if parts.scheme != "https" or port not in {None, _PORT} or "@" in parts.netloc or " " in address:
        raise NotFetchedError("address")
    if not _NAME.match(host) or host.endswith(_LOCAL):
        raise NotFetchedError("name")
    return parts


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, whatever other address it wraps."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None,))[0] or _within_nat64(found)
        if inner is not None or found not in _PUBLIC_V6:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _within_nat64(address: IPv6Address) -> IPv4Address | None:
    is_nat64 = int(address) >> 32 == int(IPv6Address("64:ff9b::")) >> 32
    return IPv4Address(int(address) & 0xFFFFFFFF) if is_nat64 else None


async def _resolved(host: str) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, _PORT, type=1)
    return [str(one[4][0]) for one in found]


async def _connected(address: str, host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(
        address, _PORT, ssl=ssl.create_default_context(), server_hostname=host, limit=_HEADER_BYTES_MAX
    )


async def _exchanged(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, parts: SplitResult, accept: str
) -> tuple[int, str, bytes]:
    """Status, where it moved to, and the content; packed content is not asked for and refused."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEADER_BYTES_MAX)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = [
        ("host", parts.hostname or ""),
        ("accept", accept),
        ("accept-encoding", "identity"),
        ("user-agent", "thidua"),
        ("connection", "close"),
    ]
    asked = h11.Request(method="GET", target=target, headers=headers)
    writer.write((connection.send(asked) or b"") + (connection.send(h11.EndOfMessage()) or b""))
    await writer.drain()
    status, told, body = await _received(connection, reader)
    if told.get(b"content-encoding", b"identity") != b"identity":
        raise NotFetchedError("packed")
    return status, told.get(b"location", b"").decode("ascii"), body


async def _received(
    connection: h11.Connection, reader: asyncio.StreamReader
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and content, as far as they are not too much."""
    status, told, body = 0, {}, bytearray()
    while not isinstance(event := connection.next_event(), h11.EndOfMessage):
        match event:
            case h11.NEED_DATA:
                connection.receive_data(await reader.read(_HEADER_BYTES_MAX))
            case h11.Response():
                status, told = event.status_code, dict(event.headers)
            case h11.Data():
                body += event.data
            case h11.InformationalResponse():
                continue
            case _:
                raise NotFetchedError("closed")
        if len(body) > BYTES_MAX:
            raise NotFetchedError("too large")
    return status, told, bytes(body)
