"""Dated memberships: who is in which team on which day."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from thidua.organisation.actions import put_memberships, put_people, put_teams
from thidua.organisation.model import Put, Span

Faults = Callable[[Awaitable[object]], Awaitable[list[tuple[int | None, str, str]]]]
Statuses = Callable[[Sequence[Put]], list[str]]

LAN = UUID("01920000-0000-7000-8000-000000000001")
TEAM = UUID("01920000-0000-7000-8000-00000000000a")
PERSON = {"id": LAN, "name": "Giàng A Páo", "unit": "C-03478"}
A_TEAM = {"id": TEAM, "kind": "group", "name": "Nhóm 1", "unit": "C-03478", "valid_from": "2026-01-01"}


@pytest.fixture
async def joined(country: asyncpg.Connection, at: datetime) -> asyncpg.Connection:
    """The country with one person and one team."""
    await put_people(country, [PERSON], at=at)
    await put_teams(country, [A_TEAM], at=at)
    return country


def _membership(starts_on: str, ends_on: str | None = None) -> dict[str, object]:
    return {"person": str(LAN), "team": str(TEAM), "valid_from": starts_on, "valid_to": ends_on}


async def test_a_membership_written_twice_is_unchanged_and_can_be_closed(
    joined: asyncpg.Connection, at: datetime, statuses: Statuses
) -> None:
    opened, closed = _membership("2026-03-01"), _membership("2026-03-01", "2026-06-01")

    assert statuses(await put_memberships(joined, [opened], at=at)) == ["created"]
    assert statuses(await put_memberships(joined, [opened], at=at)) == ["unchanged"]
    assert statuses(await put_memberships(joined, [closed], at=at)) == ["updated"]


async def test_spans_may_touch_but_not_share_a_day(
    joined: asyncpg.Connection, at: datetime, faults_of: Faults, statuses: Statuses
) -> None:
    await put_memberships(joined, [_membership("2026-03-01", "2026-06-01")], at=at)

    sharing = put_memberships(joined, [_membership("2026-05-31")], at=at)
    assert await faults_of(sharing) == [(0, "valid_from", "overlaps")]
    touching = await put_memberships(joined, [_membership("2026-06-01")], at=at)
    assert statuses(touching) == ["created"]


async def test_one_list_may_close_a_membership_and_open_the_next(
    joined: asyncpg.Connection, at: datetime, statuses: Statuses
) -> None:
    await put_memberships(joined, [_membership("2026-03-01")], at=at)

    puts = await put_memberships(
        joined, [_membership("2026-06-01"), _membership("2026-03-01", "2026-06-01")], at=at
    )

    assert statuses(puts) == ["created", "updated"]


async def test_two_open_memberships_of_one_pair_are_refused(
    joined: asyncpg.Connection, at: datetime, faults_of: Faults
) -> None:
    both = put_memberships(joined, [_membership("2026-03-01"), _membership("2026-04-01")], at=at)

    assert await faults_of(both) == [(1, "valid_from", "overlaps")]


async def test_strangers_cannot_join(joined: asyncpg.Connection, at: datetime, faults_of: Faults) -> None:
    strange = {"person": str(uuid4()), "team": str(uuid4()), "valid_from": "2026-03-01"}

    assert await faults_of(put_memberships(joined, [strange], at=at)) == [
        (0, "person", "unknown_person"),
        (0, "team", "unknown_team"),
    ]


async def test_a_membership_ends_after_it_begins(
    joined: asyncpg.Connection, at: datetime, faults_of: Faults
) -> None:
    empty = put_memberships(joined, [_membership("2026-03-01", "2026-03-01")], at=at)

    assert await faults_of(empty) == [(0, "valid_to", "not_after_start")]


def test_a_span_holds_on_its_first_day_and_not_on_its_last() -> None:
    span = Span(LAN, date(2026, 3, 1), date(2026, 6, 1))

    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [span.covers(day) for day in days] == [False, True, True, False]
