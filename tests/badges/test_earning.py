"""Badges come by themselves from what was recorded, and go when their ground does."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from uuid import UUID

import asyncpg
import pytest_asyncio

from tests.badges.following import (
    LATER,
    a_follower,
    active,
    badge_of,
    every,
    followed,
    graduated,
    graduates,
    swept,
)
from tests.builders import TENTH, a_team, recorded, reported, some_people
from thidua.badges.following import Follower
from thidua.badges.outlook import progress_of
from thidua.engine.moderate import reject, verify, withdraw
from thidua.infra.database import owner_connection

AMBASSADOR = "dai-su-so 2026"
_turn = count()


@pytest_asyncio.fixture(scope="module")
async def people(module_database: str) -> list[UUID]:
    assert module_database
    return await some_people(400)


@pytest_asyncio.fixture
async def direct(module_database: str) -> AsyncIterator[asyncpg.Connection]:
    assert module_database
    opened = await owner_connection()
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def follower(direct: asyncpg.Connection) -> Follower:
    return await a_follower(direct)


@pytest_asyncio.fixture
async def some(people: list[UUID]) -> list[UUID]:
    """Eight people who did nothing yet: a mentor and more."""
    turn = next(_turn)
    return people[turn * 8 : turn * 8 + 8]


async def test_the_fifth_mentee_gives_the_badge_and_not_the_fourth(
    direct: asyncpg.Connection, follower: Follower, some: list[UUID]
) -> None:
    mentor, *mentees = some

    await graduates(mentor, mentees[:4])
    await followed(follower, direct)
    before = await active(direct, mentor)
    await graduates(mentor, mentees[4:5], at=TENTH + timedelta(hours=1))
    await followed(follower, direct)

    assert before == []
    assert await active(direct, mentor) == [AMBASSADOR]


async def test_a_mentee_who_gains_two_skills_counts_once(
    direct: asyncpg.Connection, follower: Follower, some: list[UUID]
) -> None:
    mentor, *mentees = some

    await graduates(mentor, mentees[:4])
    await graduates(mentor, mentees[:4], at=TENTH + timedelta(days=1))
    await followed(follower, direct)

    assert await active(direct, mentor) == []


async def test_an_award_says_when_it_was_earned_by_how_many_and_until_when(
    direct: asyncpg.Connection, follower: Follower, some: list[UUID]
) -> None:
    mentor, *mentees = some

    await graduates(mentor, mentees[:5])
    await followed(follower, direct)

    [award] = await every(direct, mentor, "dai-su-so")
    assert award.earned_at == TENTH + timedelta(minutes=4)
    assert award.expires_at == badge_of("dai-su-so").expires_at(award.earned_at)
    assert (award.have, award.need, award.by) == (5, 5, "rule")


async def test_withdrawing_what_it_stands_on_takes_the_badge_back_with_the_reason(
    direct: asyncpg.Connection, follower: Follower, some: list[UUID]
) -> None:
    mentor, *mentees = some
    ids = await graduates(mentor, mentees[:5])
    await followed(follower, direct)

    await withdraw(ids[0], by="test", reason="nhầm", at=LATER)
    await followed(follower, direct)

    [award] = await every(direct, mentor, "dai-su-so")
    assert (award.state.name, award.reason, award.revoked_by) == ("REVOKED", "ground_gone", "rule")


async def test_what_was_earned_again_is_a_new_award_beside_the_revoked_one(
    direct: asyncpg.Connection, follower: Follower, some: list[UUID]
) -> None:
    mentor, *mentees = some
    ids = await graduates(mentor, mentees[:5])
    await followed(follower, direct)
    await reject(ids[0], by="test", reason="sai", at=LATER)
    await followed(follower, direct)

    await graduates(mentor, mentees[5:6], at=TENTH + timedelta(days=2))
    await followed(follower, direct)

    first, second = await every(direct, mentor, "dai-su-so")
    assert (first.state.name, second.state.name) == ("REVOKED", "ACTIVE")
    assert (first.list_number, first.list_index) != (second.list_number, second.list_index)


async def test_a_deed_more_than_needed_lets_one_go_without_loss(
    direct: asyncpg.Connection, follower: Follower, some: list[UUID]
) -> None:
    mentor, *mentees = some
    ids = await graduates(mentor, mentees[:6])
    await followed(follower, direct)

    await withdraw(ids[0], by="test", reason="nhầm", at=LATER)
    await followed(follower, direct)

    [award] = await every(direct, mentor, "dai-su-so")
    assert award.state.name == "ACTIVE"


async def test_a_claim_counts_when_it_is_verified(
    direct: asyncpg.Connection, follower: Follower, some: list[UUID]
) -> None:
    mentor, *mentees = some
    waiting = graduated(mentor, mentees[4], verified=False)
    await graduates(mentor, mentees[:4])
    await recorded([waiting])
    await followed(follower, direct)
    before = await active(direct, mentor)

    await verify(waiting.id, by="test", reason="", at=LATER)
    await followed(follower, direct)

    assert before == []
    assert await active(direct, mentor) == [AMBASSADOR]


async def test_a_finding_of_fraud_takes_the_badge_and_its_withdrawal_gives_it_again(
    direct: asyncpg.Connection, follower: Follower, some: list[UUID]
) -> None:
    mentor, *mentees = some
    ids = await graduates(mentor, mentees[:5])
    await followed(follower, direct)
    finding = reported("FRAUD_REVERSAL", mentor, attributes={"activities": [str(ids[2])]}, name=f"{mentor} f")

    await recorded([finding])
    await followed(follower, direct)
    found = await active(direct, mentor)
    await withdraw(finding.id, by="test", reason="oan", at=LATER)
    await followed(follower, direct)

    assert found == []
    assert await active(direct, mentor) == [AMBASSADOR]


async def test_deeds_of_two_years_do_not_count_together(
    direct: asyncpg.Connection, follower: Follower, some: list[UUID]
) -> None:
    mentor, *mentees = some

    await graduates(mentor, mentees[:3], at=TENTH - timedelta(days=365))
    await graduates(mentor, mentees[3:6])
    await followed(follower, direct)

    assert await active(direct, mentor) == []


async def test_following_twice_from_the_same_place_gives_nothing_twice(
    direct: asyncpg.Connection, some: list[UUID]
) -> None:
    mentor, *mentees = some
    first, second = await a_follower(direct), await a_follower(direct)
    await graduates(mentor, mentees[:5])

    await followed(first, direct)
    await followed(second, direct)

    assert len(await every(direct, mentor, "dai-su-so")) == 1


async def test_a_new_badge_is_given_for_what_was_done_before(
    direct: asyncpg.Connection, some: list[UUID]
) -> None:
    mentor, *mentees = some
    await graduates(mentor, mentees[:5])

    given, _ = await swept(direct, badge_of("dai-su-so"))
    again, _ = await swept(direct, badge_of("dai-su-so"))

    assert given >= 1
    assert again == 0
    assert await active(direct, mentor) == [AMBASSADOR]


async def test_a_team_earns_its_badge_with_eight_weeks_of_three_deeds(
    direct: asyncpg.Connection, follower: Follower, some: list[UUID]
) -> None:
    team = await a_team(some, name=f"Đội {some[0]}")
    deeds = [
        reported(
            "PUBLIC_SERVICE_CASE",
            some[number],
            at=TENTH - timedelta(weeks=week),
            name=f"{team} {week} {number}",
        )
        for week in range(8)
        for number in range(3)
    ]

    await recorded(deeds[:-1])
    await followed(follower, direct)
    before = await active(direct, team)
    await recorded(deeds[-1:])
    await followed(follower, direct)

    assert before == []
    assert await active(direct, team) == ["doi-hinh-deu-tay 2026"]


async def test_what_can_still_be_earned_tells_how_far_one_is(
    direct: asyncpg.Connection, follower: Follower, some: list[UUID]
) -> None:
    mentor, *mentees = some
    await graduates(mentor, mentees[:5])
    await graduates(mentor, mentees[5:7], at=TENTH - timedelta(days=400))
    await followed(follower, direct)

    told = {badge.slug: progress for badge, progress in await progress_of(direct, mentor, LATER)}

    assert "dai-su-so" not in told
    assert (told["dai-su-so-bac"].have, told["dai-su-so-bac"].need) == (7, 15)
    assert told["buoc-dau-so"].have == 0


async def test_what_is_held_for_a_festival_of_this_year_is_offered_again_next_year(
    direct: asyncpg.Connection, follower: Follower, some: list[UUID]
) -> None:
    festival = {"festival": "hoi-so", "minutes": 240}
    await recorded([reported("FEST_SHIFT", some[0], attributes=festival)])
    before = [badge.slug for badge, _ in await progress_of(direct, some[0], LATER)]
    await followed(follower, direct)

    told = {
        at: [badge.slug for badge, _ in await progress_of(direct, some[0], at)]
        for at in (LATER, LATER + timedelta(days=365))
    }

    assert await active(direct, some[0]) == ["tinh-nguyen-vien-ngay-hoi festival:hoi-so"]
    assert ["tinh-nguyen-vien-ngay-hoi" in slugs for slugs in (before, *told.values())] == [True, False, True]


async def test_a_broken_streak_counts_from_its_new_beginning(
    direct: asyncpg.Connection, some: list[UUID]
) -> None:
    learner = some[0]
    weeks = (0, 1, 3, 4, 5)
    await recorded(
        [
            reported("CLASS_ATTENDED", learner, at=TENTH - timedelta(weeks=week), name=f"{learner} {week}")
            for week in weeks
        ]
    )

    told = {badge.slug: progress for badge, progress in await progress_of(direct, learner, TENTH)}

    assert told["hoc-deu-4-tuan"].have == 2
