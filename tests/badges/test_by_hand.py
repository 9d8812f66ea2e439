"""Badges given by hand: never to oneself or beyond one's charge, and what a list must not tell."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from tests.badges.following import badge_of
from tests.builders import PLAIN_COMMUNE, TENTH, a_team, left, some_people
from thidua.accounts.actions import create_account
from thidua.accounts.model import Appointer
from thidua.accounts.roles import Grant, Role
from thidua.badges import by_hand, by_list, queries
from thidua.badges.by_hand import Gift
from thidua.badges.errors import OwnBadgeError
from thidua.badges.model import AwardState
from thidua.infra.database import owner_connection, transaction
from thidua.kernel.errors import FieldError, InputError, NotFoundError
from thidua.organisation.queries import unit_id_of

AT = TENTH + timedelta(days=5)
OTHER_COMMUNE = "C-03394"


@pytest_asyncio.fixture(scope="module")
async def people(module_database: str) -> list[UUID]:
    assert module_database
    return await some_people(13)


@pytest_asyncio.fixture
async def direct(module_database: str) -> AsyncIterator[asyncpg.Connection]:
    assert module_database
    opened = await owner_connection()
    yield opened
    await opened.close()


async def _somebody(person: UUID | None, role: Role, unit: str = PLAIN_COMMUNE) -> Appointer:
    async with transaction(readonly=True) as connection:
        place = await unit_id_of(connection, unit)
    return Appointer(account=uuid4(), person=person, grants=(Grant(role, unit=place),))


def _gift(subject: UUID, slug: str = "an-toan-so", **told: object) -> Gift:
    return Gift(**({"badge": badge_of(slug), "subject": subject, "note": "x", "earned_at": AT} | told))  # type: ignore[arg-type]  # as named


async def test_nobody_gives_to_themselves_or_beyond_their_charge(
    direct: asyncpg.Connection, people: list[UUID]
) -> None:
    leader = await _somebody(people[0], Role.UNIT_LEADER)
    stranger = await _somebody(None, Role.UNIT_LEADER, OTHER_COMMUNE)
    member = await _somebody(people[1], Role.BRANCH_SECRETARY)

    with pytest.raises(OwnBadgeError):
        await by_hand.give(direct, _gift(people[0]), by=leader, at=AT)
    for other in (stranger, member):
        with pytest.raises(NotFoundError):
            await by_hand.give(direct, _gift(people[2]), by=other, at=AT)


async def test_who_left_a_team_gives_it_nothing_for_a_day_on_which_they_were_in_it(
    direct: asyncpg.Connection, people: list[UUID]
) -> None:
    team = await a_team(people[3:5])
    leader = await _somebody(people[3], Role.UNIT_LEADER)
    await left(people[3], team, on=str((AT - timedelta(days=1)).date()))

    with pytest.raises(OwnBadgeError):
        await by_hand.give(
            direct, _gift(team, "doi-hinh-deu-tay", earned_at=AT - timedelta(days=3)), by=leader, at=AT
        )


@pytest.mark.parametrize("words", ["\u200b", "vì\u202eyad", "a\u0007"])
async def test_reasons_hold_nothing_that_nobody_sees(
    direct: asyncpg.Connection, people: list[UUID], words: str
) -> None:
    leader = await _somebody(people[0], Role.UNIT_LEADER)

    with pytest.raises(InputError) as refused:
        await by_hand.give(direct, _gift(people[2], note=words), by=leader, at=AT)
    assert refused.value.errors[0].code == "character_not_allowed"


async def test_a_list_tells_days_of_birth_only_to_who_may_read_them(
    direct: asyncpg.Connection, people: list[UUID]
) -> None:
    assert people
    name = await direct.fetchval(
        "UPDATE person_profile SET name = 'Vàng Thị Riêng', name_fold = 'vang thi rieng'"
        " WHERE person = $1 RETURNING name",
        people[5],
    )
    rows = [["họ tên", "ngày sinh"], [name, "2000-03-04"], [name, "2000-03-05"]]
    faults = {
        role: [
            line.fault and line.fault.code
            for line in await by_list.read_list(
                direct, badge_of("an-toan-so"), rows, note="x", by=await _somebody(None, role), at=AT
            )
        ]
        for role in (Role.UNIT_LEADER, Role.FESTIVAL_ORGANISER)
    }

    assert faults[Role.UNIT_LEADER] == [None, "not_found"]
    assert faults[Role.FESTIVAL_ORGANISER] == ["badge_births_not_yours"] * 2


@pytest.mark.parametrize("day", ["0001-01-01", "1/1/0001", "31/12/1899", "30/2/2026"])
async def test_a_day_before_all_days_is_a_fault_of_its_line(
    direct: asyncpg.Connection, people: list[UUID], day: str
) -> None:
    rows = [["mã", "ngày"], [str(people[6]), day]]
    leader = await _somebody(None, Role.UNIT_LEADER)

    [line] = await by_list.read_list(direct, badge_of("an-toan-so"), rows, note="x", by=leader, at=AT)

    assert line.fault == FieldError("earned_on", "not_a_date")


async def test_a_list_is_undone_by_nobody_beyond_whose_charge_it_lies(
    direct: asyncpg.Connection, people: list[UUID]
) -> None:
    rows = [["mã"], *[[str(one)] for one in people[7:9]]]
    leader = await _somebody(people[7], Role.UNIT_LEADER)
    given = await by_list.give_list(
        direct, badge_of("an-toan-so"), rows, note="x", by=await _somebody(None, Role.UNIT_LEADER), at=AT
    )

    for other, refusal in (
        (await _somebody(None, Role.UNIT_LEADER, OTHER_COMMUNE), NotFoundError),
        (leader, OwnBadgeError),
    ):
        with pytest.raises(refusal):
            await by_list.undo_list(direct, given.batch, reason="x", by=other, at=AT)
    assert [one.state for one in await queries.awards_of_batch(direct, given.batch)] == [
        AwardState.ACTIVE
    ] * 2


@pytest.mark.parametrize("with_person", [False, True])
async def test_a_second_account_gives_its_maker_nothing(
    direct: asyncpg.Connection, people: list[UUID], *, with_person: bool
) -> None:
    unit = await unit_id_of(direct, PLAIN_COMMUNE)
    grant = Grant(Role.FESTIVAL_ORGANISER, unit=unit)
    first, maker, second = None, people[9 + with_person], people[11] if with_person else None
    for person in (maker, second):
        first = await create_account(
            direct,
            login=f"u{uuid4().hex[:12]}",
            password="cau-vong-sau-mua-27",  # noqa: S106 -- of accounts that live as long as a test
            name="Lò Văn Hai",
            person=person,
            grants=[grant],
            by=first,
            at=AT,
        )
    assert first is not None
    by = Appointer(account=first, person=second, grants=(grant,))

    with pytest.raises(OwnBadgeError):
        await by_hand.give(direct, _gift(maker, "cho-so"), by=by, at=AT)
    slug = "la-chan-so" if with_person else "cho-so"
    assert (await by_hand.give(direct, _gift(people[12], slug), by=by, at=AT)).badge == slug
