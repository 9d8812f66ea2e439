"""Bad bodies, sent to a real server: a problem document that names the fault, never 5xx, nothing written."""

import asyncio
import gzip
import json
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from tests.support.processes import Server
from thidua.accounts.actions import create_token
from thidua.accounts.model import Scope
from thidua.infra.clock import now

CORPUS = Path(__file__).parent.parent / "corpus" / "json_ingest"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((CORPUS / "expected.toml").read_text(encoding="utf-8"))
JSON = {"content-type": "application/json"}
ADDRESS = "/api/v1/activities"


@pytest_asyncio.fixture(scope="module")
async def poster(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a real server, with a token for everything."""
    direct = await asyncpg.connect(server.dsn)
    secret = await create_token(
        direct, name="poster", scopes=[one.value for one in Scope], source=None, at=now()
    )
    await direct.close()
    headers = {"authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(base_url=server.address, headers=headers, timeout=20) as client:
        yield client


async def recorded(server: Server) -> int:
    direct = await asyncpg.connect(server.dsn)
    count: int = await direct.fetchval(
        "SELECT (SELECT count(*) FROM activity) + (SELECT count(*) FROM activity_key)"
    )
    await direct.close()
    return count


def check_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    told: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= told.keys()
    return told


def test_every_body_has_an_expectation_and_every_expectation_a_body() -> None:
    assert {path.stem for path in CORPUS.glob("*.bin")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
async def test_a_bad_body_is_refused_and_its_fault_named(poster: httpx.AsyncClient, name: str) -> None:
    expected = EXPECTED[name]

    answer = await poster.post(ADDRESS, content=(CORPUS / f"{name}.bin").read_bytes(), headers=JSON)

    told = check_problem(answer, expected["status"])
    assert told["code"] == expected["code"]
    if "field_code" in expected:
        first = told["errors"][0]
        assert (first["field"], first["code"]) == (expected["field"], expected["field_code"])


def large_bodies() -> dict[str, tuple[bytes, int, str]]:
    good = (
        '{"id":"0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c05","type":"PUBLIC_SERVICE_CASE",'
        '"occurred_at":"2026-10-10T09:00:00+07:00","actor":"0192f0c4-7a10-7c3e-9b1d-5a2f6d8e4c01"'
    )
    many_keys = ",".join(f'"k{number}":1' for number in range(100_000))
    return {
        "100,000 brackets": (b"[" * 100_000, 400, "too_deep"),
        "100,000 objects": (b'{"a":' * 100_000, 400, "too_deep"),
        "100,000 closed brackets": (b"[" * 100_000 + b"]" * 100_000, 400, "too_deep"),
        "100,000 brackets in an attribute": (
            good.encode() + b',"attributes":{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
            400,
            "too_deep",
        ),
        "100,000 keys": (f'{good},"attributes":{{{many_keys}}}}}'.encode(), 422, "invalid_input"),
        "a million letters": (
            f'{good},"attributes":{{"note":"{"x" * 1_000_000}"}}}}'.encode(),
            422,
            "invalid_input",
        ),
        "a number of 100,000 digits": (
            f'{good},"quantity":{"9" * 100_000}}}'.encode(),
            400,
            "malformed_json",
        ),
        "1,001 activities": (
            f'{{"activities":[{",".join([good + "}"] * 1001)}]}}'.encode(),
            422,
            "invalid_input",
        ),
        "eleven megabytes": (b" " * 11_000_000, 413, "too_large"),
    }


@pytest.mark.parametrize("name", sorted(large_bodies()))
async def test_a_body_that_is_too_much_is_refused(poster: httpx.AsyncClient, name: str) -> None:
    body, status, code = large_bodies()[name]

    told = check_problem(await poster.post(ADDRESS, content=body, headers=JSON), status)

    assert told["code"] == code


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "media_type"),
        ({"content-type": "text/plain"}, "media_type"),
        ({"content-type": "application/x-www-form-urlencoded"}, "media_type"),
        ({"content-type": "application/jsonp"}, "media_type"),
        (JSON | {"content-encoding": "gzip"}, "compressed_body"),
        (JSON | {"content-encoding": "br"}, "compressed_body"),
    ],
)
async def test_another_kind_of_body_is_415(
    poster: httpx.AsyncClient, headers: dict[str, str], code: str
) -> None:
    told = check_problem(await poster.post(ADDRESS, content=gzip.compress(b"{}"), headers=headers), 415)

    assert told["code"] == code


async def test_a_body_without_a_length_is_cut_off_at_ten_megabytes(poster: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b" " * 100_000

    check_problem(await poster.post(ADDRESS, content=endless(), headers=JSON), 413)


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/v1/activities HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"POST /api/v1/activities HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /api/v1/activities HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n\r\n",
        b"GET /" + b"x" * 16_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET //evil.example/ HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"TRACE / HTTP/1.1\r\nhost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
async def test_broken_http_is_never_our_fault(server: Server, head: bytes) -> None:
    host, port = server.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head)
    writer.write_eof()
    try:
        status_line = await asyncio.wait_for(reader.readline(), timeout=10)
    finally:
        writer.close()

    assert not status_line or status_line.split()[1].startswith(b"4"), status_line


@pytest.mark.parametrize(
    "body",
    [
        b"content-length: 500\r\n\r\n{",
        b"transfer-encoding: chunked\r\n\r\nZZ\r\n",
        b"transfer-encoding: chunked\r\n\r\n",
    ],
)
async def test_a_body_that_breaks_off_is_400_though_the_sender_may_write(
    poster: httpx.AsyncClient, server: Server, body: bytes
) -> None:
    host, port = server.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    secret = poster.headers["authorization"].encode()
    head = b"POST /api/v1/units HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: "
    writer.write(head + secret + b"\r\n" + body)
    writer.write_eof()
    try:
        status_line = await asyncio.wait_for(reader.readline(), timeout=10)
    finally:
        writer.close()

    assert not status_line or status_line.split()[1] == b"400", status_line


async def test_nothing_bad_was_half_written_and_the_server_still_serves(
    poster: httpx.AsyncClient, server: Server
) -> None:
    before = await recorded(server)
    for name in EXPECTED:
        await poster.post(ADDRESS, content=(CORPUS / f"{name}.bin").read_bytes(), headers=JSON)

    assert await recorded(server) == before
    assert (await poster.get("/health/ready")).status_code == 200
    assert json.loads((await poster.get("/schema/openapi.json")).content)["openapi"].startswith("3.1")
