"""What large bodies may take of a process."""

from typing import cast

from litestar.types import Receive

from thidua.web.pacing import Pace, paced


def test_bodies_share_one_pace_and_rest_counts_for_nobody() -> None:
    pace = Pace(1_000)

    first, beside, after_a_rest = pace.turn(500, at=10), pace.turn(500, at=10), pace.turn(500, at=20)

    assert (first, beside, after_a_rest) == (0.5, 1.0, 0.5)


async def test_a_large_body_comes_whole_and_in_order() -> None:
    sent = [bytes([number]) * 300_000 for number in range(6)]
    pieces = iter(sent)

    async def receive() -> object:
        return {"type": "http.request", "body": next(pieces), "more_body": True}

    received = paced(cast("Receive", receive))

    assert [cast("dict[str, bytes]", await received())["body"] for _ in sent] == sent
