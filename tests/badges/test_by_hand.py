"""Badges given by people: with a right, in their scope, never to themselves; undone as easily."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from tests.badges.following import a_follower, active, badge_of, every, followed, graduates
from tests.builders import MOUNTAIN_COMMUNE, PLAIN_COMMUNE, TENTH, a_team, an_id, some_people
from thidua.accounts.model import Appointer
from thidua.accounts.roles import Grant, Role
from thidua.badges.by_hand import Gift, give, take_back
from thidua.badges.by_list import give_list, read_list, undo_list
from thidua.badges.errors import (
    AlreadyHeldError,
    AlreadyRevokedError,
    FestivalNeededError,
    NotForThisKindError,
    OwnBadgeError,
)
from thidua.infra.database import owner_connection
from thidua.kernel.errors import InputError, NotFoundError
from thidua.organisation.queries import unit_id_of

AT = TENTH + timedelta(days=1)
CITIZEN, STAR = badge_of("cong-dan-so"), badge_of("quan-quan")
NAMES = ("Nguyễn Thị Lan", "Giàng A Páo", "Lò Văn Minh", "Trần Quốc Bảo")


@pytest_asyncio.fixture
async def direct(bootstrapped_database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection whose work is thrown away."""
    assert bootstrapped_database
    opened = await owner_connection()
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def people(direct: asyncpg.Connection) -> list[UUID]:
    assert direct
    return await some_people(8)


async def a_leader(
    direct: asyncpg.Connection, person: UUID, *, unit: str = PLAIN_COMMUNE, role: Role = Role.UNIT_LEADER
) -> Appointer:
    place = await unit_id_of(direct, unit)
    return Appointer(account=an_id(f"account {person}"), person=person, grants=(Grant(role, unit=place),))


def a_gift(subject: UUID, **more: object) -> Gift:
    given = {"badge": CITIZEN, "subject": subject, "note": "giúp cả thôn", "earned_at": TENTH} | more
    return Gift(**given)  # type: ignore[arg-type]  # a builder


async def test_a_leader_gives_a_badge_with_its_reason_and_the_audit_says_who(
    direct: asyncpg.Connection, people: list[UUID]
) -> None:
    leader = await a_leader(direct, people[0])

    award = await give(direct, a_gift(people[1]), by=leader, at=AT)

    assert await active(direct, people[1]) == ["cong-dan-so ever"]
    assert (award.by, award.note) == (f"account:{leader.account}", "giúp cả thôn")
    noted = await direct.fetchrow("SELECT * FROM audit_record WHERE thing_id = $1", str(award.id))
    assert (noted["doing"], noted["actor_id"]) == ("badge_given", leader.account)


async def test_nobody_gives_to_themselves_their_team_or_their_unit(
    direct: asyncpg.Connection, people: list[UUID]
) -> None:
    leader = await a_leader(direct, people[0])
    team = await a_team(people[:3])
    home = await unit_id_of(direct, PLAIN_COMMUNE)
    assert home is not None

    for gift in (
        a_gift(people[0]),
        a_gift(team, badge=badge_of("doi-hinh-deu-tay")),
        a_gift(home, badge=badge_of("bao-cao-dung-hen")),
    ):
        with pytest.raises(OwnBadgeError):
            await give(direct, gift, by=leader, at=AT)


@pytest.mark.parametrize("role", [Role.TEAM_LEADER, Role.VERIFIER, Role.SYSTEM_ADMINISTRATOR, Role.AUDITOR])
async def test_other_roles_give_no_badges(direct: asyncpg.Connection, people: list[UUID], role: Role) -> None:
    other = await a_leader(direct, people[0], role=role)

    with pytest.raises(NotFoundError):
        await give(direct, a_gift(people[1]), by=other, at=AT)


async def test_beyond_ones_scope_nobody_is_there(direct: asyncpg.Connection, people: list[UUID]) -> None:
    elsewhere = await a_leader(direct, people[0], unit=MOUNTAIN_COMMUNE)

    with pytest.raises(NotFoundError):
        await give(direct, a_gift(people[1]), by=elsewhere, at=AT)


