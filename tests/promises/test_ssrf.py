"""T36: whatever a badge points at, we connect to nobody who is not public."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_address

import pytest
import pytest_asyncio

from tests.badges.credential_builders import AT, PLACE, a_list, document, judged, knowing, proved, strangers
from tests.support.promises import Promise
from thidua.badges.credentials import fetching
from thidua.badges.credentials.did import did_document
from thidua.badges.credentials.fetching import BYTES_MAX, Fetcher, NotFetchedError, is_public
from thidua.badges.credentials.sources import Foreign
from thidua.badges.credentials.verdict import Reason

PUBLIC = "203.0.114.7"
NAMES = {
    "public.vn": [PUBLIC],
    "other.vn": [PUBLIC],
    "local.vn": ["127.0.0.1"],
    "mixed.vn": [PUBLIC, "10.0.0.1"],
    "metadata.vn": ["169.254.169.254"],
    "metadata6.vn": ["fd00:ec2::254"],
    "mapped.vn": ["::ffff:127.0.0.1"],
    "sixtofour.vn": ["2002:7f00:1::"],
    "nat64.vn": ["64:ff9b::7f00:1"],
    "linklocal.vn": ["fe80::1%eth0"],
    "multicast.vn": ["224.0.0.1"],
    "everywhere.vn": ["0.0.0.0"],  # noqa: S104 -- what a name resolves to
    "carrier.vn": ["100.64.0.1"],
    "nothing.vn": [],
}
# Refused by their letters alone, whatever a resolver would say.
LETTERS = [
    *(
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://017700000001/",
    ),
    *("https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fd00:ec2::254]/"),
    *(
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
    ),
    *("https://localhost/", "https://localhost./", "https://a.localhost/", "https://printer.local/"),
    *(
        "https://db.internal/",
        "https://127.0.0.1.nip.io./",
        "https://user@public.vn/",
        "https://public.vn@127.0.0.1/",
    ),
    *(
        "http://public.vn/",
        "http://good#@evil.vn/",
        "gopher://public.vn/",
        "file:///etc/passwd",
        "ftp://public.vn/",
    ),
    *("https://public.vn:22/", "https://public.vn:5432/", "https://public.vn:6379/", "https://public.vn:80/"),
    *(
        "https://public.vn\\@127.0.0.1/",
        "https://public.vn\r\nHost: x/",
        "https://pub lic.vn/",
        "https:///x",
        "",
    ),
    *(
        "https://public",
        "https://\uff11\uff12\uff17.0.0.1/",
        "javascript:alert(1)",
        "https://public.vn:x/",
        "//public.vn/",
    ),
    "https://" + "a" * 3000 + ".vn/",
]
RESOLVED = [f"https://{name}/" for name in NAMES if name not in {"public.vn", "other.vn"}]
REDIRECTED = ["https://public.vn/to-loopback", "https://public.vn/to-private-name", "https://public.vn/round"]


class Sink:
    """The only server there is: it plays every public host, and notes to which addresses we connect."""

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self.asked: list[str] = []
        self.answers: dict[str, bytes] = {}
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)

    async def stop(self) -> None:
        """Listen no longer."""
        assert self._server is not None
        self._server.close()

    async def connect(self, address: str, _host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Note the address, and answer for it."""
        self.asked.append(address)
        assert self._server is not None
        return await asyncio.open_connection(*self._server.sockets[0].getsockname()[:2])

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        try:
            await self._say(path, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _say(self, path: str, writer: asyncio.StreamWriter) -> None:
        if path == "/endless":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
        if path == "/slow":
            for one in b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n":
                writer.write(bytes([one]))
                await writer.drain()
                await asyncio.Event().wait()
        writer.write(self.answers.get(path, b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"))
        await writer.drain()


def _moved(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n".encode()


def _ok(content: bytes, *headers: str) -> bytes:
    told = "".join(f"{one}\r\n" for one in headers)
    return f"HTTP/1.1 200 OK\r\ncontent-length: {len(content)}\r\n{told}\r\n".encode() + content


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[Sink]:
    one = Sink()
    one.answers = {
        "/to-loopback": _moved("https://127.0.0.1/"),
        "/to-private-name": _moved("https://local.vn/"),
        "/round": _moved("https://public.vn/round"),
        "/once": _moved("/here"),
        "/here": _ok(b"here"),
        "/packed": _ok(gzip.compress(b"0" * 10_000_000), "content-encoding: gzip"),
        "/headers": b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 10_000 + b"\r\n",
        "/chunked": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhere\r\n0\r\n\r\n",
    }
    await one.start()
    yield one
    await one.stop()


def _fetcher(sink: Sink, names: dict[str, list[str]] | None = None, seconds_max: float = 5.0) -> Fetcher:
    async def resolve(host: str) -> list[str]:
        return (names or NAMES)[host]

    return Fetcher(resolve, sink.connect, seconds_max=seconds_max)


async def test_no_address_leads_to_anybody_who_is_not_public(sink: Sink, promise: Promise) -> None:
    tried = [*LETTERS, *RESOLVED, *REDIRECTED]
    fetched = []

    for address in tried:
        try:
            await _fetcher(sink).fetch(address, accept="*/*")
            fetched.append(address)
        except NotFetchedError:
            continue

    private = [one for one in sink.asked if not ip_address(one).is_global]
    promise("T36 addresses tried", figure=len(tried), target=">= 40")
    promise("T36 connects to addresses that are not public", figure=len(private), target="0")
    assert len(tried) >= 40
    assert (fetched, private) == ([], [])
    assert set(sink.asked) == {PUBLIC}


@pytest.mark.parametrize("address", LETTERS, ids=lambda one: repr(one)[:50])
def test_an_address_is_refused_by_its_letters_already(address: str) -> None:
    with pytest.raises(NotFetchedError):
        fetching.demand_fetchable(address)


async def test_a_name_that_moves_after_it_was_checked_gains_nothing(sink: Sink) -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    async def resolve(_host: str) -> list[str]:
        return next(answers)

    with pytest.raises(NotFetchedError):
        await Fetcher(resolve, sink.connect).fetch("https://public.vn/once", accept="*/*")
    assert sink.asked == [PUBLIC]


@pytest.mark.parametrize("path", ["/here", "/once", "/chunked"])
async def test_what_is_public_is_fetched(sink: Sink, path: str) -> None:
    assert await _fetcher(sink).fetch(f"https://public.vn{path}", accept="*/*") == b"here"


@pytest.mark.parametrize("path", ["/endless", "/packed", "/headers", "/missing", "/slow"])
async def test_what_would_exhaust_us_is_dropped(sink: Sink, path: str) -> None:
    with pytest.raises(NotFetchedError):
        await _fetcher(sink, seconds_max=0.5 if path == "/slow" else 5.0).fetch(
            f"https://public.vn{path}", accept="*/*"
        )
    assert BYTES_MAX == 1024 * 1024


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::1", False),
        ("::127.0.0.1", False),
        ("64:ff9b:1::7f00:1", False),
        ("2001:db8::1", False),
        ("2001:0:7f00:1::", False),
        ("ff02::1", False),
        ("::ffff:8.8.8.8", False),
        ("x", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_public_internet_are_public(address: str, *, expected: bool) -> None:
    assert is_public(address) is expected


@pytest.mark.parametrize(
    ("listed", "reason", "asked"),
    [
        ("https://public.vn/list", Reason.GENUINE, [PUBLIC, PUBLIC]),
        ("https://public.vn/missing", Reason.STATUS_UNREACHABLE, [PUBLIC, PUBLIC]),
        ("https://public.vn/to-loopback", Reason.STATUS_UNREACHABLE, [PUBLIC, PUBLIC]),
        ("https://public.vn/endless", Reason.STATUS_UNREACHABLE, [PUBLIC, PUBLIC]),
        ("https://local.vn/list", Reason.STATUS_UNREACHABLE, [PUBLIC]),
        ("http://127.0.0.1:8000/status-lists/1", Reason.STATUS_UNREACHABLE, [PUBLIC]),
    ],
)
async def test_verifying_a_foreign_badge_asks_only_public_hosts(
    sink: Sink, listed: str, reason: Reason, asked: Sequence[str]
) -> None:
    did = "did:web:other.vn"
    told = {**document(), "issuer": {"id": did, "type": ["Profile"], "name": "x"}}
    told["credentialStatus"] = {
        **told["credentialStatus"],
        "id": f"{listed}#1",
        "statusListCredential": listed,
    }
    sink.answers["/.well-known/did.json"] = _ok(json.dumps(did_document(did, strangers())).encode())
    sink.answers["/list"] = _ok(_list_at("https://public.vn/list", did))

    found = await judged(proved(told, strangers(), did), knowing(others=Foreign(_fetcher(sink))), at=AT)

    assert (found, sink.asked) == (reason, list(asked))


@pytest.mark.parametrize(
    "did", ["did:web:127.0.0.1", "did:web:127.0.0.1%3A8000", "did:web:localhost", "did:web:local.vn"]
)
async def test_an_issuer_within_reach_of_us_alone_is_never_asked(sink: Sink, did: str) -> None:
    told = {**document(), "issuer": {"id": did, "type": ["Profile"], "name": "x"}}

    found = await judged(proved(told, strangers(), did), knowing(others=Foreign(_fetcher(sink))))

    assert (found, sink.asked) == (Reason.ISSUER_UNREACHABLE, [])


async def test_a_picture_or_context_in_a_badge_is_never_fetched(sink: Sink) -> None:
    told = document()
    told["credentialSubject"]["achievement"]["image"] = {"id": "https://local.vn/x.png", "type": "Image"}
    known = knowing(others=Foreign(_fetcher(sink)))

    assert await judged(proved(told), known) is Reason.GENUINE
    told["@context"] = [*told["@context"], "https://public.vn/context.json"]
    assert await judged(json.dumps({**told, "proof": {}}).encode(), known) is Reason.UNKNOWN_CONTEXT
    assert sink.asked == []
    assert PLACE.did == "did:web:badges.thidua.vn"


def _list_at(address: str, did: str) -> bytes:
    made = json.loads(a_list())
    made.pop("proof")
    made |= {"id": address, "issuer": did}
    return proved(made, strangers(), did)
