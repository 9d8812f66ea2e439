"""Positions in history: what is new since, and when that cannot be told."""

from dataclasses import replace

import asyncpg

from thidua.infra.cursor import POSITION_SQL, Position, instance_of

EARLIER = Position("7-1-00000001", "1.5", xmin=100, xmax=110, open=(100, 105), latest=40)


async def test_a_position_survives_being_written_down(rolled_back: asyncpg.Connection) -> None:
    text = await rolled_back.fetchval(f"SELECT {POSITION_SQL}")

    assert Position.parse(text).text == text
    assert Position.parse(EARLIER.text) == EARLIER
    assert text.startswith(await instance_of(rolled_back))


def test_another_timeline_or_a_lost_history_cannot_be_read_on() -> None:
    now = replace(EARLIER, xmin=120, xmax=120, open=(), latest=60)

    assert EARLIER.can_be_read_on_at(now)
    assert not EARLIER.can_be_read_on_at(replace(now, cluster="7-1-00000002"))
    assert not EARLIER.can_be_read_on_at(replace(now, xmin=90, xmax=90))
    assert not EARLIER.can_be_read_on_at(replace(now, latest=39))


def test_after_a_crash_entries_are_new_by_their_own_number_too() -> None:
    now = replace(EARLIER, latest=60)

    assert EARLIER.new_after_at(now) > 60
    assert EARLIER.new_after_at(replace(now, started="2.5")) == 40