async def test_what_cannot_be_given_is_refused_by_its_name(
    direct: asyncpg.Connection, people: list[UUID]
) -> None:
    leader = await a_leader(direct, people[0])
    await give(direct, a_gift(people[1]), by=leader, at=AT)

    with pytest.raises(AlreadyHeldError):
        await give(direct, a_gift(people[1]), by=leader, at=AT)
    with pytest.raises(NotForThisKindError):
        await give(direct, a_gift(people[1], badge=badge_of("doi-hinh-deu-tay")), by=leader, at=AT)
    with pytest.raises(FestivalNeededError):
        await give(direct, a_gift(people[1], badge=STAR), by=leader, at=AT)
    with pytest.raises(InputError):
        await give(direct, a_gift(people[1], note="  "), by=leader, at=AT)
    with pytest.raises(InputError):
        await give(direct, a_gift(people[2], earned_at=AT + timedelta(days=1)), by=leader, at=AT)


async def test_a_badge_that_was_taken_back_by_hand_is_not_given_again_by_the_rule(
    direct: asyncpg.Connection, people: list[UUID]
) -> None:
    leader = await a_leader(direct, people[7])
    mentor, *mentees = people[:7]
    follower = await a_follower(direct)
    await graduates(mentor, mentees[:5])
    await followed(follower, direct, at=AT)
    [award] = await every(direct, mentor, "dai-su-so")

    await take_back(direct, award.id, reason="khai khống", by=leader, at=AT)
    await graduates(mentor, mentees[5:6], at=TENTH + timedelta(hours=3))
    await followed(follower, direct, at=AT)

    assert await active(direct, mentor) == []
    with pytest.raises(AlreadyRevokedError):
        await take_back(direct, award.id, reason="lần nữa", by=leader, at=AT)


async def test_nobody_takes_back_a_badge_of_their_own(direct: asyncpg.Connection, people: list[UUID]) -> None:
    one, other = await a_leader(direct, people[0]), await a_leader(direct, people[1])
    award = await give(direct, a_gift(people[1]), by=one, at=AT)

    with pytest.raises(OwnBadgeError):
        await take_back(direct, award.id, reason="thôi", by=other, at=AT)


async def test_what_was_also_earned_is_given_by_the_rule_when_the_gift_is_taken_back(
    direct: asyncpg.Connection, people: list[UUID]
) -> None:
    leader = await a_leader(direct, people[7])
    mentor, *mentees = people[:7]
    gift = a_gift(mentor, badge=badge_of("dai-su-so"))
    award = await give(direct, gift, by=leader, at=AT)
    await graduates(mentor, mentees[:5])

    await take_back(direct, award.id, reason="trao nhầm", by=leader, at=AT)

    assert [one.by for one in await every(direct, mentor, "dai-su-so")] == [award.by, "rule"]


async def test_a_list_is_shown_with_its_faults_given_and_undone(
    direct: asyncpg.Connection, people: list[UUID]
) -> None:
    leader = await a_leader(direct, people[0])
    rows = [
        ["Mã", "Lý do", "Ngày"],
        [str(people[1]), "Đội trưởng", "09/10/2026"],
        [str(people[2]), "", ""],
        [str(people[1]), "lặp", ""],
        [str(people[0]), "tự trao", ""],
        [str(an_id("nobody")), "", ""],
        [str(people[3]), "", "32/10/2026"],
    ]

    shown = await read_list(direct, CITIZEN, rows, note="chung", by=leader, at=AT)
    before = await active(direct, people[1])
    given = await give_list(direct, CITIZEN, rows, note="chung", by=leader, at=AT)

    faults = ["", "", "badge_twice_in_list", "own_badge", "not_found", "not_a_date"]
    assert [line.fault for line in shown] == [line.fault for line in given.lines] == faults
    assert (before, [one.note for one in given.awards]) == ([], ["Đội trưởng", "chung"])
    assert len(await undo_list(direct, given.batch, reason="nhầm danh sách", by=leader, at=AT)) == 2
    assert await active(direct, people[1]) == []


async def test_people_are_found_by_name_within_the_scope(
    direct: asyncpg.Connection, people: list[UUID]
) -> None:
    leader = await a_leader(direct, people[7])
    rows = [
        ["Họ tên", "Ngày sinh"],
        ["lo van minh", "04/03/2000"],
        ["Nguyễn Thị Lan", ""],
        ["Không Có Ai", ""],
    ]

    lines = await read_list(direct, CITIZEN, rows, note="giúp dân", by=leader, at=AT)

    assert [line.fault for line in lines] == ["", "badge_several_of_this_name", "not_found"]
    assert lines[0].gift is not None
    assert lines[0].gift.subject == people[2]


async def test_a_list_without_names_is_no_list(direct: asyncpg.Connection, people: list[UUID]) -> None:
    leader = await a_leader(direct, people[0])

    with pytest.raises(InputError):
        await read_list(direct, CITIZEN, [["Lý do"], ["chăm chỉ"]], by=leader, at=AT)
