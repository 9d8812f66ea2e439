"""What large bodies may take of a process."""

import asyncio
import time
from typing import cast

import httpx
import pytest
from litestar.types import Receive

from tests.web.conftest import Token
from thidua.web import pacing
from thidua.web.admission import OverloadedError
from thidua.web.pacing import SharedRate, paced, senders_time


def test_bodies_share_one_rate_and_rest_counts_for_nobody() -> None:
    rate = SharedRate(1_000)

    first, beside, after_a_rest = rate.turn(500, at=10), rate.turn(500, at=10), rate.turn(500, at=20)

    assert (first, beside, after_a_rest) == (0.5, 1.0, 0.5)


async def test_a_large_body_comes_whole_and_in_order() -> None:
    sent = [bytes([number]) * 300_000 for number in range(6)]
    pieces = iter(sent)

    async def receive() -> object:
        return {"type": "http.request", "body": next(pieces), "more_body": True}

    received = paced(cast("Receive", receive))

    assert [cast("dict[str, bytes]", await received())["body"] for _ in sent] == sent


def test_whose_turn_is_too_far_off_is_turned_away_and_takes_none() -> None:
    rate = SharedRate(1_000)
    rate.turn(6_000, at=10)

    for _ in range(2):
        with pytest.raises(OverloadedError):
            rate.turn(500, at=10)

    assert rate.turn(500, at=11) == 5.5


async def test_turns_are_not_the_senders_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "_FREE_BYTES", 0)
    monkeypatch.setattr(pacing, "_rate", SharedRate(1_000))

    async def receive() -> object:
        return {"type": "http.request", "body": bytes(20), "more_body": True}

    received = paced(cast("Receive", receive))

    async with senders_time(0.01):
        for _ in range(3):
            await received()


async def test_a_sender_who_takes_too_long_is_not_waited_for() -> None:
    async def receive() -> object:
        return await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        async with senders_time(0.01):
            await paced(cast("Receive", receive))()


@pytest.mark.parametrize(
    ("size", "status", "code"), [(11_000_000, 413, "too_large"), (9_000_000, 503, "overloaded")]
)
async def test_only_what_would_be_taken_is_asked_to_come_again(
    web: httpx.AsyncClient, bearer: Token, monkeypatch: pytest.MonkeyPatch, size: int, status: int, code: str
) -> None:
    crowded = SharedRate(1)
    crowded.turn(3_600, at=time.monotonic())
    monkeypatch.setattr(pacing, "_rate", crowded)
    headers = await bearer() | {"content-type": "application/json"}

    answer = await web.post("/api/v1/activities", content=b" " * size, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
